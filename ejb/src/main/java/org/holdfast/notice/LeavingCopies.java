package org.holdfast.notice;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Which copies a change takes that would have stayed without it. */
final class LeavingCopies {

    private static final String GRACE = "coalesce(greatest(c.keep_until, m.keep_until, a.keep_until), '-infinity')";

    /** Unbound, under no hold, and inside the window when the change comes. */
    private static final String TAKEN =
            "c.bind_count = 0 AND c.hold_count = 0 AND m.hold_count = 0 AND a.hold_count = 0";

    private static final String LOWER = "coalesce(d.at - o.unbound_days * interval '24 hours', '-infinity')";

    private static final String END = "c.clock + n.unbound_days * interval '24 hours'";

    /**
     * When the first of them go, as {@code first_at}, for a change at {@code d.at} from {@code o} to {@code n}: the
     * oldest that no grace delays, or one in grace that goes before it. NULL if there is none, or if a later
     * change lifts it before that. Reads the index of unbound copies in its order and stops at the first.
     */
    static final String FIRST = "SELECT CASE WHEN EXISTS (SELECT FROM entitlement(f.at, 'infinity') x"
            + " WHERE x.account_id = d.account_id AND x.unbound_days <= n.unbound_days) THEN f.at END AS first_at"
            + " FROM (SELECT least(u.at, (SELECT min(" + GRACE + ") FROM mail_copy c"
            + " JOIN mailbox m ON m.id = c.mailbox_id JOIN account a ON a.id = c.account_id"
            + " WHERE c.account_id = d.account_id AND " + TAKEN + " AND c.clock > " + LOWER + ""
            + " AND c.clock <= coalesce(u.clock, 'infinity') AND " + GRACE + " > greatest(d.at, " + END + "))) AS at"
            + " FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT c.clock, greatest(d.at, " + END
            + ") AS at FROM mail_copy c"
            + " JOIN mailbox m ON m.id = c.mailbox_id JOIN account a ON a.id = c.account_id"
            + " WHERE c.account_id = d.account_id AND " + TAKEN + " AND c.clock > " + LOWER + ""
            + " AND " + GRACE + " <= greatest(d.at, " + END + ")"
            + " ORDER BY c.clock LIMIT 1) u ON true) f";

    private LeavingCopies() {}

    /** How many go, and how large they are. */
    record Count(long copies, long bytes) {}

    /** What goes when the first go: of the mailboxes of one user, and of the account. */
    record Counts(Count own, Count account) {}

    /** Counts what goes by a change at the instant at which the first go. */
    static Counts count(Handle handle, NoticeChange change, Instant firstAt, long userId) {
        return handle.createQuery("SELECT count(*) AS copies, coalesce(sum(c.size_bytes), 0) AS bytes,"
                        + " count(*) FILTER (WHERE m.owner_id = :user) AS own_copies,"
                        + " coalesce(sum(c.size_bytes) FILTER (WHERE m.owner_id = :user), 0) AS own_bytes"
                        + " FROM account a JOIN mail_copy c ON c.account_id = a.id JOIN mailbox m ON m.id = c.mailbox_id"
                        + " WHERE a.id = :account AND " + TAKEN
                        + " AND c.clock > coalesce(CAST(:at AS timestamptz)"
                        + " - CAST(:oldDays AS integer) * interval '24 hours', '-infinity')"
                        + " AND c.clock <= CAST(:first AS timestamptz)"
                        + " - CAST(:newDays AS integer) * interval '24 hours'"
                        + " AND " + GRACE + " <= :first")
                .bind("user", userId)
                .bind("account", change.accountId())
                .bind("at", change.effectiveAt())
                .bind("oldDays", change.oldDays().isPresent() ? change.oldDays().getAsInt() : null)
                .bind("newDays", change.newDays().isPresent() ? change.newDays().getAsInt() : null)
                .bind("first", firstAt)
                .map((row, context) -> new Counts(
                        new Count(row.getLong("own_copies"), row.getLong("own_bytes")),
                        new Count(row.getLong("copies"), row.getLong("bytes"))))
                .one();
    }
}
