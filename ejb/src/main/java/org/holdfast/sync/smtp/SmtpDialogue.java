package org.holdfast.sync.smtp;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.CheckedServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CommandForbidden;
import org.holdfast.sync.failure.ConnectionInsecure;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.imap.Credential;
import org.holdfast.sync.imap.DeadlineSocket;
import org.holdfast.sync.imap.Tls;
import org.holdfast.sync.imap.WireLimits;

/**
 * One connection to a submission server: commands of a fixed list, one line each, and answers of bounded
 * length. Knows its phase at every moment.
 */
final class SmtpDialogue implements AutoCloseable {

    private static final Set<String> VERBS =
            Set.of("EHLO", "STARTTLS", "AUTH", "MAIL FROM:", "RCPT TO:", "DATA", "RSET", "QUIT");
    private static final int MOST_LINES = 200;

    /** A server that does not even greet is not waited for as one that works on a command. */
    private static final Duration GREETING_WAIT = Duration.ofMinutes(1);

    private static final int LONGEST_COMMAND = 12_288;
    private static final Pattern LATER =
            Pattern.compile("try again|temporar|too many|unavailable|internal|not connected", Pattern.CASE_INSENSITIVE);

    private final CheckedServer target;
    private final WireLimits limits;
    private final PhaseWatch watch;
    private final DeadlineSocket raw;
    private final Map<String, String> extensions = new HashMap<>();
    private InputStream in;
    private OutputStream out;
    private SmtpPhase phase = SmtpPhase.CONNECT;

    SmtpDialogue(CheckedServer target, WireLimits limits, PhaseWatch watch) throws ConnectionLost {
        this.target = target;
        this.limits = limits;
        this.watch = watch;
        this.raw = new DeadlineSocket(limits);
    }

    void enter(SmtpPhase next) throws IOException {
        watch.entering(next);
        phase = next;
    }

    /** Connects, protects the connection and greets. */
    void open(InetAddress address, SSLSocketFactory tls) throws IOException {
        enter(SmtpPhase.CONNECT);
        watch.connecting(raw);
        raw.connect(new java.net.InetSocketAddress(address, target.server().port()), (int)
                limits.connect().toMillis());
        raw.setTcpNoDelay(true);
        if (target.server().security() == TransportSecurity.TLS) {
            raw.allow(limits.connect());
            over(Tls.over(tls, target, raw));
        } else {
            // Nothing is read ahead of an upgrade.
            in = raw.getInputStream();
            out = raw.getOutputStream();
        }
        enter(SmtpPhase.GREETING);
        raw.allow(limits.command().compareTo(GREETING_WAIT) > 0 ? GREETING_WAIT : limits.command());
        require(answer(), "greets with");
        sayHello();
        if (target.server().security() == TransportSecurity.STARTTLS) {
            startTls(tls);
            sayHello();
        }
    }

    private void over(Socket transport) throws IOException {
        in = new BufferedInputStream(transport.getInputStream());
        out = new BufferedOutputStream(transport.getOutputStream(), 16 * 1024);
    }

    private void startTls(SSLSocketFactory tls) throws IOException {
        enter(SmtpPhase.STARTTLS);
        if (!extensions.containsKey("STARTTLS") || command("STARTTLS", "").code() != 220) {
            throw new ConnectionInsecure(target.server() + " does not offer STARTTLS; nothing was sent in clear text");
        }
        raw.allow(limits.connect());
        over(Tls.over(tls, target, raw));
    }

