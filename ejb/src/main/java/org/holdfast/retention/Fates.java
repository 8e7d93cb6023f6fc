package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.ledger.Ledger;
import org.holdfast.ledger.LedgerRecord;
import org.holdfast.message.Copies;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/** Answers of any copy: why is it here, which rule holds it, when will it go? And of a purged one: when it went, and why. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Fates {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Copies copies;

    @Inject
    private Ledger ledger;

    @Inject
    private PlanPolicy policy;

    @Inject
    private Clock clock;

    /**
     * The fate of one copy.
     *
     * @throws Refusal if the copy is not there or not the caller's
     */
    public Fate of(long copyId) {
        return here(copyId).fate();
    }

    /**
     * What there is to say of a copy that is here or was.
     *
     * @param why of one that is here
     * @param purged of one that was purged
     * @param sentences the same in words
     */
    public record Answer(Optional<Why> why, Optional<LedgerRecord> purged, List<String> sentences) {}

    /**
     * Why a copy is here and when it will go; or when and why it went.
     *
     * @param language of the sentences: en or vi; any other is answered in English
     * @throws Refusal if the copy never was, or is not the caller's to see
     */
    public Answer why(long copyId, String language) {
        Optional<LedgerRecord> purged = isHere(copyId) ? Optional.empty() : ledger.find(copyId);
        if (purged.isPresent()) {
            WhyWords words = new WhyWords(language, zone(purged.get().copy().accountId()));
            return new Answer(Optional.empty(), purged, words.of(purged.get()));
        }
        Why why = here(copyId);
        WhyWords words = new WhyWords(language, zone(copies.get(copyId).accountId()));
        return new Answer(Optional.of(why), Optional.empty(), words.of(why));
    }

    private boolean isHere(long copyId) {
        return jdbi.withHandle(h -> new WhyQuery(h).facts(copyId)).isPresent();
    }

    private Why here(long copyId) {
        copies.get(copyId);
        Instant now = clock.instant();
        return jdbi.withHandle(h -> {
            WhyQuery query = new WhyQuery(h);
            WhyQuery.Facts facts = query.facts(copyId).orElseThrow(() -> Refusal.notFound("message", copyId));
            return query.of(copyId, facts, policy.timeline(facts.accountId(), now), now);
        });
    }

    private ZoneId zone(long accountId) {
        return ZoneId.of(jdbi.withHandle(h -> h.createQuery("SELECT zone FROM account WHERE id = :id")
                .bind("id", accountId)
                .mapTo(String.class)
                .one()));
    }
}
