package org.holdfast.sending;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.Idempotency;
import org.holdfast.command.MailFolders;
import org.holdfast.command.NewCommand;
import org.holdfast.command.ShownFlags;
import org.holdfast.mailbox.MailboxStop;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.holdfast.message.Texts;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.smtp.RefusedRecipient;
import org.holdfast.sync.smtp.SmtpOutcome;
import org.holdfast.sync.smtp.SmtpPhase;
import org.jdbi.v3.core.Handle;

/**
 * Writes down what became of a try, and what follows from it. Tried again by itself is only what surely
 * nobody has: it did not come to the content, or the server said no for now.
 */
final class SendingOutcomes {

    private static final int MOST_TRIES = 14;
    private static final Duration LEAST_WAIT = Duration.ofMinutes(1);
    private static final Duration MOST_WAIT = Duration.ofHours(4);

    private final Handle handle;
    private final Instant now;

    SendingOutcomes(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    void record(SendingLease lease, SmtpOutcome outcome) {
        switch (outcome.result()) {
            case ACCEPTED -> {
                if (end(lease, outcome, SendingState.SENT)) {
                    sent(lease.sendingId(), "SERVER");
                }
            }
            case UNKNOWN -> {
                if (end(lease, outcome, SendingState.UNKNOWN)) {
                    new SendingLeases(handle).lookInSent(lease.sendingId(), now);
                }
            }
            case REFUSED, NOT_SENT -> notSent(lease, outcome);
        }
    }

    private void notSent(SendingLease lease, SmtpOutcome outcome) {
        boolean within = outcome.result() == SmtpOutcome.Result.NOT_SENT
                && !outcome.phase().isBeforeContent();
        if (outcome.credentialsRefused()) {
            again(lease, outcome.text(), Duration.ZERO);
            authFailed(lease.sendingId(), outcome.text());
        } else if (outcome.temporary() && !within && tries(lease) < MOST_TRIES) {
            long wait = LEAST_WAIT.toMillis() << Math.min(tries(lease), 10);
            again(lease, outcome.text(), Duration.ofMillis(Math.min(MOST_WAIT.toMillis(), wait)));
        } else {
            end(lease, outcome, SendingState.REFUSED);
        }
    }

    /**
     * Its mailbox had to be let go, and nobody received it. The plan cancels it; an owner who paused finds it
     * waiting, but not where the server has got part of it: then the owner decides.
     */
    void stopped(SendingLease lease, SmtpPhase phase, MailboxStop stop) {
        if (stop.byPlan()) {
            cancel(lease, stop.reason());
        } else if (phase.isBeforeContent()) {
            again(lease, stop.reason(), Duration.ZERO);
        } else {
            end(lease, SmtpOutcome.lost(phase, new ProviderFailure(stop.reason(), null)), SendingState.REFUSED);
        }
    }

    private void cancel(SendingLease lease, String reason) {
        int cancelled = handle.createUpdate("UPDATE sending SET state = 'CANCELLED', error = :reason, ended_at = :now,"
                        + " lease_owner = NULL WHERE id = :id AND lease_token = :token"
                        + " AND state IN ('SENDING', 'UNKNOWN')")
                .bind("id", lease.sendingId())
                .bind("token", lease.token())
                .bind("reason", Texts.clean(reason, 500))
                .bind("now", now)
                .execute();
        if (cancelled == 1) {
            handle.createUpdate("DELETE FROM sending_content WHERE sending_id = :id")
                    .bind("id", lease.sendingId())
                    .execute();
        }
    }

    private int tries(SendingLease lease) {
        return handle.createQuery("SELECT tries FROM sending WHERE id = :id")
                .bind("id", lease.sendingId())
                .mapTo(Integer.class)
                .one();
    }

    private void again(SendingLease lease, String reason, Duration wait) {
        handle.createUpdate("UPDATE sending SET state = 'QUEUED', lease_owner = NULL, error = :error,"
                        + " due_at = clock_timestamp() + :wait * interval '1 millisecond'"
                        + " WHERE id = :id AND lease_token = :token AND state = 'SENDING'")
                .bind("id", lease.sendingId())
                .bind("token", lease.token())
                .bind("error", Texts.clean(reason, 500))
                .bind("wait", wait.toMillis())
                .execute();
    }

    /** The same credentials as for reading: nobody tries them again until their owner has looked. */
    private void authFailed(long id, String reason) {
        handle.createUpdate("UPDATE mailbox SET state = 'AUTH_FAILED', state_since = :now, state_reason = :reason"
                        + " WHERE id = (SELECT mailbox_id FROM sending WHERE id = :id)"
                        + " AND state IN ('ACTIVE', 'UNREACHABLE')")
                .bind("id", id)
                .bind("now", now)
                .bind("reason", Texts.clean(reason, 500))
                .execute();
    }

    /**
     * Also where another node has taken it for unknown, or its sender for unsent, meanwhile, or has asked to
     * send it again and nobody has begun to: now it is known.
     */
    private boolean end(SendingLease lease, SmtpOutcome outcome, SendingState state) {
        List<String> refused =
                outcome.refused().stream().map(RefusedRecipient::toString).toList();
        String reason = outcome.result() == SmtpOutcome.Result.ACCEPTED ? null : reason(outcome);
        return handle.createUpdate("UPDATE sending SET state = :state, phase = :phase, error = :error,"
                                + " reply_code = :code, refused_recipients = :refused, lease_owner = NULL,"
                                + " ended_at = CASE WHEN :state = 'UNKNOWN' THEN NULL ELSE CAST(:now AS timestamptz) END"
                                + " WHERE id = :id AND lease_token = :token AND (state IN ('SENDING', 'UNKNOWN')"
                                + " OR (state IN ('REFUSED', 'QUEUED') AND :state = 'SENT'))")
                        .bind("now", now)
                        .bind("id", lease.sendingId())
                        .bind("token", lease.token())
                        .bind("state", state.name())
                        .bind("phase", outcome.phase().name())
                        .bind("error", Texts.clean(reason, 500))
                        .bind(
                                "code",
                                outcome.reply() == null ? null : outcome.reply().code())
                        .bindArray("refused", String.class, refused.toArray())
                        .execute()
                == 1;
    }

    private static String reason(SmtpOutcome outcome) {
        return switch (outcome.result()) {
            case UNKNOWN ->
                "The connection was lost after the message was handed over: nobody knows whether it left. "
                        + outcome.text();
            case NOT_SENT -> "Nobody received it; send it again when the reason is gone: " + outcome.text();
            default -> "Nobody received it. " + outcome.text();
        };
    }

    /** What follows once it is sent: the copy in Sent, the draft goes, the original is marked. */
    void sent(long id, String by) {
        markSent(id, by);
        new SendingLeases(handle).fileInSent(id, now);
        follow(id);
    }

    /** As {@link #sent} of one that lies in Sent already. */
    void foundInSent(long id) {
        markSent(id, "SENT_FOLDER");
        follow(id);
    }

    private void markSent(long id, String by) {
        handle.createUpdate("UPDATE sending SET state = 'SENT', sent_at = :now, sent_by = :by, error = NULL,"
                        + " ended_at = :now, ended_wall = clock_timestamp() WHERE id = :id")
                .bind("id", id)
                .bind("now", now)
                .bind("by", by)
                .execute();
    }

    private void follow(long id) {
        handle.createQuery("SELECT mailbox_id, asked_by_id, draft_copy_id, original_copy_id, original_use FROM sending"
                        + " WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> {
                    long draft = row.getLong("draft_copy_id");
                    long original = row.getLong("original_copy_id");
                    long mailbox = row.getLong("mailbox_id");
                    long user = row.getLong("asked_by_id");
                    // Only what is a draft goes for good, whatever its sender called one.
                    if (draft > 0 && new MailFolders(handle).holdsAsDraft(mailbox, draft)) {
                        new CommandQueue(handle)
                                .add(
                                        NewCommand.ofCopy(CommandKind.EXPUNGE, mailbox, user, now, draft),
                                        Idempotency.of(null, ""));
                    }
                    if (original > 0) {
                        mark(mailbox, user, original, row.getString("original_use"));
                    }
                    return mailbox;
                })
                .one();
    }

    private void mark(long mailboxId, long userId, long originalId, String use) {
        FlagChange wanted = "REPLY".equals(use)
                ? new FlagChange(Flags.ANSWERED, 0, List.of(), List.of())
                : new FlagChange(0, 0, List.of("$Forwarded"), List.of());
        ShownFlags shown = new ShownFlags(handle);
        shown.lock(originalId)
                .filter(copy -> !copy.gone() && copy.mailboxId() == mailboxId)
                .ifPresent(copy -> {
                    FlagChange change = wanted.missingIn(copy.flags());
                    if (!change.isEmpty()) {
                        shown.change(copy, change);
                        new CommandQueue(handle)
                                .add(
                                        NewCommand.ofCopy(CommandKind.FLAGS, mailboxId, userId, now, originalId)
                                                .changing(change),
                                        Idempotency.of(null, ""));
                    }
                });
    }
}
