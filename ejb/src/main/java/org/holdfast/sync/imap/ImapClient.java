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

    /** With the bounds of everyday and the system's trust store. */
    public ImapClient(HostPolicy hosts) {
        this(hosts, WireLimits.DEFAULT, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /** With bounds and trust of its own. */
    public ImapClient(HostPolicy hosts, WireLimits limits, SSLSocketFactory tls) {
        this.hosts = hosts;
        this.limits = limits;
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
        Wire wire = Wire.over(connector.open(hosts.checkImap(server), tether), limits);
        try {
            wire.login(login, password);
            ImapSession session = new ImapSession(wire);
            session.enable(qresync);
            return session;
        } catch (IOException | RuntimeException e) {
            wire.close();
            throw e;
        }
    }
}
