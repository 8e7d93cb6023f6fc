package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * What holds by query count on. A hold counts on a copy by a row of its own and by the copy's
 * {@code hold_count}, changed in one transaction that locked the copy: the purge re-reads that count in the
 * statement that deletes.
 */
public final class QueryHolds {

    /** How long a node may be silent before another goes on with its walk. */
    static final Duration TERM = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** The condition of the hold {@code h} on the copy {@code c}, its account apart. */
    private static final String MEANT = "(h.mailbox_id IS NULL OR h.mailbox_id = c.mailbox_id)"
            + " AND (h.clock_from IS NULL OR c.clock >= h.clock_from)"
            + " AND (h.clock_until IS NULL OR c.clock < h.clock_until)"
            + " AND (h.sender IS NULL OR position(lower(h.sender) IN lower(coalesce(c.sender, ''))) > 0)"
            + " AND (h.words IS NULL OR position(lower(h.words) IN lower(concat_ws(E'\\n', c.subject, c.sender,"
            + " c.recipients))) > 0)";

    private final Handle handle;

    /** Works in the transaction of the handle, READ COMMITTED. */
    public QueryHolds(Handle handle) {
        this.handle = handle;
    }

    /**
     * Lets the account's holds by query count on copies that were stored in this transaction. Placing a hold and
     * storing copies exclude each other by a lock of their own until they commit: a hold placed before is seen
     * here, one placed after sees the copies; and a release sees what was counted before it. The account's row would do, but whoever changes a plan holds it
     * and waits for rows that a pass holds.
     */
    public void countOnNew(long accountId, List<Long> copyIds) {
        if (copyIds.isEmpty()) {
            return;
        }
        lock(accountId, "pg_advisory_xact_lock_shared");
        handle.createUpdate("WITH held AS (INSERT INTO hold_copy (hold_id, copy_id) SELECT h.id, c.id"
                        + " FROM legal_hold h JOIN mail_copy c ON c.account_id = h.account_id AND " + MEANT
                        + " WHERE h.account_id = :account AND h.by_query AND h.status IN ('PLACING', 'IN_FORCE')"
                        + " AND h.released_at IS NULL AND c.id = ANY(:copies)"
                        + " ON CONFLICT DO NOTHING RETURNING hold_id, copy_id)"
                        + " UPDATE mail_copy c SET hold_count = hold_count + n FROM"
                        + " (SELECT copy_id, count(*) AS n FROM held GROUP BY copy_id) k WHERE c.id = k.copy_id")
                .bind("account", accountId)
                .bindArray("copies", Long.class, copyIds.toArray())
                .execute();
    }

    /** Waits for copies that are being stored, and lets later ones wait, until the transaction ends. */
    void lockArrivals(long accountId) {
        lock(accountId, "pg_advisory_xact_lock");
    }

    private void lock(long accountId, String function) {
        handle.createQuery("SELECT " + function + "(hashtextextended('holdfast/hold/' || :account, 0))")
                .bind("account", accountId)
                .mapToMap()
                .one();
    }

    /** What a hold would keep if it were placed now; without a query: everything of the account or mailbox. */
    public HoldPreview preview(NewHold hold) {
        HoldQuery query = hold.query().orElse(null);
        return handle.createQuery("SELECT count(*) AS copies, coalesce(sum(c.size_bytes), 0) AS bytes,"
                        + " count(*) FILTER (WHERE c.bind_count + c.hold_count + m.hold_count + a.hold_count = 0) AS newly"
                        + " FROM (SELECT CAST(:mailbox AS bigint) AS mailbox_id, CAST(:sender AS text) AS sender,"
                        + " CAST(:words AS text) AS words, CAST(:from AS timestamptz) AS clock_from,"
                        + " CAST(:until AS timestamptz) AS clock_until) h"
                        + " JOIN account a ON a.id = :account JOIN mailbox m ON m.account_id = a.id"
                        + " JOIN mail_copy c ON c.mailbox_id = m.id AND " + MEANT)
                .bind("account", hold.accountId())
                .bind("mailbox", hold.mailboxId().orElse(null))
                .bind("sender", query == null ? null : query.sender().orElse(null))
                .bind("words", query == null ? null : query.words().orElse(null))
                .bind("from", query == null ? null : query.from().orElse(null))
                .bind("until", query == null ? null : query.until().orElse(null))
                .map((row, context) ->
                        new HoldPreview(row.getLong("copies"), row.getLong("newly"), row.getLong("bytes")))
                .one();
    }

    /**
     * A walk over the copies of one hold, by one node at a time.
     *
     * @param token raised by each claim and by the release
     */
    public record Claim(long holdId, long token) {}