    private void sayHello() throws IOException {
        enter(SmtpPhase.EHLO);
        extensions.clear();
        InetAddress own = raw.getLocalAddress();
        String name = (own instanceof Inet6Address ? "[IPv6:" : "[")
                + own.getHostAddress().replaceFirst("%.*", "") + "]";
        List<String> lines = new ArrayList<>();
        require(command("EHLO", " " + name, lines), "answers EHLO with");
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.strip().split(" ", 2);
            extensions.put(words[0].toUpperCase(Locale.ROOT), words.length < 2 ? "" : words[1]);
        }
    }

    private void require(SmtpReply reply, String what) throws ProviderFailure {
        String text = target.server() + " " + what + " " + reply;
        if (reply.isTemporary()) {
            throw new ProviderBusy(text, null);
        }
        if (!reply.isPositive()) {
            throw new ProviderFailure(text, null);
        }
    }

    /** Whether the server offers an extension. */
    boolean has(String extension) {
        return extensions.containsKey(extension);
    }

    /** The parameter of an extension; empty if there is none. */
    String parameter(String extension) {
        return extensions.getOrDefault(extension, "");
    }

    /** Logs in once. */
    void login(Credential credential) throws IOException {
        enter(SmtpPhase.AUTH);
        Set<String> mechanisms =
                Set.of(parameter("AUTH").toUpperCase(Locale.ROOT).split(" ", -1));
        SmtpReply reply;
        String sent = credential.plain();
        if (credential.isToken()) {
            boolean bearer = !mechanisms.contains("XOAUTH2") && mechanisms.contains("OAUTHBEARER");
            if (!bearer && !mechanisms.contains("XOAUTH2")) {
                throw new AuthenticationRejected(target.server() + " offers no login with a token");
            }
            sent = bearer ? credential.oauthBearer(target.server()) : credential.xoauth2();
            reply = command("AUTH", (bearer ? " OAUTHBEARER " : " XOAUTH2 ") + sent);
            // The reason of a refusal comes as a challenge, which is to be answered.
            reply = reply.code() == 334 ? response(bearer ? "AQ==" : "") : reply;
        } else if (mechanisms.contains("PLAIN")) {
            reply = command("AUTH", " PLAIN " + sent);
        } else if (mechanisms.contains("LOGIN")) {
            reply = command("AUTH", " LOGIN");
            reply = reply.code() == 334 ? response(base64(credential.login())) : reply;
            reply = reply.code() == 334 ? response(base64(credential.secret())) : reply;
        } else {
            throw new AuthenticationRejected(target.server() + " offers no login with a password");
        }
        if (reply.code() != 235) {
            throw refusedLogin(reply, credential.without(reply.toString(), List.of(sent, base64(credential.secret()))));
        }
    }

    /** Only a clear refusal counts as one. Some servers repeat what they were sent. */
    private ProviderFailure refusedLogin(SmtpReply reply, String text) {
        if (reply.isTemporary() || LATER.matcher(text).find()) {
            return new ProviderBusy(target.server() + " asks to come back later: " + text, null);
        }
        return Set.of(525, 530, 534, 535, 538).contains(reply.code())
                ? new AuthenticationRejected("The provider refused the login: " + text)
                : new ProviderFailure(target.server() + " answers the login with " + text, null);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** One command and its answer. */
    SmtpReply command(String verb, String arguments) throws IOException {
        return command(verb, arguments, new ArrayList<>());
    }

    private SmtpReply command(String verb, String arguments, List<String> lines) throws IOException {
        if (!VERBS.contains(verb)) {
            throw new CommandForbidden("The command " + verb + " was stopped");
        }
        return say(verb + arguments, lines);
    }

    private SmtpReply response(String base64) throws IOException {
        return say(base64, new ArrayList<>());
    }

    private SmtpReply say(String line, List<String> lines) throws IOException {
        boolean split = line.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0);
        byte[] bytes = (line + "\r\n").getBytes(StandardCharsets.UTF_8);
        if (split || bytes.length > LONGEST_COMMAND) {
            throw new CommandForbidden("A command that is not one line of bounded length was stopped");
        }
        raw.allow(limits.command());
        out.write(bytes);
        out.flush();
        return answer(lines);
    }

    SmtpReply answer() throws IOException {
        return answer(new ArrayList<>());
    }

    /** An answer of one line or several; their texts are added to the list. */
    private SmtpReply answer(List<String> lines) throws IOException {
        String line;
        do {
            line = readLine();
            if (!line.matches("[2-5][0-9][0-9]([ -].*)?") || lines.size() >= MOST_LINES) {
                throw new ProtocolViolation(target.server() + " does not answer as an SMTP server does");
            }
            lines.add(line.length() > 4 ? line.substring(4) : "");
        } while (line.startsWith("-", 3));
        return SmtpReply.of(Integer.parseInt(line.substring(0, 3)), String.join(" ", lines));
    }

    private String readLine() throws IOException {
        java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new ConnectionLost(target.server() + " ended the connection");
            }
            if (line.size() >= limits.lineBytes()) {
                throw new LineTooLong("An answer of the server is longer than " + limits.lineBytes() + " bytes");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing().replaceAll("\\p{Cntrl}", " ");
    }

    /** Sends content and its end, and waits for the answer that decides. */
    SmtpReply transmit(SmtpContent content, MessageShape shape) throws IOException {
        enter(SmtpPhase.CONTENT);
        // At least 16 KB a second, beside the everyday allowance.
        raw.allow(limits.command().plus(Duration.ofSeconds(shape.size() / (16 * 1024))));
        raw.timeWrites(true);
        DataOutput data = new DataOutput(out instanceof BufferedOutputStream ? out : new BufferedOutputStream(out));
        try (InputStream message = content.open()) {
            message.transferTo(data);
        }
        data.endContent();
        enter(SmtpPhase.FINAL_DOT);
        raw.allow(limits.command().multipliedBy(2));
        data.finalDot();
        raw.timeWrites(false);
        SmtpReply reply = answer();
        phase = SmtpPhase.ANSWERED;
        return reply;
    }

    /** Says goodbye without waiting for the answer, where all is said. */
    @Override
    public void close() {
        try {
            if (out != null && phase != SmtpPhase.CONTENT && phase != SmtpPhase.FINAL_DOT && !raw.isClosed()) {
                out.write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        } catch (IOException e) {
            // it is of no use any more either way
        } finally {
            closeQuietly();
        }
    }

    private void closeQuietly() {
        try {
            raw.close();
        } catch (IOException e) {
            // it is of no use any more either way
        }
    }
}
