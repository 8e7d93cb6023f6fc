package org.holdfast.sync.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.SocketFactory;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.IMAPProtocol;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.util.MailLogger;
import org.holdfast.mailbox.MailServer;
import org.holdfast.sync.UidSet;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.ProviderFailure;

/**
 * Commands and answers over the protocol classes of Angus, of which only the parser of single responses is
 * used: its higher layers hide failures (they turn NO, BAD and lost connections into nothing).
 */
final class Wire {

    /** Longest set of UIDs in one command; servers take lines of 8 KiB at least. */
    private static final int LONGEST_SET = 6_000;

    /** What a server says when there is something to look at. */
    private static final Set<String> NEWS = Set.of("EXISTS", "RECENT", "EXPUNGE", "FETCH", "VANISHED");

    private static final Logger LOG = Logger.getLogger(Wire.class.getName());

    private final GuardedSocket socket;
    private final WireLimits limits;
    private final IMAPProtocol protocol;
    private final Set<String> capabilities = new HashSet<>();
    private String idleTag;
    private boolean newsBefore;

    private Wire(GuardedSocket socket, WireLimits limits, IMAPProtocol protocol) {
        this.socket = socket;
        this.limits = limits;
        this.protocol = protocol;
    }

    static Wire over(GuardedSocket socket, WireLimits limits) throws ProviderFailure {
        Properties properties = new Properties();
        properties.put("mail.imap.socketFactory", new OneSocket(socket));
        properties.put("mail.imap.socketFactory.fallback", "false");
        properties.put("mail.mime.address.strict", "false");
        // The trace would hold credentials.
        MailLogger quiet = new MailLogger(Wire.class, "imap", false, System.err);
        socket.allow(limits.command());
        socket.gate().announceCommand();
        try {
            String address = socket.getInetAddress().getHostAddress();
            Wire wire = new Wire(
                    socket, limits, new IMAPProtocol("imap", address, socket.getPort(), properties, false, quiet));
            wire.askCapabilities();
            return wire;
        } catch (IOException | ProtocolException | RuntimeException e) {
            throw translate(socket, e);
        }
    }

    private void askCapabilities() throws IOException {
        capabilities.clear();
        run("CAPABILITY", response -> {
            if (response.keyEquals("CAPABILITY")) {
                for (String word : response.getRest().strip().split(" ", -1)) {
                    capabilities.add(word.toUpperCase(Locale.ROOT));
                }
            }
        });
    }

    boolean has(String capability) {
        return capabilities.contains(capability);
    }

    /** Logs in once; asks again afterwards what the server can. */
    void login(MailServer server, Credential credential) throws IOException {
        if (credential.isToken()) {
            boolean bearer = !has("AUTH=XOAUTH2") && has("AUTH=OAUTHBEARER");
            if (!bearer && !has("AUTH=XOAUTH2")) {
                throw new AuthenticationRejected("The server offers no login with a token");
            }
            String response = bearer ? credential.oauthBearer(server) : credential.xoauth2();
            // Nothing more is said to a refusal in JSON (RFC 7628 section 3.2.3).
            authenticate(credential, bearer ? "OAUTHBEARER" : "XOAUTH2", response, bearer ? "AQ==" : "");
        } else if (has("AUTH=PLAIN")) {
            authenticate(credential, "PLAIN", credential.plain(), null);
        } else if (has("LOGINDISABLED")) {
            throw new AuthenticationRejected("The server offers no login with a password");
        } else {
            String command = "LOGIN " + quote(credential.login()) + " " + quote(credential.secret());
            ended(receiveTagged(send(command), ignored -> {}), credential, escaped(credential.secret()));
        }
        askCapabilities();
    }

    /** Several answers to a challenge at most: first the credential, then that its refusal was read. */
    private void authenticate(Credential credential, String mechanism, String response, String afterwards)
            throws IOException {
        Deque<String> answers = new ArrayDeque<>();
        boolean inOne = has("SASL-IR");
        if (!inOne) {
            answers.add(response);
        }
        if (afterwards != null) {
            answers.add(afterwards);
        }
        String tag = send("AUTHENTICATE " + mechanism + (inOne ? " " + response : ""));
        ended(
                receiveTagged(tag, challenge -> {
                    if (challenge.isContinuation() && !answers.isEmpty()) {
                        socket.gate().announceResponse();
                        socket.getOutputStream().write((answers.remove() + "\r\n").getBytes(StandardCharsets.US_ASCII));
                        socket.getOutputStream().flush();
                    }
                }),
                credential,
                response);
    }