    /**
     * Claims a hold whose copies are still to be walked over.
     *
     * @param only this hold; null: any
     */
    public Optional<Claim> claim(String owner, Long only) {
        return handle.createQuery("UPDATE legal_hold SET lease_owner = :owner, lease_token = lease_token + 1,"
                        + " lease_until = clock_timestamp() + :term * interval '1 second' WHERE id = (SELECT id"
                        + " FROM legal_hold WHERE status IN ('PLACING', 'RELEASING')"
                        + " AND (CAST(:only AS bigint) IS NULL OR id = :only)"
                        + " AND (lease_until IS NULL OR lease_until < clock_timestamp())"
                        + " ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id, lease_token")
                .bind("owner", owner)
                .bind("term", TERM.toSeconds())
                .bind("only", only)
                .map((row, context) -> new Claim(row.getLong("id"), row.getLong("lease_token")))
                .findOne();
    }

    /** Gives a claim back before the walk is over. */
    public void giveBack(Claim claim) {
        handle.createUpdate("UPDATE legal_hold SET lease_until = NULL WHERE id = :holdId AND lease_token = :token")
                .bindMethods(claim)
                .execute();
    }

    /** Gives back a claim whose walk broke: tried again in a moment, when other holds have had their turn. */
    public void putOff(Claim claim) {
        handle.createUpdate("UPDATE legal_hold SET lease_until = clock_timestamp() + :pause * interval '1 second'"
                        + " WHERE id = :holdId AND lease_token = :token")
                .bind("pause", PAUSE.toSeconds())
                .bindMethods(claim)
                .execute();
    }

    /**
     * Goes on with a walk: counts on, or takes off, the next copies, and moves the cursor with them.
     *
     * @param most copies that are looked at
     * @return whether the claim still holds and something is left to do
     */
    public boolean walk(Claim claim, int most, Instant now) {
        Optional<Place> place = handle.createQuery("UPDATE legal_hold SET lease_until ="
                        + " clock_timestamp() + :term * interval '1 second' WHERE id = :holdId AND lease_token = :token"
                        + " AND status IN ('PLACING', 'RELEASING') RETURNING *")
                .bind("term", TERM.toSeconds())
                .bindMethods(claim)
                .map((row, context) -> place(row))
                .findOne();
        if (place.isEmpty()) {
            return false;
        }
        return place.get().placing() ? place(place.get(), most, now) : release(place.get(), most);
    }

    private boolean place(Place place, int most, Instant now) {
        if (place.cursorMailbox() == 0) {
            estimate(place);
        }
        Optional<Long> mailbox = handle.createQuery("SELECT min(id) FROM mailbox WHERE account_id = :account"
                        + " AND id >= :from AND (CAST(:only AS bigint) IS NULL OR id = :only)")
                .bind("account", place.accountId())
                .bind("from", place.cursorMailbox())
                .bind("only", place.mailboxId())
                .mapTo(Long.class)
                .findOne();
        if (mailbox.isEmpty()) {
            handle.createUpdate("UPDATE legal_hold SET status = 'IN_FORCE', in_force_at = :now, lease_until = NULL"
                            + " WHERE id = :hold")
                    .bind("now", now)
                    .bind("hold", place.holdId())
                    .execute();
            return false;
        }
        List<Seen> seen = look(place, mailbox.get(), most);
        Set<Long> meant = new TreeSet<>();
        seen.stream().filter(Seen::meant).forEach(copy -> meant.add(copy.id()));
        countOn(place.holdId(), meant);
        boolean last = seen.size() < most;
        Seen end = last ? null : seen.get(seen.size() - 1);
        move(place, last ? mailbox.get() + 1 : mailbox.get(), end, seen.size());
        return true;
    }

    /** How many there are to look at, roughly counted from the index. */
    private void estimate(Place place) {
        handle.createUpdate("UPDATE legal_hold SET to_look_at = (SELECT count(*) FROM mailbox m JOIN mail_copy c"
                        + " ON c.mailbox_id = m.id WHERE m.account_id = :account"
                        + " AND (CAST(:only AS bigint) IS NULL OR m.id = :only)"
                        + " AND (CAST(:from AS timestamptz) IS NULL OR c.clock >= :from)"
                        + " AND (CAST(:until AS timestamptz) IS NULL OR c.clock < :until)) WHERE id = :hold")
                .bind("account", place.accountId())
                .bind("only", place.mailboxId())
                .bind("from", place.from())
                .bind("until", place.until())
                .bind("hold", place.holdId())
                .execute();
    }

