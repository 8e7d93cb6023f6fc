package org.holdfast.command;

import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/**
 * Ends what messages that were to be sent leave here: their content, subject and recipients go with the copy in
 * the mailbox, or thirty days after they were sent, refused or cancelled. That they were sent, when and by whom stays.
 */
final class SentTraces {

    private static final Duration KEPT = Duration.ofDays(30);
    private static final Duration PATIENCE = Duration.ofDays(7);

    private static final String BLANK =
            "subject = NULL, recipients = '{}', refused_recipients = '{}', erased_at = :now, error = ";

    /** The words of a server may name a recipient. */
    private static final String ERROR = "CASE WHEN EXISTS (SELECT FROM unnest(s.recipients) r"
            + " WHERE position(lower(r) IN lower(s.error)) > 0)"
            + " THEN 'The server''s words named a recipient and were erased' ELSE s.error END";

    private static final String NOBODY_KNOWS =
            "'Nobody found out within thirty days whether it left; its content was erased'";

    /** In the folder that it was filed in: by its place, else by its Message-ID. */
    private static final String COPY = "coalesce(w.bound_copy_id, (SELECT c.id FROM mail_copy c"
            + " WHERE c.folder_id = w.filed_folder_id AND c.uid_validity = w.filed_validity AND c.uid = w.filed_uid),"
            + " (SELECT c.id FROM mail_copy c WHERE c.mailbox_id = w.mailbox_id"
            + " AND c.clock > w.sent_at - interval '1 day' AND c.folder_id = w.filed_folder_id"
            + " AND c.message_id = w.message_id ORDER BY c.id LIMIT 1))";

    private final Handle handle;
    private final Instant now;

    SentTraces(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    void sweep() {
        expire();
        giveUp();
        noteCopies();
        handle.createUpdate("WITH erased AS (UPDATE sending s SET " + BLANK + ERROR + " WHERE s.erased_at IS NULL"
                        + " AND s.state IN ('SENT', 'REFUSED', 'CANCELLED') AND (s.ended_at <= :before"
                        + " OR (s.seen_copy_id IS NOT NULL"
                        + " AND NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = s.seen_copy_id))) RETURNING s.id)"
                        + " DELETE FROM sending_content k USING erased WHERE k.sending_id = erased.id")
                .bind("now", now)
                .bind("before", now.minus(KEPT))
                .execute();
    }

    /** What waits for a mailbox that is not used does not leave when nobody expects it any more. */
    private void expire() {
        handle.createUpdate("WITH ended AS (UPDATE sending s SET state = 'CANCELLED', ended_at = :now,"
                        + " error = 'The mailbox was not used for seven days: send it again' FROM mailbox m"
                        + " WHERE m.id = s.mailbox_id AND m.state NOT IN ('ACTIVE', 'UNREACHABLE')"
                        + " AND s.state = 'QUEUED' AND s.due_at <= clock_timestamp() - :days * interval '1 day'"
                        + " RETURNING s.id) DELETE FROM sending_content k USING ended WHERE k.sending_id = ended.id")
                .bind("now", now)
                .bind("days", PATIENCE.toDays())
                .execute();
    }

    /** Nobody has found out for so long: that nobody knows stays, and is told. */
    private void giveUp() {
        handle.createUpdate("WITH erased AS (UPDATE sending s SET " + BLANK + NOBODY_KNOWS
                        + " WHERE s.erased_at IS NULL AND s.state = 'UNKNOWN' AND s.asked_at <= :before RETURNING s.id)"
                        + " DELETE FROM sending_content k USING erased WHERE k.sending_id = erased.id")
                .bind("now", now)
                .bind("before", now.minus(KEPT))
                .execute();
    }

    private void noteCopies() {
        handle.execute("UPDATE sending s SET seen_copy_id = f.copy FROM (SELECT w.id, " + COPY + " AS copy"
                + " FROM sending w WHERE w.erased_at IS NULL AND w.seen_copy_id IS NULL AND w.state = 'SENT'"
                + " AND w.filed_folder_id IS NOT NULL) f WHERE s.id = f.id AND f.copy IS NOT NULL");
    }
}
