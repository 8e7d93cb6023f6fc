package org.holdfast.sync.imap;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.CheckedServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.sync.failure.ConnectionInsecure;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;

/**
 * Opens connections to checked addresses and protects them before anything else is said: TLS at once, or
 * STARTTLS with nothing read ahead across the upgrade. A greeting that skips the login is refused.
 */
final class Connector {

    private static final int LONGEST_GREETING = 8 * 1024;

    private final SSLSocketFactory tls;
    private final WireLimits limits;

    Connector(SSLSocketFactory tls, WireLimits limits) {
        this.tls = tls;
        this.limits = limits;
    }

    GuardedSocket open(CheckedServer target, Tether tether) throws ProviderFailure {
        ProviderFailure last = null;
        for (InetAddress address : target.addresses()) {
            DeadlineSocket raw = new DeadlineSocket(limits);
            tether.hold(raw);
            try {
                return protect(target, address, raw);
            } catch (ConnectionLost e) {
                last = e;
                closeQuietly(raw);
            } catch (ProviderFailure e) {
                closeQuietly(raw);
                throw e;
            } catch (IOException e) {
                last = new ConnectionLost("No connection to " + target.server() + ": " + e.getMessage(), e);
                closeQuietly(raw);
            }
        }
        throw last;
    }

    private GuardedSocket protect(CheckedServer target, InetAddress address, DeadlineSocket raw) throws IOException {
        raw.connect(new InetSocketAddress(address, target.server().port()), (int)
                limits.connect().toMillis());
        raw.setTcpNoDelay(true);
        raw.allow(limits.connect());
        Socket transport = raw;
        if (target.server().security() == TransportSecurity.TLS) {
            transport = Tls.over(tls, target, raw);
        }
        greet(readLine(transport.getInputStream()), target);
        if (target.server().security() == TransportSecurity.STARTTLS) {
            startTls(target, raw);
            transport = Tls.over(tls, target, raw);
        }
        return new GuardedSocket(raw, transport, limits);
    }

    private static void greet(String greeting, CheckedServer target) throws ProviderFailure {
        if (greeting.regionMatches(true, 0, "* PREAUTH", 0, 9)) {
            throw new ConnectionInsecure(target.server() + " claims that the login is done already; refused");
        }
        if (greeting.regionMatches(true, 0, "* BYE", 0, 5)) {
            throw new ProviderBusy(target.server() + " says: " + Answers.printable(greeting), null);
        }
        if (!greeting.regionMatches(true, 0, "* OK", 0, 4)) {
            throw new ConnectionLost(
                    target.server() + " is not an IMAP server: it greets with " + Answers.printable(greeting));
        }
    }

    private static void startTls(CheckedServer target, Socket raw) throws IOException {
        raw.getOutputStream().write("S0 STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
        raw.getOutputStream().flush();
        for (int lines = 0; lines < 50; lines++) {
            String line = readLine(raw.getInputStream());
            if (line.regionMatches(true, 0, "S0 OK", 0, 5)) {
                return;
            }
            if (!line.startsWith("* ")) {
                break;
            }
        }
        throw new ConnectionInsecure(target.server() + " does not offer STARTTLS; nothing was sent in clear text");
    }

    /** Byte by byte: what comes after the line is not touched. */
    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new ConnectionLost("The server ended the connection before it greeted");
            }
            if (line.length() >= LONGEST_GREETING) {
                throw new LineTooLong("The server's greeting is longer than " + LONGEST_GREETING + " bytes");
            }
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is of no use any more either way
        }
    }
}
