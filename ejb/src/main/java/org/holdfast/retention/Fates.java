package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.message.Copies;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Answers of any copy: why is it here, which rule holds it, when will it go? */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Fates {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Copies copies;

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
        copies.get(copyId);
        Instant now = clock.instant();
        Held copy = jdbi.withHandle(h -> facts(h, copyId)).orElseThrow(() -> Refusal.notFound("message", copyId));
        return Fate.of(copy.facts(), policy.timeline(copy.accountId(), now), now);
    }

    /** The facts of the due rule with the account that they are judged in. */
    record Held(long accountId, DueRule.Facts facts) {}

    static Optional<Held> facts(Handle handle, long copyId) {
        return handle.createQuery("SELECT c.account_id, c.clock, c.bind_count > 0 AS bound,"
                        + " c.hold_count > 0 OR m.hold_count > 0 OR a.hold_count > 0 AS held,"
                        + " " + DueRuleSql.GRACE_END + " AS keep_until"
                        + " FROM mail_copy c JOIN mailbox m ON m.id = c.mailbox_id JOIN account a ON a.id = c.account_id"
                        + " WHERE c.id = :copy")
                .bind("copy", copyId)
                .map((row, context) -> read(row))
                .findOne();
    }

    private static Held read(ResultSet row) throws SQLException {
        return new Held(
                row.getLong("account_id"),
                new DueRule.Facts(
                        row.getTimestamp("clock").toInstant(),
                        row.getBoolean("bound"),
                        row.getBoolean("held"),
                        Optional.ofNullable(row.getTimestamp("keep_until"))
                                .map(java.sql.Timestamp::toInstant)
                                .orElse(null)));
    }
}
