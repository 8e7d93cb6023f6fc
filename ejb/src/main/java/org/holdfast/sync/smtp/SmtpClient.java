package org.holdfast.sync.smtp;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.CheckedServer;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.HostRefused;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.failure.ProviderSilent;
import org.holdfast.sync.imap.WireLimits;
import org.holdfast.sync.oauth.TokenEndpoint;

/**
 * Hands messages over to submission servers (RFC 6409), once, and says what became of them. Every recipient
 * or none: where one is refused, nobody gets the message. Talks to the provider: never in a transaction.
 */
public final class SmtpClient {

    /** RFC 5321 section 4.5.3.2 wants minutes of patience. */
    public static final WireLimits PATIENT =
            new WireLimits(4 * 1024, 0, 0, Duration.ofSeconds(20), Duration.ofMinutes(10), Duration.ofMinutes(5));

    private static final int LONGEST_LINE = 998;

    /** A token cannot be waited for longer than a submission may go on after its plan has ended. */
    private static final Duration TOKEN_WAIT = Duration.ofSeconds(20);

    private final HostPolicy hosts;
    private final WireLimits limits;
    private final SSLSocketFactory tls;

    /** With the bounds of everyday and the system's trust store. */
    public SmtpClient(HostPolicy hosts) {
        this(hosts, PATIENT, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /** With bounds and trust of its own. */
    public SmtpClient(HostPolicy hosts, WireLimits limits, SSLSocketFactory tls) {
        this.hosts = hosts;
        this.limits = limits;
        this.tls = tls;
    }

    /** Asks for tokens under the same policy and trust; not with the patience that submission wants. */
    public TokenEndpoint tokens() {
        return new TokenEndpoint(
                hosts,
                new WireLimits(
                        limits.lineBytes(),
                        limits.literalBytes(),
                        limits.nesting(),
                        limits.connect(),
                        atMost(TOKEN_WAIT, limits.silence()),
                        atMost(TOKEN_WAIT, limits.command())),
                tls);
    }

    private static Duration atMost(Duration most, Duration time) {
        return time.compareTo(most) > 0 ? most : time;
    }

    /**
     * Signs in, as a submission would, and leaves.
     *
     * @throws ProviderFailure whose class says what to do
     * @throws HostRefused before anything is sent
     */
    public void signIn(SmtpRoute route) throws IOException {
        CheckedServer target = hosts.checkSmtp(route.server());
        try (SmtpDialogue dialogue = connect(target, PhaseWatch.NONE)) {
            if (route.login() != null) {
                dialogue.login(route.credential());
            }
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** Hands a message over; see {@link #send(SmtpRoute, SmtpEnvelope, SmtpContent, PhaseWatch)}. */
    public SmtpOutcome send(SmtpRoute route, String from, List<String> recipients, byte[] message) {
        return send(route, new SmtpEnvelope(from, recipients), SmtpContent.of(message), PhaseWatch.NONE);
    }

    /**
     * Hands a message over, in one try. Throws nothing for what a server or a connection does.
     *
     * @param watch told of each phase before anything of it leaves; what it throws unchecked ends the
     *     submission and goes on to the caller, and then the final dot has not left
     */
    public SmtpOutcome send(SmtpRoute route, SmtpEnvelope envelope, SmtpContent content, PhaseWatch watch) {
        Track track = new Track(watch);
        try {
            MessageShape shape = MessageShape.of(content);
            if (shape.longestLine() > LONGEST_LINE) {
                return SmtpOutcome.unsuitable(
                        SmtpPhase.CONNECT, "A line of the message is longer than " + LONGEST_LINE + " bytes");
            }
            List<RefusedRecipient> unusable = envelope.recipients().stream()
                    .filter(each -> SmtpAddress.of(each).isEmpty())
                    .map(each -> new RefusedRecipient(each, null))
                    .toList();
            if (!unusable.isEmpty()) {
                return SmtpOutcome.refused(unusable);
            }
            CheckedServer target = hosts.checkSmtp(route.server());
            try (SmtpDialogue dialogue = connect(target, track)) {
                if (route.login() != null) {
                    dialogue.login(route.credential());
                }
                return submit(dialogue, envelope, content, shape);
            }
        } catch (HostRefused e) {
            return SmtpOutcome.lost(SmtpPhase.CONNECT, e);
        } catch (IOException e) {
            return SmtpOutcome.lost(track.reached, named(e));
        }
    }

    /** Remembers the last phase that its watch let begin. */
    private static final class Track implements PhaseWatch {

        private final PhaseWatch watch;
        private SmtpPhase reached = SmtpPhase.CONNECT;

        Track(PhaseWatch watch) {
            this.watch = watch;
        }

        @Override
        public void entering(SmtpPhase phase) throws IOException {
            watch.entering(phase);
            reached = phase;
        }

        @Override
        public void connecting(Closeable connection) throws IOException {
            watch.connecting(connection);
        }
    }

    private SmtpDialogue connect(CheckedServer target, PhaseWatch watch) throws IOException {
        IOException last = null;
        for (InetAddress address : target.addresses()) {
            SmtpDialogue dialogue = new SmtpDialogue(target, limits, watch);
            boolean open = false;
            try {
                dialogue.open(address, tls);
                open = true;
                return dialogue;
            } catch (ConnectionLost | ProviderSilent e) {
                last = e;
            } catch (ProviderFailure e) {
                throw e;
            } catch (IOException e) {
                last = new ConnectionLost("No connection to " + target.server() + ": " + e.getMessage(), e);
            } finally {
                if (!open) {
                    dialogue.close();
                }
            }
        }
        throw last;
    }

    private static SmtpOutcome submit(
            SmtpDialogue dialogue, SmtpEnvelope envelope, SmtpContent content, MessageShape shape) throws IOException {
        Optional<SmtpOutcome> unfit = unfit(dialogue, envelope, shape);
        if (unfit.isPresent()) {
            return unfit.get();
        }
        dialogue.enter(SmtpPhase.MAIL);
        SmtpReply mail = dialogue.command("MAIL FROM:", mailArguments(dialogue, envelope, shape));
        if (!mail.isPositive()) {
            return SmtpOutcome.refused(SmtpPhase.MAIL, mail);
        }
        dialogue.enter(SmtpPhase.RCPT);
        List<RefusedRecipient> refused = new ArrayList<>();
        for (String recipient : envelope.recipients()) {
            String address = SmtpAddress.of(recipient).orElseThrow().text();
            SmtpReply reply = dialogue.command("RCPT TO:", "<" + address + ">");
            if (!reply.isPositive()) {
                refused.add(new RefusedRecipient(recipient, reply));
            }
        }
        if (!refused.isEmpty()) {
            return SmtpOutcome.refused(refused);
        }
        dialogue.enter(SmtpPhase.DATA);
        SmtpReply data = dialogue.command("DATA", "");
        if (data.code() != 354) {
            return SmtpOutcome.refused(SmtpPhase.DATA, data);
        }
        SmtpReply end = dialogue.transmit(content, shape);
        return end.isPositive() ? SmtpOutcome.accepted(end) : SmtpOutcome.refused(SmtpPhase.ANSWERED, end);
    }

    /** What the server has said that it cannot take. */
    private static Optional<SmtpOutcome> unfit(SmtpDialogue dialogue, SmtpEnvelope envelope, MessageShape shape) {
        String size = dialogue.parameter("SIZE");
        long most = size.matches("[0-9]{1,18}") ? Long.parseLong(size) : 0;
        String reason = null;
        if (!envelope.from().isEmpty() && SmtpAddress.of(envelope.from()).isEmpty()) {
            reason = "The sender is not an address: " + envelope.from();
        } else if (most > 0 && shape.size() > most) {
            reason = "The message has " + shape.size() + " bytes; the server takes at most " + most;
        } else if (needsUtf8(envelope, shape) && !dialogue.has("SMTPUTF8")) {
            reason = "The server does not take addresses or header fields beyond ASCII";
        } else if (shape.eightBit() && !dialogue.has("8BITMIME")) {
            reason = "The server takes only content in ASCII";
        }
        return Optional.ofNullable(reason).map(text -> SmtpOutcome.unsuitable(SmtpPhase.EHLO, text));
    }

    private static boolean needsUtf8(SmtpEnvelope envelope, MessageShape shape) {
        return shape.eightBitHeader()
                || SmtpAddress.of(envelope.from())
                        .map(SmtpAddress::international)
                        .orElse(false)
                || envelope.recipients().stream()
                        .anyMatch(each -> SmtpAddress.of(each).orElseThrow().international());
    }

    private static String mailArguments(SmtpDialogue dialogue, SmtpEnvelope envelope, MessageShape shape) {
        String from = SmtpAddress.of(envelope.from()).map(SmtpAddress::text).orElse("");
        StringBuilder arguments = new StringBuilder("<" + from + ">");
        if (dialogue.has("SIZE")) {
            arguments.append(" SIZE=").append(shape.size());
        }
        if (shape.eightBit()) {
            arguments.append(" BODY=8BITMIME");
        }
        if (needsUtf8(envelope, shape)) {
            arguments.append(" SMTPUTF8");
        }
        return arguments.toString();
    }

    private static ProviderFailure named(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProviderFailure failure) {
                return failure;
            }
        }
        return new ConnectionLost("The connection was lost: " + e.getMessage(), e);
    }
}
