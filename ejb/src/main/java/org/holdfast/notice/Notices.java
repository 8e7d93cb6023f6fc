package org.holdfast.notice;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Jdbi;

/** Who was and will be told what and when, and the texts. Owners see what was written to them. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Notices {

    private static final Set<String> LANGUAGES = Set.of("en", "vi");

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Notices, newest first.
     *
     * @param accountId of this account only; null: of all
     * @param status with this status only; null: any
     * @param beforeId the last id of the page before; null for the first page
     */
    public List<Notice> page(Long accountId, NoticeStatus status, Long beforeId, int limit) {
        Caller caller = currentCaller.get();
        if (accountId != null) {
            caller.requireSees(accountId, "account", accountId);
        }
        return jdbi.withHandle(h -> new NoticeReadings(h).page(onlyUser(caller), accountId, status, beforeId, limit));
    }

    /**
     * One notice.
     *
     * @throws Refusal if it is not there or not the caller's to see
     */
    public Notice get(long id) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> new NoticeReadings(h).find(onlyUser(caller), id))
                .orElseThrow(() -> Refusal.notFound("notice", id));
    }

    private static Long onlyUser(Caller caller) {
        return caller.role() == Role.OWNER ? Long.valueOf(caller.userId()) : null;
    }

    /** Changes that people are or were told of, newest first; an owner sees those of the own account. */
    public List<NoticeChange> changes(Long beforeId, int limit) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(
                h -> new NoticeReadings(h).changes(caller.account().orElse(null), beforeId, limit));
    }

    /**
     * Whether notices can be sent at all.
     *
     * @return what is missing, in a sentence that names the setting; empty if nothing is
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public Optional<String> trouble() {
        try {
            return RelaySettings.read().isPresent()
                    ? Optional.empty()
                    : Optional.of("No relay is named: set " + Setting.NOTICE_HOST.key());
        } catch (IllegalStateException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Has a notice sent again that failed, or of which nobody knows whether it arrived.
     *
     * @throws Refusal if it is not there, or in no such state
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public Notice resend(long id) {
        Caller caller = currentCaller.get();
        Notice notice = get(id);
        boolean done = jdbi.withHandle(h -> new NoticeOutbox(h).resend(id, caller.name(), clock.instant()));
        if (!done) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "notice-not-resendable",
                    "Only a notice that failed or is unknown is sent again; this one is " + notice.status());
        }
        audit.record(caller.name(), "notice.resend", "notice:" + id, null, notice.recipient());
        return get(id);
    }

    /** The templates in force, each kind in each language. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<NoticeTemplate> templates() {
        List<NoticeTemplate> all = new ArrayList<>();
        for (NoticeKind kind : List.of(NoticeKind.LEAVING, NoticeKind.RETRACTION)) {
            new TreeSet<>(LANGUAGES)
                    .forEach(language -> all.add(jdbi.withHandle(h -> new TemplateRows(h).get(kind, language))));
        }
        return all;
    }

    /** What a template may name, in double braces. */
    public Set<String> variables() {
        return new TreeSet<>(TemplateText.KNOWN);
    }

    /**
     * Puts a text in force.
     *
     * @throws Refusal if it names a variable that there is not, or leaves out one that readers need
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public NoticeTemplate edit(NoticeKind kind, String language, Notice.Text text) {
        Caller caller = currentCaller.get();
        require(kind, language);
        TemplateText.check(kind, text);
        return put(caller, kind, language, text, false);
    }

    /** Puts the shipped text in force again. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public NoticeTemplate reset(NoticeKind kind, String language) {
        Caller caller = currentCaller.get();
        require(kind, language);
        return put(caller, kind, language, NoticeWords.shipped(kind, language), true);
    }

    private NoticeTemplate put(Caller caller, NoticeKind kind, String language, Notice.Text text, boolean shipped) {
        return jdbi.withHandle(h -> {
            TemplateRows templates = new TemplateRows(h);
            templates.put(kind, language, text, shipped, caller.name(), clock.instant());
            audit.record(
                    caller.name(),
                    shipped ? "notice.template.reset" : "notice.template.edit",
                    "notice-template:" + kind + "/" + language,
                    null,
                    text.subject());
            return templates.get(kind, language);
        });
    }

    /**
     * A text with its variables filled by an example.
     *
     * @throws Refusal as {@link #edit} would
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public Notice.Text preview(NoticeKind kind, String language, Notice.Text text) {
        Caller caller = currentCaller.get();
        require(kind, language);
        TemplateText.check(kind, text);
        return sample(caller, kind, language, text);
    }

    /**
     * Sends such an example to the caller, through the relay and onto the record as any notice.
     *
     * @return the notice, planned for now
     * @throws Refusal as {@link #edit} would, or {@code relay-missing}
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public Notice sendTest(NoticeKind kind, String language, Notice.Text text) {
        Caller caller = currentCaller.get();
        trouble().ifPresent(why -> {
            throw new Refusal(Refusal.Kind.UNAVAILABLE, "relay-missing", why);
        });
        Notice.Text filled = preview(kind, language, text);
        Instant now = clock.instant();
        long id = jdbi.withHandle(h -> new NoticeOutbox(h).test(caller.userId(), language, filled, now));
        audit.record(caller.name(), "notice.test", "notice:" + id, null, caller.name());
        return get(id);
    }

    private Notice.Text sample(Caller caller, NoticeKind kind, String language, Notice.Text text) {
        return jdbi.withHandle(
                h -> new NoticeWriter(h, "holdfast@example.org", Setting.NOTICE_LINK.value(), clock.instant())
                        .sample(text, kind, language, caller.name()));
    }

    private static void require(NoticeKind kind, String language) {
        if (kind == null || kind == NoticeKind.TEST || !LANGUAGES.contains(language)) {
            throw Refusal.notFound("template", kind + "/" + language);
        }
    }
}
