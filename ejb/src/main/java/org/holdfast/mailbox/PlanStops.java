package org.holdfast.mailbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What the one function {@code entitlement} says of mailboxes, many in one pass: those that the owner chose
 * come first, then the oldest; a mailbox that its owner paused takes no place.
 */
final class PlanStops {

    /**
     * Every connected mailbox {@code v} of accounts, with {@code stop}, the cause, or NULL where the plan
     * allows it. {@code <of>} is a condition on an account's id, named {@code account}.
     */
    private static final String VERDICTS = "(SELECT m.id, m.account_id, m.state, m.shared, m.plan_stop,"
            + " e.plan_code, CASE WHEN m.shared THEN e.shared_mailboxes ELSE e.mailboxes_per_user END AS allowed,"
            + " CASE WHEN NOT e.syncs THEN 'NO_SYNC' WHEN m.state <> 'PAUSED_BY_USER' AND m.place >"
            + " CASE WHEN m.shared THEN e.shared_mailboxes ELSE e.mailboxes_per_user END THEN 'OVER_LIMIT' END AS stop"
            + " FROM (SELECT b.*, " + MailboxPlaces.PLACE + " AS place FROM mailbox b"
            + " WHERE b.state <> 'DISCONNECTED' AND <of b.account_id>) m"
            + " JOIN entitlement(CAST(:at AS timestamptz), 'infinity') e ON e.account_id = m.account_id"
            + " WHERE <of e.account_id>) v";

    private final Handle handle;

    PlanStops(Handle handle) {
        this.handle = handle;
    }

    /** {@link #VERDICTS} over accounts with ids from {@code :first} to {@code :last}. */
    static String ofRange() {
        return of("<account> BETWEEN :first AND :last");
    }

    /** {@link #VERDICTS} over accounts in {@code :accounts}. */
    static String ofAccounts() {
        return of("<account> = ANY (:accounts)");
    }

    /** {@link #VERDICTS} over the account {@code :account} as if it had the plan {@code :plan}. */
    static String supposing() {
        return of("<account> = :account")
                .replace(
                        "entitlement(CAST(:at AS timestamptz), 'infinity') e",
                        "(SELECT CAST(:account AS bigint) AS account_id, t.* FROM plan_terms t WHERE t.plan_code = :plan"
                                + " AND t.known_until IS NULL AND t.valid_from <= :at"
                                + " AND (t.valid_until IS NULL OR t.valid_until > :at)) e");
    }

    private static String of(String condition) {
        return VERDICTS.replace("<of b.account_id>", condition.replace("<account>", "b.account_id"))
                .replace("<of e.account_id>", condition.replace("<account>", "e.account_id"));
    }

    /** Those of some mailboxes that the plan stops at an instant, by their ids. */
    Map<Long, PlanStop> among(Collection<Long> mailboxIds, Instant at) {
        if (mailboxIds.isEmpty()) {
            return Map.of();
        }
        return handle
                .createQuery("SELECT v.id, v.stop, v.plan_code, v.shared, v.allowed FROM "
                        + of("<account> = ANY (ARRAY(SELECT account_id FROM mailbox WHERE id = ANY (:ids)))")
                        + " WHERE v.stop IS NOT NULL AND v.id = ANY (:ids)")
                .bindArray("ids", Long.class, mailboxIds.toArray())
                .bind("at", at)
                .map((row, context) -> stop(row))
                .stream()
                .collect(Collectors.toMap(PlanStop::mailboxId, Function.identity()));
    }

    /** Which of some mailboxes are paused or ended by their owner. */
    List<Long> endedByOwner(Collection<Long> mailboxIds) {
        return handle.createQuery("SELECT id FROM mailbox WHERE id = ANY (:ids)"
                        + " AND state IN ('PAUSED_BY_USER', 'DISCONNECTED')")
                .bindArray("ids", Long.class, mailboxIds.toArray())
                .mapTo(Long.class)
                .list();
    }

    static PlanStop stop(ResultSet row) throws SQLException {
        return new PlanStop(
                row.getLong("id"),
                PlanStop.Cause.valueOf(row.getString("stop")),
                row.getString("plan_code"),
                row.getBoolean("shared"),
                row.getInt("allowed"));
    }
}