    /** Some servers repeat in their refusal what they were sent. */
    private static void ended(Response tagged, Credential credential, String sent) throws ProviderFailure {
        if (!tagged.isOK()) {
            throw Answers.login(credential.without(tagged.getRest(), List.of(sent)), tagged.isBAD());
        }
    }

    /**
     * One command and its whole answer.
     *
     * @return how many untagged responses could not be read
     * @throws org.holdfast.sync.failure.CommandRefused for NO and BAD
     */
    int run(String command, ImapSession.Reader reader) throws IOException {
        return receive(send(command), reader);
    }

    /** Sends without waiting; answers come in the order of commands. */
    String send(String command) throws ProviderFailure {
        socket.allow(limits.command());
        socket.gate().announceCommand();
        try {
            return protocol.writeCommand(command, null);
        } catch (IOException | ProtocolException e) {
            throw translate(socket, e);
        }
    }

    /** The time of the next command begins now: what was done meanwhile was not the server's delay. */
    void allowTime() {
        socket.allow(limits.command());
    }

    /** The answer to a command that was sent. */
    int receive(String tag, ImapSession.Reader reader) throws IOException {
        int[] unreadable = new int[1];
        Response tagged = receiveTagged(tag, reader, unreadable);
        if (!tagged.isOK()) {
            throw Answers.command(tagged.getRest());
        }
        return unreadable[0];
    }

    private Response receiveTagged(String tag, ImapSession.Reader reader) throws IOException {
        return receiveTagged(tag, reader, new int[1]);
    }

    private Response receiveTagged(String tag, ImapSession.Reader reader, int[] unreadable) throws IOException {
        while (true) {
            Response response = next();
            if (response == null) {
                unreadable[0]++;
            } else if (response.isTagged() && response.getTag().equals(tag)) {
                return response;
            } else if (response.isBYE()) {
                throw new ConnectionLost("The server ended the session: " + Answers.printable(response.getRest()));
            } else if (response instanceof IMAPResponse untagged) {
                reader.read(untagged);
            }
        }
    }

    /** Null for a response that was read whole and cannot be understood. */
    private Response next() throws ProviderFailure {
        try {
            return protocol.readResponse();
        } catch (ProtocolException e) {
            LOG.log(Level.FINE, "A response could not be read", e);
            return null;
        } catch (IOException e) {
            throw translate(socket, e);
        } catch (RuntimeException e) {
            if (socket.input().failure() != null) {
                throw translate(socket, e);
            }
            LOG.log(Level.FINE, "A response could not be read", e);
            return null;
        }
    }

    /**
     * Has the server tell of news from now on (RFC 2177). What came with its consent is read too: nobody would see
     * it arrive.
     *
     * @return whether there is news already
     */
    boolean beginIdle(Duration patience) throws IOException {
        idleTag = send("IDLE");
        while (true) {
            Response response = next();
            if (response != null && response.isContinuation()) {
                socket.allow(patience);
                while (protocol.hasResponse()) {
                    heard(next());
                }
                socket.input().rest();
                return newsBefore;
            }
            if (response != null && response.isTagged()) {
                throw Answers.command(response.getRest());
            }
            heard(response);
        }
    }

    /**
     * Reads what has arrived while the server tells of news.
     *
     * @param patience for the rest of a response that has begun
     * @return whether any of it is about messages
     */
    boolean hear(Duration patience) throws IOException {
        socket.allow(patience);
        do {
            heard(next());
        } while (protocol.hasResponse());
        socket.input().rest();
        return newsBefore;
    }

    private void heard(Response response) throws ProviderFailure {
        if (response != null && (response.isBYE() || response.isTagged())) {
            throw new ConnectionLost("The server ended the session: " + Answers.printable(response.getRest()));
        }
        newsBefore |= response instanceof IMAPResponse untagged && NEWS.contains(String.valueOf(untagged.getKey()));
    }

