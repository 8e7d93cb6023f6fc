package org.holdfast.binding;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.event.EventType;
import org.holdfast.event.Events;
import org.jdbi.v3.core.Handle;

/**
 * Bindings in the database. Every change locks and updates the copy's own row, which the purge re-reads
 * in its DELETE: that is what keeps a bound copy safe (a count beside the row, or a check before it, loses
 * copies in a race).
 */
public final class BindingRepository {

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public BindingRepository(Handle handle) {
        this.handle = handle;
    }

    /**
     * Locks a copy until the transaction ends.
     *
     * @return its account; empty if there is no such copy any more
     */
    public Optional<Long> lockCopy(long copyId) {
        return handle.createQuery("SELECT account_id FROM mail_copy WHERE id = :copy FOR UPDATE")
                .bind("copy", copyId)
                .mapTo(Long.class)
                .findOne();
    }

    /** Whether the content of a copy is there whole; looks at its length and at none of it. */
    public boolean hasContent(long copyId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM mail_copy c JOIN mail_content t ON t.copy_id = c.id"
                        + " WHERE c.id = :copy AND octet_length(t.raw) = c.size_bytes)")
                .bind("copy", copyId)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Binds a locked copy, once: a binding that is there is answered as it is. One that a rule made is the
     * person's from now on, and is not undone with the rule.
     *
     * @throws IllegalStateException if the copy was not locked and has gone
     */
    public Bound bind(long copyId, long accountId, BindingTarget target, String by, Instant at) {
        insert(copyId, accountId, target, new Origin(by, null, null), at);
        handle.createUpdate("UPDATE binding SET rule_id = NULL, work_id = NULL, bound_by = :by, bound_at = :at"
                        + " WHERE copy_id = :copy AND kind = :kind AND reference = :reference AND rule_id IS NOT NULL")
                .bind("copy", copyId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .bind("by", by)
                .bind("at", at)
                .execute();
        return find(copyId, target).orElseThrow();
    }

    /**
     * Binds a locked copy by a rule.
     *
     * @return false if it was bound to that before, by whomever
     */
    public boolean bindByRule(long copyId, long accountId, BindingTarget target, Origin rule, Instant at) {
        return insert(copyId, accountId, target, rule, at);
    }

    /**
     * Who binds.
     *
     * @param ruleId the rule, and workId: its run over existing copies; null: none
     */
    public record Origin(String by, Long ruleId, Long workId) {}

    private boolean insert(long copyId, long accountId, BindingTarget target, Origin origin, Instant at) {
        int inserted = handle.createUpdate(
                        "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at, rule_id, work_id)"
                                + " VALUES (:copy, :account, :kind, :reference, :by, :at, :rule, :work)"
                                + " ON CONFLICT DO NOTHING")
                .bind("copy", copyId)
                .bind("account", accountId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .bind("by", origin.by())
                .bind("rule", origin.ruleId())
                .bind("work", origin.workId())
                .bind("at", at)
                .execute();
        if (inserted == 1) {
            long mailbox = handle.createQuery(
                            "UPDATE mail_copy SET bind_count = bind_count + 1 WHERE id = :copy RETURNING mailbox_id")
                    .bind("copy", copyId)
                    .mapTo(Long.class)
                    .findOne()
                    .orElseThrow(() -> new IllegalStateException("Copy " + copyId + " went while it was bound"));
            told(copyId, accountId, mailbox, target, origin.by());
        }
        return inserted == 1;
    }

    private void told(long copyId, long accountId, long mailbox, BindingTarget target, String by) {
        JsonObject payload = Json.createObjectBuilder()
                .add("messageId", Long.toString(copyId))
                .add("mailboxId", Long.toString(mailbox))
                .add("kind", target.kind())
                .add("reference", target.reference())
                .add("boundBy", by)
                .build();
        Events.record(handle, EventType.MESSAGE_BOUND, accountId, "mailbox:" + mailbox, payload);
    }

    /**
     * Takes a binding off a locked copy.
     *
     * @param keepUntil end of the release grace, should it have been the last binding or hold
     * @return whether there was such a binding
     */
    public boolean unbind(long copyId, BindingTarget target, Instant keepUntil) {
        int deleted = handle.createUpdate(
                        "DELETE FROM binding WHERE copy_id = :copy AND kind = :kind AND reference = :reference")
                .bind("copy", copyId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .execute();
        if (deleted == 1) {
            handle.createUpdate("UPDATE mail_copy SET bind_count = bind_count - 1,"
                            + " keep_until = CASE WHEN bind_count = 1 AND hold_count = 0"
                            + " THEN greatest(keep_until, :keepUntil) ELSE keep_until END WHERE id = :copy")
                    .bind("copy", copyId)
                    .bind("keepUntil", keepUntil)
                    .execute();
        }
        return deleted == 1;
    }

    /**
     * Locks every copy that is bound to a record, in the order of their ids so that two who do this wait
     * for each other instead of locking crosswise.
     *
     * @return how many they are
     */
    public int lockBoundTo(long accountId, BindingTarget target) {
        return handle.createQuery("SELECT c.id FROM mail_copy c WHERE c.id IN (SELECT copy_id FROM binding"
                        + " WHERE account_id = :account AND kind = :kind AND reference = :reference)"
                        + " ORDER BY c.id FOR UPDATE")
                .bind("account", accountId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .mapTo(Long.class)
                .list()
                .size();
    }

    /**
     * Binds to one record whatever is bound to another, as when a lead becomes a deal; who bound it and
     * when stays. The copies are locked. A copy that is bound to both keeps one binding.
     */
    public void rebind(long accountId, BindingTarget from, BindingTarget to) {
        // One statement, one snapshot: what is bound to the first record meanwhile stays bound to it.
        handle.createUpdate("WITH old AS (DELETE FROM binding WHERE account_id = :account AND kind = :kind"
                        + " AND reference = :reference RETURNING copy_id, bound_by, bound_at, rule_id,"
                        + " work_id), moved AS (INSERT INTO binding (copy_id, account_id, kind, reference, bound_by,"
                        + " bound_at, rule_id, work_id)"
                        + " SELECT copy_id, :account, :toKind, :toReference, bound_by, bound_at, rule_id, work_id FROM old"
                        + " ON CONFLICT DO NOTHING RETURNING copy_id)"
                        + " UPDATE mail_copy c SET bind_count = bind_count - 1 FROM old LEFT JOIN moved USING (copy_id)"
                        + " WHERE c.id = old.copy_id AND moved.copy_id IS NULL")
                .bind("account", accountId)
                .bind("kind", from.kind())
                .bind("reference", from.reference())
                .bind("toKind", to.kind())
                .bind("toReference", to.reference())
                .execute();
    }

    /**
     * Takes the bindings to a record off every copy, as when the record is deleted. The copies are locked.
     *
     * @param keepUntil end of the release grace of those that had no other binding or hold
     */
    public void release(long accountId, BindingTarget target, Instant keepUntil) {
        handle.createUpdate(
                        "WITH gone AS (DELETE FROM binding WHERE account_id = :account AND kind = :kind"
                                + " AND reference = :reference RETURNING copy_id)"
                                + " UPDATE mail_copy c SET bind_count = bind_count - 1,"
                                + " keep_until = CASE WHEN bind_count = 1 AND hold_count = 0"
                                + " THEN greatest(keep_until, :keepUntil) ELSE keep_until END FROM gone WHERE c.id = gone.copy_id")
                .bind("account", accountId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .bind("keepUntil", keepUntil)
                .execute();
    }

    /** The bindings of a copy, oldest first. */
    public List<Bound> of(long copyId) {
        return handle.createQuery("SELECT * FROM binding WHERE copy_id = :copy ORDER BY id")
                .bind("copy", copyId)
                .map((row, context) -> read(row))
                .list();
    }

    private Optional<Bound> find(long copyId, BindingTarget target) {
        return handle.createQuery(
                        "SELECT * FROM binding WHERE copy_id = :copy AND kind = :kind AND reference = :reference")
                .bind("copy", copyId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .map((row, context) -> read(row))
                .findOne();
    }

    private static Bound read(ResultSet row) throws SQLException {
        return new Bound(
                row.getLong("id"),
                row.getLong("copy_id"),
                new BindingTarget(row.getString("kind"), row.getString("reference")),
                row.getString("bound_by"),
                row.getTimestamp("bound_at").toInstant(),
                ruleId(row));
    }

    private static Optional<Long> ruleId(ResultSet row) throws SQLException {
        long rule = row.getLong("rule_id");
        return row.wasNull() ? Optional.empty() : Optional.of(rule);
    }
}
