package org.holdfast.sync.imap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What the protocol classes take for a plain, fresh socket: connected and protected already, with bounded
 * streams, and the greeting said again.
 */
final class GuardedSocket extends Socket {

    private static final byte[] GREETING = "* OK ready\r\n".getBytes(StandardCharsets.US_ASCII);

    private final DeadlineSocket raw;
    private final BoundedInput input;
    private final CommandGate gate;

    GuardedSocket(DeadlineSocket raw, Socket transport, WireLimits limits) throws IOException {
        this.raw = raw;
        this.input = new BoundedInput(
                new SequenceInputStream(new ByteArrayInputStream(GREETING), transport.getInputStream()), limits);
        this.gate = new CommandGate(transport.getOutputStream());
    }

    BoundedInput input() {
        return input;
    }

    CommandGate gate() {
        return gate;
    }

    /** The connection itself, below TLS. */
    DeadlineSocket raw() {
        return raw;
    }

    /** From now on reads may take so long altogether. */
    void allow(Duration time) {
        raw.allow(time);
    }

    /** Whether writes end at the deadline too: while content is handed over. */
    void timeWrites(boolean timed) {
        raw.timeWrites(timed);
    }

    /** It is connected: to the address that was checked, whatever is asked here. */
    @Override
    public void connect(SocketAddress endpoint) {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) {}

    @Override
    public InputStream getInputStream() {
        return input;
    }

    @Override
    public OutputStream getOutputStream() {
        return gate;
    }

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public InetAddress getInetAddress() {
        return raw.getInetAddress();
    }

    @Override
    public boolean isConnected() {
        return raw.isConnected();
    }

    @Override
    public boolean isClosed() {
        return raw.isClosed();
    }

    /** Without a farewell of TLS, which a server that does not read could hold up. */
    @Override
    public synchronized void close() throws IOException {
        raw.close();
    }
}
