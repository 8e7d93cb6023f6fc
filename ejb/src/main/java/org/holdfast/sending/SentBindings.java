package org.holdfast.sending;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.holdfast.message.Texts;
import org.jdbi.v3.core.Handle;

/**
 * Binds what was sent to the record that it was sent for, as soon as its copy is there: found by its place in
 * Sent, else by its Message-ID.
 */
public final class SentBindings {

    private static final int AT_ONCE = 50;
    private static final Duration PATIENCE = Duration.ofDays(1);

    /** From then on a copy in any folder is taken; before, the one in Sent is waited for. */
    private static final Duration ANYWHERE = Duration.ofHours(1);

    private static final String WAITING = " s.bind_kind IS NOT NULL AND s.bound_copy_id IS NULL AND s.state = 'SENT' ";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public SentBindings(Handle handle) {
        this.handle = handle;
    }

    /** A message whose copy is there and waits to be bound. */
    public record Wanted(long sendingId, long accountId, String by, BindingTarget target, long copyId) {}

    /** Those whose copy is there; each is bound in a transaction of its own. */
    public List<Wanted> due(Instant now) {
        return handle.createQuery("SELECT s.id, s.account_id, s.asked_by, s.bind_kind, s.bind_reference,"
                        + " coalesce(placed.id, named.id) AS copy FROM sending s"
                        + " LEFT JOIN mail_copy placed ON placed.folder_id = s.filed_folder_id"
                        + " AND placed.uid_validity = s.filed_validity AND placed.uid = s.filed_uid"
                        + " LEFT JOIN LATERAL (SELECT c.id FROM mail_copy c WHERE placed.id IS NULL"
                        + " AND c.mailbox_id = s.mailbox_id AND c.clock > s.sent_at - interval '1 day'"
                        + " AND c.message_id = s.message_id AND (c.folder_id = s.filed_folder_id"
                        + " OR s.sent_at <= :anywhere)"
                        + " ORDER BY c.folder_id IS DISTINCT FROM s.filed_folder_id, c.id LIMIT 1) AS named ON true WHERE"
                        + WAITING + "AND coalesce(placed.id, named.id) IS NOT NULL"
                        + " ORDER BY s.bind_problem IS NOT NULL, s.id LIMIT :most")
                .bind("most", AT_ONCE)
                .bind("anywhere", now.minus(ANYWHERE))
                .map((row, context) -> new Wanted(
                        row.getLong("id"),
                        row.getLong("account_id"),
                        row.getString("asked_by"),
                        new BindingTarget(row.getString("bind_kind"), row.getString("bind_reference")),
                        row.getLong("copy")))
                .list();
    }

    /** Binds one, as its sender does by hand; its content here is not needed any more then. */
    public void bind(Wanted wanted, Instant now) {
        BindingRepository bindings = new BindingRepository(handle);
        if (bindings.lockCopy(wanted.copyId()).isEmpty()) {
            return;
        }
        if (!bindings.hasContent(wanted.copyId())) {
            failed(wanted, "the content of its copy is not stored whole; have the mailbox synchronised again");
            return;
        }
        bindings.bind(wanted.copyId(), wanted.accountId(), wanted.target(), wanted.by(), now);
        handle.createUpdate("INSERT INTO audit_event (at, actor, action, subject, details)"
                        + " VALUES (:at, :actor, 'copy.bind', :subject, :details)")
                .bind("at", now)
                .bind("actor", wanted.by())
                .bind("subject", "copy:" + wanted.copyId())
                .bind("details", wanted.target() + " by sending:" + wanted.sendingId())
                .execute();
        handle.createUpdate("UPDATE sending SET bound_copy_id = :copy, bind_problem = NULL WHERE id = :id")
                .bind("copy", wanted.copyId())
                .bind("id", wanted.sendingId())
                .execute();
        new SendingRows(handle).dropFiledContent(wanted.sendingId());
    }

    /** Shows on a message why it could not be bound. */
    public void failed(Wanted wanted, String reason) {
        handle.createUpdate("UPDATE sending SET bind_problem = :problem WHERE id = :id")
                .bind("problem", Texts.clean("It could not be bound: " + reason, 500))
                .bind("id", wanted.sendingId())
                .execute();
    }

    /** Shows on messages that have waited for a day that they are not bound. */
    public int tell(Instant now) {
        return handle.createUpdate("UPDATE sending s SET bind_problem = 'No copy of it was found in the mailbox within"
                        + " a day, so it is not bound: put it into a folder that is synchronised' WHERE"
                        + WAITING + "AND s.bind_problem IS NULL AND s.sent_at <= :before")
                .bind("before", now.minus(PATIENCE))
                .execute();
    }
}
