package org.holdfast.sync.imap;

import java.io.IOException;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;

/**
 * Opens sessions: host checked, connection protected, logged in. One shared TLS factory, so that sessions
 * resume.
 */
public final class ImapClient {

    private final HostPolicy hosts;
    private final Connector connector;
    private final WireLimits limits;
    private final SSLSocketFactory tls;

    /** With the bounds of everyday and the system's trust store. */
    public ImapClient(HostPolicy hosts) {
        this(hosts, WireLimits.DEFAULT, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /** With bounds and trust of its own. */
    public ImapClient(HostPolicy hosts, WireLimits limits, SSLSocketFactory tls) {
        this.hosts = hosts;
        this.limits = limits;
        this.tls = tls;
        this.connector = new Connector(tls, limits);
    }

    /**
     * A session, logged in once.
     *
     * @param qresync whether to use QRESYNC where the server has it
     * @throws org.holdfast.sync.failure.ProviderFailure whose class says what to do
     * @throws org.holdfast.mailbox.HostRefused before anything is sent
     */
    public ImapSession open(MailServer server, String login, String password, boolean qresync) throws IOException {
        return open(server, login, password, qresync, new Tether());
    }

    /** As {@link #open(MailServer, String, String, boolean)}; whoever has the tether can end it from outside. */
    public ImapSession open(MailServer server, String login, String password, boolean qresync, Tether tether)
            throws IOException {
        Reached reached = reach(server, tether);
        try {
            return reached.login(Credential.password(login, password), qresync);
        } catch (IOException | RuntimeException e) {
            reached.close();
            throw e;
        }
    }

    /** Asks for tokens under the same policy, bounds and trust. */
    public TokenRequests tokens() {
        return new TokenRequests(hosts, limits, tls);
    }

    /** What a client of a token endpoint shares with the mail client. */
    public record TokenRequests(HostPolicy hosts, WireLimits limits, SSLSocketFactory tls) {}

    /**
     * A connection that is protected and greeted, and over which no name was said yet.
     *
     * @throws org.holdfast.sync.failure.ProviderFailure whose class says what to do
     * @throws org.holdfast.mailbox.HostRefused before anything is sent
     */
    public Reached reach(MailServer server, Tether tether) throws IOException {
        return new Reached(server, connector.open(hosts.checkImap(server), tether), limits);
    }

    /** A server that has greeted; to be closed unless its login succeeds. */
    public static final class Reached {

        private final MailServer server;
        private final GuardedSocket socket;
        private final WireLimits limits;

        private Reached(MailServer server, GuardedSocket socket, WireLimits limits) {
            this.server = server;
            this.socket = socket;
            this.limits = limits;
        }

        /** Logs in once. */
        public ImapSession login(Credential credential, boolean qresync) throws IOException {
            Wire wire = Wire.over(socket, limits);
            wire.login(server, credential);
            ImapSession session = new ImapSession(wire);
            session.enable(qresync);
            return session;
        }

        /** Ends the connection. */
        public void close() throws IOException {
            socket.close();
        }
    }
}
