package org.holdfast.sync.imap;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.holdfast.sync.failure.ProviderSilent;

/**
 * A socket whose reads end at a deadline, however slowly bytes drip; below TLS, so that a record that
 * never ends is caught too.
 */
final class DeadlineSocket extends Socket {

    private final Duration silence;
    private volatile long deadline;
    private InputStream bounded;

    DeadlineSocket(WireLimits limits) {
        silence = limits.silence();
        allow(limits.connect());
    }

    /** From now on reads may take so long altogether. */
    void allow(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (bounded == null) {
            bounded = new Timed(super.getInputStream());
        }
        return bounded;
    }

    private void arm() throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new ProviderSilent("The server's answer was not complete in time");
        }
        setSoTimeout((int) Math.max(1, Math.min(left, silence.toMillis())));
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
            arm();
            try {
                return in.read(buffer, offset, length);
            } catch (SocketTimeoutException e) {
                throw new ProviderSilent("The server did not answer in time", e);
            }
        }
    }
}
