package org.holdfast.sending;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.MailboxStop;
import org.holdfast.mailbox.MailboxStops;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.SecretBox;
import org.holdfast.sync.imap.Credential;
import org.holdfast.sync.oauth.SignIn;
import org.holdfast.sync.smtp.PhaseWatch;
import org.holdfast.sync.smtp.SmtpClient;
import org.holdfast.sync.smtp.SmtpContent;
import org.holdfast.sync.smtp.SmtpEnvelope;
import org.holdfast.sync.smtp.SmtpOutcome;
import org.holdfast.sync.smtp.SmtpPhase;
import org.holdfast.sync.smtp.SmtpRoute;
import org.jdbi.v3.core.Handle;

/** One try to hand a message over, under its lease; each does one. Talks to the provider: never in a transaction. */
public final class SendingTry {

    private final Transactions transactions;
    private final LongFunction<Optional<String>> planStop;
    private final SignIn signIn;
    private final SmtpClient client;
    private final Clock clock;
    private final OpenLine line = new OpenLine();

    /**
     * With what a try needs.
     *
     * @param planStop why the plan does not let a mailbox be used now; empty if it does
     */
    public SendingTry(
            Transactions transactions,
            LongFunction<Optional<String>> planStop,
            SecretBox secrets,
            SmtpClient client,
            Clock clock) {
        this.transactions = transactions;
        this.planStop = planStop;
        this.signIn = new SignIn(transactions::call, secrets, client.tokens(), clock);
        this.client = client;
        this.clock = clock;
    }

    /** Database work in a transaction of its own. */
    @FunctionalInterface
    public interface Transactions {
        <T> T call(Function<Handle, T> work);
    }

    /** Ends the try from another thread, since the mailbox must be let go; what was known then is written down. */
    public void stop(MailboxStop reason) {
        line.stop(reason);
    }

    /** Tries once and writes down what became of it. */
    public void run(SendingLease lease) {
        Outgoing message = transactions
                .call(h -> new SendingRows(h).outgoing(lease.sendingId()))
                .orElseThrow();
        Optional<String> stop = planStop.apply(message.mailboxId());
        if (stop.isPresent()) {
            transactions.call(h -> new SendingRows(h).cancel(lease.sendingId(), stop.get(), clock.instant()));
            return;
        }
        Access access = transactions.call(h -> access(h, message.mailboxId()));
        if (access == null || access.secret() == null || access.server() == null) {
            transactions.call(h -> new SendingRows(h)
                    .cancel(
                            lease.sendingId(),
                            "The mailbox has no server or no password to send with",
                            clock.instant()));
            return;
        }
        SmtpOutcome outcome = message.raw().length == 0
                ? SmtpOutcome.unsuitable(SmtpPhase.CONNECT, "Its content was erased: write it anew")
                : signedIn(lease, message, access);
        transactions.call(h -> {
            SendingOutcomes outcomes = new SendingOutcomes(h, clock.instant());
            line.stopped()
                    .filter(reason -> outcome.result() == SmtpOutcome.Result.NOT_SENT)
                    .ifPresentOrElse(
                            reason -> outcomes.stopped(lease, outcome.phase(), reason),
                            () -> outcomes.record(lease, outcome));
            return outcome;
        });
    }

    /** A token that is refused before its time is renewed once; a password never. */
    private SmtpOutcome signedIn(SendingLease lease, Outgoing message, Access access) {
        try {
            Credential credential = signIn.of(access.accountId(), message.mailboxId(), access.login(), access.secret());
            SmtpOutcome outcome = send(lease, message, new SmtpRoute(access.server(), credential));
            if (!outcome.credentialsRefused()) {
                return outcome;
            }
            Optional<Credential> another = signIn.anew(access.accountId(), message.mailboxId(), credential);
            return another.isEmpty() ? outcome : send(lease, message, new SmtpRoute(access.server(), another.get()));
        } catch (IOException | Refusal e) {
            // There is no credential now, or none any more, or it does not open: nothing was begun.
            return SmtpOutcome.lost(SmtpPhase.CONNECT, e);
        }
    }

    private SmtpOutcome send(SendingLease lease, Outgoing message, SmtpRoute route) {
        return client.send(
                route,
                new SmtpEnvelope(message.sender(), message.recipients()),
                SmtpContent.of(message.raw()),
                new Watch(lease));
    }

    /** Before each phase: is the try still ours, and may the mailbox still be used. */
    private final class Watch implements PhaseWatch {

        private final SendingLease lease;

        Watch(SendingLease lease) {
            this.lease = lease;
        }

        @Override
        public void entering(SmtpPhase phase) throws IOException {
            List<MailboxStop> stops = transactions.call(h -> {
                new SendingLeases(h).enter(lease, phase);
                return new MailboxStops(h).among(List.of(lease.mailboxId()), clock.instant());
            });
            stops.forEach(line::stop);
            line.entering(phase);
        }

        @Override
        public void connecting(Closeable connection) {
            line.connecting(connection);
        }
    }

    private static Access access(Handle handle, long mailboxId) {
        return handle.createQuery("SELECT account_id, smtp_host, smtp_port, smtp_security, login, secret FROM mailbox"
                        + " WHERE id = :mailbox")
                .bind("mailbox", mailboxId)
                .map((row, context) -> new Access(
                        row.getLong("account_id"),
                        row.getString("smtp_host") == null
                                ? null
                                : new MailServer(
                                        row.getString("smtp_host"),
                                        row.getInt("smtp_port"),
                                        TransportSecurity.valueOf(row.getString("smtp_security"))),
                        row.getString("login"),
                        row.getBytes("secret")))
                .findOne()
                .orElse(null);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Access(long accountId, MailServer server, String login, byte[] secret) {}
}
