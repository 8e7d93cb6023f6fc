package org.holdfast.plan;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Jdbi;

/**
 * Changes the terms of plans, never in the past and never at once: a change is drafted, approved by a
 * second administrator, published with its date, and can be withdrawn until then.
 */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
public class TermsChanges {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Adds a plan without terms; a change gives it some.
     *
     * @param code a capital letter, then up to 31 capitals, digits and underscores
     * @throws Refusal if the code or name cannot be used, or there is such a plan
     */
    public void addPlan(String code, String name) {
        if (code == null || !code.matches("[A-Z][A-Z0-9_]{0,31}") || name == null || name.isBlank()) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "plan-unusable",
                    "A plan has a name and a code of capitals, such as TEAM_PLUS");
        }
        jdbi.useHandle(h -> {
            TermsRepository terms = new TermsRepository(h);
            if (terms.lockPlan(code)) {
                throw new Refusal(Refusal.Kind.CONFLICT, "plan-exists", "There is a plan " + code);
            }
            terms.addPlan(code, name.strip());
        });
        audit.record(currentCaller.get().name(), "plan.add", "plan:" + code, null, name);
    }

    /**
     * Drafts new terms; nothing changes yet.
     *
     * @param effectiveAt first instant of the new terms
     * @param reason 1 to 2,000 characters
     * @throws Refusal if there is no such plan or the date is earlier than the notice period allows
     */
    public TermsChange draft(String planCode, Instant effectiveAt, Grant grant, String reason) {
        Caller caller = currentCaller.get();
        Instant effective = effectiveAt.truncatedTo(ChronoUnit.MICROS);
        requireNotice(effective);
        return jdbi.withHandle(h -> {
            TermsRepository terms = new TermsRepository(h);
            if (!terms.lockPlan(planCode)) {
                throw Refusal.notFound("plan", planCode);
            }
            TermsChange change = terms.draft(planCode, effective, grant, reason, by(caller));
            audit.record(caller.name(), "terms.draft", subject(change), reason, grant + " from " + effective);
            return change;
        });
    }

    /**
     * Approves a draft on what a preview of it found.
     *
     * @param previewId a stored preview that supposes this very draft
     * @param hash the preview's hash as the approver saw it; null: any
     * @throws Refusal if it is no draft, the caller drafted it and a second person is required, or the preview
     *     is of something else, not ready or too old
     */
    public TermsChange approve(long id, long previewId, String hash) {
        return step(
                id, TermsChange.Status.APPROVED, Set.of(TermsChange.Status.DRAFT), null, (terms, change, caller) -> {
                    if (needsSecondPerson() && change.drafted().by().equals(caller.name())) {
                        throw new Refusal(
                                Refusal.Kind.FORBIDDEN,
                                "second-person-needed",
                                "Another administrator than " + caller.name() + " approves this change");
                    }
                    terms.restsOn(change, previewId, hash, now());
                });
    }

    /** Whether another person than the one who drafted a change has to approve it. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public boolean needsSecondPerson() {
        return !"off".equals(Setting.TERMS_APPROVAL.value().orElse("on"));
    }

    /**
     * Publishes an approved change: from its date on its terms are in force.
     *
     * @throws Refusal if it is not approved, or its date is now earlier than the notice period allows
     */
    public TermsChange publish(long id) {
        Set<TermsChange.Status> from = Set.of(TermsChange.Status.APPROVED);
        return step(id, TermsChange.Status.PUBLISHED, from, null, (terms, change, caller) -> {
            requireNotice(change.effectiveAt());
            terms.lockPlan(change.planCode());
            terms.publishedAt(change.planCode(), change.effectiveAt()).ifPresent(other -> {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "terms-published-for-that-instant",
                        "Change " + other + " begins at the same instant: withdraw it first");
            });
            terms.supersede(change, caller.name(), now());
        });
    }

    /**
     * Takes a change back: a draft at any time, a published one until its date.
     *
     * @throws Refusal if it was withdrawn before or is in force
     */
    public TermsChange withdraw(long id, String reason) {
        Set<TermsChange.Status> from =
                Set.of(TermsChange.Status.DRAFT, TermsChange.Status.APPROVED, TermsChange.Status.PUBLISHED);
        return step(id, TermsChange.Status.WITHDRAWN, from, reason, (terms, change, caller) -> {
            if (change.status() == TermsChange.Status.PUBLISHED) {
                if (!change.effectiveAt().isAfter(clock.instant())) {
                    throw new Refusal(
                            Refusal.Kind.CONFLICT,
                            "terms-in-force",
                            "These terms are in force since " + change.effectiveAt() + "; draft new ones");
                }
                terms.lockPlan(change.planCode());
                terms.restore(change, now());
            }
        });
    }

    /**
     * One change.
     *
     * @throws Refusal if it is not there
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public TermsChange get(long id) {
        return jdbi.withHandle(h -> new TermsRepository(h).find(id))
                .orElseThrow(() -> Refusal.notFound("change of terms", id));
    }

    /**
     * Changes, newest first.
     *
     * @param beforeId the last id of the page before; null for the first page
     * @param limit 1 to 200
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<TermsChange> page(Long beforeId, int limit) {
        return jdbi.withHandle(h -> new TermsRepository(h).page(beforeId, limit));
    }

    private TermsChange step(
            long id, TermsChange.Status to, Set<TermsChange.Status> from, String reason, Effect effect) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> {
            TermsRepository terms = new TermsRepository(h);
            TermsChange change = terms.lock(id).orElseThrow(() -> Refusal.notFound("change of terms", id));
            if (!from.contains(change.status())) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "change-is-" + change.status().name().toLowerCase(java.util.Locale.ROOT),
                        "This change is " + change.status() + " and cannot become " + to);
            }
            effect.apply(terms, change, caller);
            audit.record(caller.name(), "terms." + to, subject(change), reason, null);
            return terms.step(id, to, by(caller), reason);
        });
    }

    /** What a step does beside being recorded; refuses where it must not be taken. */
    private interface Effect {

        void apply(TermsRepository terms, TermsChange change, Caller caller);
    }

    private void requireNotice(Instant effective) {
        Duration notice = Duration.ofDays(Setting.TERMS_NOTICE.intValue(0, 365));
        Instant earliest = clock.instant().plus(notice);
        if (!effective.isAfter(clock.instant()) || effective.isBefore(earliest)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "notice-too-short",
                    "Terms change " + notice.toDays() + " days from now at the earliest, at " + earliest);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private TermsChange.Step by(Caller caller) {
        return new TermsChange.Step(caller.name(), now());
    }

    private static String subject(TermsChange change) {
        return "plan:" + change.planCode();
    }
}