    /** Has the server stop; whether it told of messages until then. */
    boolean endIdle() throws IOException {
        socket.allow(limits.connect());
        socket.gate().announceResponse();
        try {
            socket.getOutputStream().write("DONE\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw translate(socket, e);
        }
        receive(idleTag, this::heard);
        boolean news = newsBefore;
        newsBefore = false;
        return news;
    }

    GuardedSocket socket() {
        return socket;
    }

    private static ProviderFailure translate(GuardedSocket socket, Exception e) {
        Throwable first = socket.gate().failure() != null
                ? socket.gate().failure()
                : socket.input().failure();
        for (Throwable cause = first != null ? first : e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProviderFailure failure) {
                return failure;
            }
        }
        return new ConnectionLost("The connection was lost: " + Answers.printable(String.valueOf(e.getMessage())), e);
    }

    /** From now on commands may change something, in the name of a user's command. */
    void begin(long commandId) {
        socket.gate().begin(commandId);
    }

    void end() {
        socket.gate().end();
    }

    /**
     * A command that changes something, tagged with the id of the user's command.
     *
     * @return the text of the server's OK
     * @throws CommandRefused for NO and BAD
     */
    String write(String tag, String command, ImapSession.Reader reader) throws IOException {
        say(tag + " " + command + "\r\n");
        return finished(tag, reader);
    }

    private void say(String line) throws ProviderFailure {
        socket.allow(limits.command());
        socket.gate().announceCommand();
        try {
            socket.getOutputStream().write(line.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw translate(socket, e);
        }
    }

    private String finished(String tag, ImapSession.Reader reader) throws IOException {
        Response tagged = receiveTagged(tag, reader);
        if (!tagged.isOK()) {
            throw Answers.command(tagged.getRest());
        }
        return tagged.getRest();
    }

    /**
     * A command that hands content over, tagged with the id of the user's command.
     *
     * @return the text of the server's OK
     */
    String write(String tag, String command, byte[] content) throws IOException {
        boolean waits = !has("LITERAL+") && !(has("LITERAL-") && content.length <= 4096);
        socket.gate().announceLiteral(content.length);
        say(tag + " " + command + " {" + content.length + (waits ? "}" : "+}") + "\r\n");
        if (waits) {
            Response answer = next();
            while (answer == null || !(answer.isContinuation() || answer.isTagged())) {
                answer = next();
            }
            if (!answer.isContinuation()) {
                socket.gate().withdrawLiteral();
                throw Answers.command(answer.getRest());
            }
        }
        socket.allow(limits.command().plusSeconds(content.length / (16 * 1024)));
        socket.timeWrites(true);
        try {
            for (int at = 0; at < content.length; at += 16 * 1024) {
                socket.getOutputStream().write(content, at, Math.min(16 * 1024, content.length - at));
            }
            socket.getOutputStream().write(new byte[] {'\r', '\n'});
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw translate(socket, e);
        } finally {
            socket.timeWrites(false);
        }
        return finished(tag, response -> {});
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.FINE, "Closing", e);
        }
    }

    /** A quoted string; characters are the bytes of the wire. */
    static String quote(String text) throws ProviderFailure {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n' || c == 0 || c > 0xFF) {
                throw new CommandRefused("Not sendable: a name or password with line breaks or NUL");
            }
        }
        return '"' + escaped(text) + '"';
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** A set in pieces short enough for one command each. */
    static List<String> parts(UidSet uids) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (UidSet.Range range : uids.ranges()) {
            if (part.length() > LONGEST_SET) {
                parts.add(part.toString());
                part.setLength(0);
            }
            part.append(part.isEmpty() ? "" : ",").append(range);
        }
        if (!part.isEmpty()) {
            parts.add(part.toString());
        }
        return parts;
    }

    /** Hands out the one socket that is open already. */
    private static final class OneSocket extends SocketFactory {

        private final GuardedSocket socket;

        OneSocket(GuardedSocket socket) {
            this.socket = socket;
        }

        @Override
        public GuardedSocket createSocket() {
            return socket;
        }

        @Override
        public GuardedSocket createSocket(String host, int port) {
            return socket;
        }

        @Override
        public GuardedSocket createSocket(String host, int port, java.net.InetAddress local, int localPort) {
            return socket;
        }

        @Override
        public GuardedSocket createSocket(java.net.InetAddress host, int port) {
            return socket;
        }

        @Override
        public GuardedSocket createSocket(
                java.net.InetAddress host, int port, java.net.InetAddress local, int localPort) {
            return socket;
        }
    }
}
