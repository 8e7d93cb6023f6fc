package org.holdfast.webhook;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.event.EventType;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.security.SecretBox;
import org.jdbi.v3.core.Jdbi;

/** Webhooks of accounts and of the installation; administrators keep them. */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
public class Webhooks {

    /** The field name under which a webhook's secret is sealed. */
    static final String SECRET = "webhook-secret";

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private EndpointPolicy endpoints;

    @Inject
    private SecretBox secrets;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Adds a webhook; it is told of what happens from now on.
     *
     * @throws Refusal {@code event-type-unknown}, {@code endpoint-refused}, {@code keyset-missing}, or {@code
     *     not-found} for the account
     */
    public NewWebhook add(WebhookDraft draft) {
        Caller caller = currentCaller.get();
        WebhookDraft own = new WebhookDraft(draft.accountId().or(caller::account), draft.url(), known(draft));
        own.accountId().ifPresent(account -> requireAccount(caller, account));
        endpoints.check(own.url());
        WebhookSecret secret = WebhookSecret.random();
        Webhook webhook = jdbi.withHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            long id = rows.insert(own, caller.name(), clock.instant());
            rows.keepSecret(id, seal(own.accountId().orElse(0L), id, secret));
            return rows.find(id).orElseThrow();
        });
        audit.record(caller.name(), "webhook.add", "webhook:" + webhook.id(), null, own.url());
        return new NewWebhook(webhook, secret.reveal());
    }

    /** A page in the order of ids; of one account, or of all that the caller may see. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<Webhook> page(Long accountId, long afterId, int limit) {
        Caller caller = currentCaller.get();
        if (accountId != null) {
            requireAccount(caller, accountId);
        }
        Long account = caller.account().orElse(accountId);
        return jdbi.withHandle(h -> new WebhookRows(h).page(account, afterId, limit));
    }

    /** One webhook; not-found where there is none that the caller may see. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public Webhook get(long id) {
        return visible(jdbi.withHandle(h -> new WebhookRows(h).find(id)).orElse(null), id);
    }

    /**
     * Changes where it goes and what it is told of.
     *
     * @param version the version that the caller saw; null: whatever it is now
     * @throws Refusal {@code changed-meanwhile} if it is another version now
     */
    public Webhook change(long id, Long version, String url, List<String> eventTypes) {
        Caller caller = currentCaller.get();
        List<String> types = known(new WebhookDraft(caller.account(), url, eventTypes));
        endpoints.check(url);
        return jdbi.withHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            locked(rows, id, version);
            rows.change(id, url, types);
            audit.record(caller.name(), "webhook.change", "webhook:" + id, null, url + " " + types);
            return rows.find(id).orElseThrow();
        });
    }

    /** Stops it; what waits stays. */
    public Webhook disable(long id, Long version) {
        return enter(
                id,
                version,
                WebhookState.DISABLED,
                "Disabled by " + currentCaller.get().name());
    }

    /** Sends again, first what waits; what happened meanwhile is sent by {@link #replaySince}. */
    public Webhook enable(long id, Long version) {
        return enter(id, version, WebhookState.ENABLED, null);
    }

    /** A new secret in place of the old one, which signs nothing from now on. */
    public NewWebhook renewSecret(long id) {
        Caller caller = currentCaller.get();
        WebhookSecret secret = WebhookSecret.random();
        Webhook webhook = jdbi.withHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            Webhook present = locked(rows, id, null);
            rows.keepSecret(id, seal(present.accountId().orElse(0L), id, secret));
            return rows.find(id).orElseThrow();
        });
        audit.record(caller.name(), "webhook.secret", "webhook:" + id, null, null);
        return new NewWebhook(webhook, secret.reveal());
    }

    /** Ends it, with what was not sent yet. */
    public void remove(long id, Long version) {
        Caller caller = currentCaller.get();
        jdbi.useHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            Webhook present = locked(rows, id, version);
            rows.remove(id);
            audit.record(caller.name(), "webhook.remove", "webhook:" + id, null, present.url());
        });
    }

    /**
     * What was sent or waits, latest first.
     *
     * @param state null: in any state
     * @param beforeId only those with a smaller id
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<Delivery> deliveries(long webhookId, Delivery.State state, long beforeId, int limit) {
        get(webhookId);
        return jdbi.withHandle(h -> new WebhookRows(h).deliveries(webhookId, state, beforeId, limit));
    }

    /** Sends one again, under the id that it had. */
    public Delivery replay(long webhookId, long deliveryId) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            locked(rows, webhookId, null);
            if (rows.delivery(webhookId, deliveryId).isEmpty()) {
                throw Refusal.notFound("delivery", deliveryId);
            }
            rows.replay(deliveryId);
            audit.record(caller.name(), "webhook.replay", "webhook:" + webhookId, null, "delivery " + deliveryId);
            return rows.delivery(webhookId, deliveryId).orElseThrow();
        });
    }

    /**
     * Sends again what was recorded from an instant on, up to 30 days back.
     *
     * @return how many events
     */
    public int replaySince(long webhookId, Instant since) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            locked(rows, webhookId, null);
            int events = rows.replaySince(webhookId, since);
            audit.record(caller.name(), "webhook.replay", "webhook:" + webhookId, null, events + " since " + since);
            return events;
        });
    }

    private Webhook enter(long id, Long version, WebhookState state, String reason) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> {
            WebhookRows rows = new WebhookRows(h);
            Webhook present = locked(rows, id, version);
            if (present.state() != state) {
                rows.enter(id, state, reason);
                audit.record(caller.name(), "webhook." + state, "webhook:" + id, null, null);
            }
            return rows.find(id).orElseThrow();
        });
    }

    private Webhook locked(WebhookRows rows, long id, Long version) {
        Webhook present = visible(rows.lock(id).orElse(null), id);
        if (version != null && version != present.version()) {
            throw Refusal.changedMeanwhile("webhook", id);
        }
        return present;
    }

    private Webhook visible(Webhook webhook, long id) {
        Caller caller = currentCaller.get();
        boolean seen = webhook != null
                && caller.account()
                        .map(own -> webhook.accountId().filter(own::equals).isPresent())
                        .orElse(true);
        if (!seen) {
            throw Refusal.notFound("webhook", id);
        }
        return webhook;
    }

    private void requireAccount(Caller caller, long account) {
        caller.requireSees(account, "account", account);
        boolean there = jdbi.withHandle(h -> h.createQuery("SELECT EXISTS (SELECT FROM account WHERE id = :account)")
                .bind("account", account)
                .mapTo(Boolean.class)
                .one());
        if (!there) {
            throw Refusal.notFound("account", account);
        }
    }

    private byte[] seal(long accountId, long id, WebhookSecret secret) {
        return secrets.seal(accountId, id, SECRET, secret.reveal());
    }

    private static List<String> known(WebhookDraft draft) {
        List<String> types = draft.eventTypes().stream().distinct().sorted().toList();
        List<String> unknown =
                types.stream().filter(type -> EventType.of(type).isEmpty()).toList();
        if (types.isEmpty() || !unknown.isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "event-type-unknown",
                    types.isEmpty()
                            ? "Name at least one type of event"
                            : "There are no events of type " + String.join(", ", unknown));
        }
        return types;
    }
}
