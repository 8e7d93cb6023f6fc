package org.holdfast.sync.imap;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.ProviderSilent;

/**
 * A socket whose reads end at a deadline, however slowly bytes drip; below TLS, so that a record that
 * never ends is caught too. While content is handed over, writes end at the deadline as well: a server that
 * stops reading holds nobody up.
 */
public final class DeadlineSocket extends Socket {

    private final Duration silence;
    private final SocketChannel channel;
    private final Socket socket;
    private volatile long deadline;
    private volatile boolean timedWrites;
    private InputStream input;
    private OutputStream output;

    /** Not yet connected. */
    public DeadlineSocket(WireLimits limits) throws ConnectionLost {
        silence = limits.silence();
        try {
            channel = SocketChannel.open();
        } catch (IOException e) {
            throw new ConnectionLost("No socket: " + e.getMessage(), e);
        }
        socket = channel.socket();
        allow(limits.connect());
    }

    /** From now on reads may take so long altogether. */
    public void allow(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    /** Lets a selector see when something arrives; nothing is read until {@link #unwatch}. */
    SelectionKey watch(Selector selector, Object attachment) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, SelectionKey.OP_READ, attachment);
    }

    /** To be read again; by the thread that has the selector. */
    void unwatch(Selector selector) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.cancel();
            selector.selectNow();
        }
        channel.configureBlocking(true);
    }

    /** Whether writes end at the deadline too; only while no other thread reads. */
    public void timeWrites(boolean timed) {
        timedWrites = timed;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        socket.connect(endpoint, timeout);
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (input == null) {
            input = new Timed(socket.getInputStream());
        }
        return input;
    }

    @Override
    public synchronized OutputStream getOutputStream() throws IOException {
        if (output == null) {
            output = new TimedOutput(socket.getOutputStream());
        }
        return output;
    }

    private long left() throws ProviderSilent {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new ProviderSilent("The server's answer was not complete in time");
        }
        return Math.max(1, Math.min(left, silence.toMillis()));
    }

    @Override
    public InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public int getLocalPort() {
        return socket.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws java.net.SocketException {
        socket.setTcpNoDelay(on);
    }

    /** Reads set it themselves. */
    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public int getSoTimeout() {
        return 0;
    }

    @Override
    public int getSoLinger() {
        return -1;
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }

    private final class Timed extends FilterInputStream {

        Timed(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            socket.setSoTimeout((int) left());
            try {
                return in.read(buffer, offset, length);
            } catch (SocketTimeoutException e) {
                throw new ProviderSilent("The server did not answer in time", e);
            }
        }
    }

    private final class TimedOutput extends OutputStream {

        private final OutputStream out;

        TimedOutput(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!timedWrites) {
                out.write(bytes, offset, length);
                return;
            }
            ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
            channel.configureBlocking(false);
            try {
                while (rest.hasRemaining()) {
                    if (channel.write(rest) == 0) {
                        awaitRoom();
                    }
                }
            } finally {
                if (channel.isOpen()) {
                    channel.configureBlocking(true);
                }
            }
        }

        private void awaitRoom() throws IOException {
            try (Selector selector = Selector.open()) {
                channel.register(selector, SelectionKey.OP_WRITE);
                if (selector.select(left()) == 0) {
                    throw new ProviderSilent("The server does not take what is sent");
                }
            }
        }
    }
}