    private List<Seen> look(Place place, long mailbox, int most) {
        boolean same = mailbox == place.cursorMailbox() && place.cursorClock() != null;
        Query query = handle.createQuery("SELECT c.id, c.clock, " + MEANT + " AS meant FROM mail_copy c, legal_hold h"
                + " WHERE h.id = :hold AND c.mailbox_id = :mailbox"
                + (same ? " AND (c.clock, c.id) < (:clock, :copy)" : "")
                + (place.until() == null ? "" : " AND c.clock < :until")
                + (place.from() == null ? "" : " AND c.clock >= :from")
                + " ORDER BY c.clock DESC, c.id DESC LIMIT :most");
        if (same) {
            query.bind("clock", place.cursorClock()).bind("copy", place.cursorCopy());
        }
        if (place.until() != null) {
            query.bind("until", place.until());
        }
        if (place.from() != null) {
            query.bind("from", place.from());
        }
        return query.bind("hold", place.holdId())
                .bind("mailbox", mailbox)
                .bind("most", most)
                .map((row, context) -> new Seen(
                        row.getLong("id"),
                        row.getObject("clock", OffsetDateTime.class).toInstant(),
                        row.getBoolean("meant")))
                .list();
    }

    /** Locks what is still there, in the order of ids, and counts on exactly that. */
    private void countOn(long holdId, Set<Long> copies) {
        if (copies.isEmpty()) {
            return;
        }
        List<Long> locked = handle.createQuery(
                        "SELECT id FROM mail_copy WHERE id = ANY(:copies) ORDER BY id FOR UPDATE")
                .bindArray("copies", Long.class, copies.toArray())
                .mapTo(Long.class)
                .list();
        List<Long> held = handle.createQuery("INSERT INTO hold_copy (hold_id, copy_id) SELECT :hold, unnest(:copies)"
                        + " ON CONFLICT DO NOTHING RETURNING copy_id")
                .bind("hold", holdId)
                .bindArray("copies", Long.class, locked.toArray())
                .mapTo(Long.class)
                .list();
        int counted = handle.createUpdate("UPDATE mail_copy SET hold_count = hold_count + 1 WHERE id = ANY(:copies)")
                .bindArray("copies", Long.class, held.toArray())
                .execute();
        if (counted != held.size()) {
            throw new IllegalStateException("Hold " + holdId + " counts on " + held.size() + " copies, not " + counted);
        }
    }

    private void move(Place place, long mailbox, Seen end, long looked) {
        handle.createUpdate("UPDATE legal_hold SET cursor_mailbox = :mailbox,"
                        + " cursor_clock = CAST(:clock AS timestamptz), cursor_copy = CAST(:copy AS bigint),"
                        + " looked_at = looked_at + :looked WHERE id = :hold")
                .bind("mailbox", mailbox)
                .bind("clock", end == null ? null : end.clock())
                .bind("copy", end == null ? null : end.id())
                .bind("looked", looked)
                .bind("hold", place.holdId())
                .execute();
    }

    private boolean release(Place place, int most) {
        List<Long> copies = handle.createQuery(
                        "SELECT copy_id FROM hold_copy WHERE hold_id = :hold ORDER BY copy_id LIMIT :most")
                .bind("hold", place.holdId())
                .bind("most", most)
                .mapTo(Long.class)
                .list();
        if (copies.isEmpty()) {
            handle.createUpdate("UPDATE legal_hold SET status = 'RELEASED', lease_until = NULL WHERE id = :hold")
                    .bind("hold", place.holdId())
                    .execute();
            return false;
        }
        Long[] ids = copies.toArray(Long[]::new);
        handle.createQuery("SELECT id FROM mail_copy WHERE id = ANY(:copies) ORDER BY id FOR UPDATE")
                .bindArray("copies", Long.class, (Object[]) ids)
                .mapTo(Long.class)
                .list();
        handle.createUpdate("DELETE FROM hold_copy WHERE hold_id = :hold AND copy_id = ANY(:copies)")
                .bind("hold", place.holdId())
                .bindArray("copies", Long.class, (Object[]) ids)
                .execute();
        handle.createUpdate("UPDATE mail_copy SET hold_count = hold_count - 1,"
                        + " keep_until = CASE WHEN hold_count = 1 AND bind_count = 0"
                        + " THEN greatest(keep_until, :grace) ELSE keep_until END WHERE id = ANY(:copies)")
                .bind("grace", place.grace())
                .bindArray("copies", Long.class, (Object[]) ids)
                .execute();
        return true;
    }

    private static Place place(ResultSet row) throws SQLException {
        OffsetDateTime clock = row.getObject("cursor_clock", OffsetDateTime.class);
        return new Place(
                row.getLong("id"),
                row.getLong("account_id"),
                row.getObject("mailbox_id", Long.class),
                row.getString("status").equals("PLACING"),
                instant(row, "clock_from"),
                instant(row, "clock_until"),
                instant(row, "grace_until"),
                row.getLong("cursor_mailbox"),
                clock,
                row.getLong("cursor_copy"));
    }

    private static OffsetDateTime instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class);
    }

    private record Seen(long id, Instant clock, boolean meant) {}

    private record Place(
            long holdId,
            long accountId,
            Long mailboxId,
            boolean placing,
            OffsetDateTime from,
            OffsetDateTime until,
            OffsetDateTime grace,
            long cursorMailbox,
            OffsetDateTime cursorClock,
            long cursorCopy) {}
}
