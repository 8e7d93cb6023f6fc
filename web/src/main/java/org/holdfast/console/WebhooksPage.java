package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Account;
import org.holdfast.account.Accounts;
import org.holdfast.event.EventType;
import org.holdfast.refusal.Refusal;
import org.holdfast.webhook.Delivery;
import org.holdfast.webhook.NewWebhook;
import org.holdfast.webhook.Webhook;
import org.holdfast.webhook.WebhookDraft;
import org.holdfast.webhook.WebhookState;
import org.holdfast.webhook.Webhooks;

/** Webhooks, and the deliveries of the one that the address names. */
@Named
@ViewScoped
public class WebhooksPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST = 200;
    private static final int DELIVERIES = 50;

    @Inject
    private Webhooks webhooks;

    @Inject
    private Accounts accounts;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private long id;
    private long account;
    private String url;
    private String[] types = {};
    private String since;
    private String secret;
    private Trouble trouble;
    private transient List<Webhook> list;
    private transient List<Delivery> deliveries;

    /** Adds one; its secret is shown until the page is left. */
    public void add() {
        act(() -> {
            NewWebhook made = webhooks.add(new WebhookDraft(
                    account == 0 ? Optional.empty() : Optional.of(account), url == null ? "" : url, List.of(types)));
            secret = made.secret();
            id = made.webhook().id();
            url = null;
            types = new String[0];
        });
    }

    public void enable() {
        act(() -> webhooks.enable(id, null));
    }

    public void disable() {
        act(() -> webhooks.disable(id, null));
    }

    public void renewSecret() {
        act(() -> secret = webhooks.renewSecret(id).secret());
    }

    public void remove() {
        act(() -> {
            webhooks.remove(id, null);
            id = 0;
        });
    }

    public void replay(long delivery) {
        act(() -> webhooks.replay(id, delivery));
    }

    /** Sends again what was recorded from the instant in the field on. */
    public void replaySince() {
        act(() -> {
            Instant from = LocalDateTime.parse(since == null ? "" : since)
                    .atZone(viewer.getZone())
                    .toInstant();
            int events = webhooks.replaySince(id, from);
            FacesContext.getCurrentInstance()
                    .addMessage(
                            null,
                            new FacesMessage(FacesMessage.SEVERITY_INFO, words.of("webhooks.replayed", events), null));
        });
    }

    private void act(Runnable work) {
        secret = null;
        trouble = null;
        refresh();
        try {
            work.run();
        } catch (DateTimeException e) {
            refuse(words.of("webhooks.since.bad"));
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("webhooks.trouble", clock.instant(), e);
        }
    }

    private static void refuse(String why) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, why, null));
    }

    /** Reads anew. */
    public void refresh() {
        trouble = null;
        list = null;
        deliveries = null;
    }

    /** All of them; null when they could not be read. */
    public List<Webhook> getList() {
        if (list == null && trouble == null) {
            try {
                list = webhooks.page(null, 0, MOST);
            } catch (RuntimeException e) {
                trouble = Trouble.log("webhooks.trouble", clock.instant(), e);
            }
        }
        return list;
    }

    /** The one that the address names; null if there is none. */
    public Webhook getChosen() {
        return getList() == null
                ? null
                : list.stream()
                        .filter(webhook -> webhook.id() == id)
                        .findFirst()
                        .orElse(null);
    }

    /** Of the chosen one, latest first. */
    public List<Delivery> getDeliveries() {
        if (deliveries == null && getChosen() != null) {
            deliveries = webhooks.deliveries(id, null, Long.MAX_VALUE, DELIVERIES);
        }
        return deliveries;
    }

    /** Whether a delivery is on its way: then the page polls, else not. */
    public boolean isBusy() {
        Webhook chosen = getChosen();
        return chosen != null && chosen.state() == WebhookState.ENABLED && chosen.pending() > 0;
    }

    /** Whose events, in words. */
    public String whose(Webhook webhook) {
        return webhook.accountId()
                .map(of -> accounts.get(of).name())
                .orElseGet(() -> words.of("webhooks.installation"));
    }

    public Tone tone(Webhook webhook) {
        return switch (webhook.state()) {
            case ENABLED -> webhook.failures() > 0 ? Tone.WARNING : Tone.GOOD;
            case DISABLED -> Tone.WAITING;
            case DEAD -> Tone.BAD;
        };
    }

    public Tone toneOf(Delivery delivery) {
        return switch (delivery.state()) {
            case DELIVERED -> Tone.GOOD;
            case PENDING -> delivery.attempts() > 0 ? Tone.WARNING : Tone.BUSY;
            case PARKED -> Tone.BAD;
        };
    }

    public List<Account> getAccounts() {
        return accounts.page(0, MOST);
    }

    public EventType[] getAllTypes() {
        return EventType.values();
    }

    public String getSecret() {
        return secret;
    }

    /** Why the page cannot be shown; reads first, since it stands above what it is about. */
    public Trouble getTrouble() {
        getList();
        return trouble;
    }

    public long getId() {
        return id;
    }

    public void setId(long id) {
        this.id = id;
    }

    public long getAccount() {
        return account;
    }

    public void setAccount(long account) {
        this.account = account;
    }

    public String getUrl() {
        return url;
    }

    public void setUrl(String url) {
        this.url = url;
    }

    public String[] getTypes() {
        return types.clone();
    }

    public void setTypes(String[] types) {
        this.types = types == null ? new String[0] : types.clone();
    }

    public String getSince() {
        return since;
    }

    public void setSince(String since) {
        this.since = since;
    }
}
