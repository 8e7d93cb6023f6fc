package org.holdfast.sending;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.Idempotency;
import org.holdfast.command.NewCommand;
import org.holdfast.sync.smtp.SmtpPhase;
import org.jdbi.v3.core.Handle;

/**
 * Who tries which message, on the database's own clock. A try is given back by its worker, or taken from a
 * dead one: before content was begun nobody has the message, after that nobody knows.
 */
public final class SendingLeases {

    private static final Duration TERM = Duration.ofSeconds(90);
    private static final int MOST_OF_ACCOUNT = 2;
    private static final int MOST_OF_HOST = 3;
    private static final String BEFORE_CONTENT =
            "(phase IS NULL OR phase IN ('CONNECT', 'GREETING', 'EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA'))";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public SendingLeases(Handle handle) {
        this.handle = handle;
    }

    /**
     * Takes messages that are due, the longest waiting first; only of mailboxes that are used now, and of one
     * account or host no more than leaves room for others, however slow it is.
     */
    public List<SendingLease> claim(String owner, int most) {
        return handle.createQuery("WITH busy AS (SELECT b.account_id, lower(m.smtp_host) AS host FROM sending b"
                        + " JOIN mailbox m ON m.id = b.mailbox_id WHERE b.state = 'SENDING' AND b.lease_owner = :owner"
                        + " AND b.lease_until > clock_timestamp()),"
                        + " of_account AS (SELECT s.id, s.account_id, s.due_at, lower(m.smtp_host) AS host,"
                        + " row_number() OVER (PARTITION BY s.account_id ORDER BY s.due_at, s.id) AS place"
                        + " FROM sending s JOIN mailbox m ON m.id = s.mailbox_id WHERE s.state = 'QUEUED'"
                        + " AND s.due_at <= clock_timestamp() AND m.state IN ('ACTIVE', 'UNREACHABLE')),"
                        + " of_host AS (SELECT a.id, a.host,"
                        + " row_number() OVER (PARTITION BY a.host ORDER BY a.due_at, a.id) AS place FROM of_account a"
                        + " WHERE a.place <= :account - (SELECT count(*) FROM busy WHERE account_id = a.account_id)),"
                        + " taken AS (SELECT s.id FROM sending s JOIN of_host h ON h.id = s.id WHERE s.state = 'QUEUED'"
                        + " AND h.place <= :host - (SELECT count(*) FROM busy WHERE host = h.host)"
                        + " ORDER BY s.due_at, s.id LIMIT :most FOR UPDATE OF s SKIP LOCKED)"
                        + " UPDATE sending SET state = 'SENDING', phase = 'CONNECT', tries = tries + 1,"
                        + " lease_owner = :owner, lease_token = lease_token + 1,"
                        + " lease_until = clock_timestamp() + :term * interval '1 second'"
                        + " WHERE id IN (SELECT id FROM taken) RETURNING id, mailbox_id, lease_token")
                .bind("account", MOST_OF_ACCOUNT)
                .bind("host", MOST_OF_HOST)
                .bind("owner", owner)
                .bind("term", TERM.toSeconds())
                .bind("most", most)
                .map((row, context) ->
                        new SendingLease(row.getLong("id"), row.getLong("mailbox_id"), row.getLong("lease_token")))
                .list();
    }

    void renew(Collection<SendingLease> held) {
        held.forEach(lease -> handle.createUpdate("UPDATE sending SET lease_until = clock_timestamp()"
                        + " + :term * interval '1 second' WHERE id = :id AND lease_token = :token"
                        + " AND state = 'SENDING' AND lease_until > clock_timestamp()")
                .bind("term", TERM.toSeconds())
                .bind("id", lease.sendingId())
                .bind("token", lease.token())
                .execute());
    }

    /**
     * Notes a phase before it begins.
     *
     * @throws SendingLeaseLost if the try is no longer ours: then nothing of the phase may leave
     */
    void enter(SendingLease lease, SmtpPhase phase) {
        int held = handle.createUpdate("UPDATE sending SET phase = :phase,"
                        + " lease_until = clock_timestamp() + :term * interval '1 second'"
                        + " WHERE id = :id AND lease_token = :token AND state = 'SENDING'"
                        + " AND lease_until > clock_timestamp()")
                .bind("phase", phase.name())
                .bind("term", TERM.toSeconds())
                .bind("id", lease.sendingId())
                .bind("token", lease.token())
                .execute();
        if (held != 1) {
            throw new SendingLeaseLost(lease.sendingId());
        }
    }

    /** What dead workers have left behind. */
    public int recover(Instant now) {
        int again = handle.createUpdate("UPDATE sending SET state = 'QUEUED', error = 'The try before broke off',"
                        + " due_at = clock_timestamp() WHERE state = 'SENDING' AND lease_until < clock_timestamp()"
                        + " AND " + BEFORE_CONTENT)
                .execute();
        List<Long> unknown = handle.createQuery(
                        "UPDATE sending SET state = 'UNKNOWN', error = 'The worker was lost while"
                                + " the message was handed over: nobody knows whether it left' WHERE state = 'SENDING'"
                                + " AND lease_until < clock_timestamp() RETURNING id")
                .mapTo(Long.class)
                .list();
        unknown.forEach(id -> lookInSent(id, now));
        return again + unknown.size();
    }

    /** Asks for a look into Sent, soon and then at growing intervals. */
    void lookInSent(long id, Instant now) {
        queue(CommandKind.LOOK_IN_SENT, id, now, Duration.ofSeconds(5));
    }

    /** Asks for the copy in Sent. */
    void fileInSent(long id, Instant now) {
        queue(CommandKind.FILE_SENT, id, now, Duration.ofSeconds(2));
    }

    private void queue(CommandKind kind, long id, Instant now, Duration delay) {
        handle.createQuery("SELECT mailbox_id, asked_by_id FROM sending WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> NewCommand.ofSending(
                        kind, row.getLong("mailbox_id"), row.getLong("asked_by_id"), now, id, delay))
                .findOne()
                .ifPresent(command -> new CommandQueue(handle).add(command, Idempotency.of(null, "")));
    }
}
