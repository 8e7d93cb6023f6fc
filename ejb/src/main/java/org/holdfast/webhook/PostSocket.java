package org.holdfast.webhook;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A socket whose reads end at a deadline, however slowly bytes drip; below TLS, so that it holds there too. */
final class PostSocket extends Socket {

    private final long deadline;
    private InputStream bounded;

    PostSocket(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (bounded == null) {
            bounded = new Timed(super.getInputStream());
        }
        return bounded;
    }

    /** Milliseconds until the deadline, at least 1. */
    int left() throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException("No answer in time");
        }
        return (int) left;
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
            setSoTimeout(left());
            try {
                return in.read(buffer, offset, length);
            } catch (SocketTimeoutException e) {
                throw new SocketTimeoutException("No answer in time");
            }
        }
    }
}
