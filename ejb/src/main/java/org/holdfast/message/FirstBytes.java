package org.holdfast.message;

import java.io.IOException;
import java.io.InputStream;

/** The beginning of a stream, which then seems to end. */
final class FirstBytes extends InputStream {

    private final InputStream whole;
    private long left;

    FirstBytes(InputStream whole, long most) {
        this.whole = whole;
        this.left = most;
    }

    @Override
    public int read() throws IOException {
        if (left <= 0) {
            return -1;
        }
        left--;
        return whole.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left <= 0) {
            return -1;
        }
        int count = whole.read(target, offset, (int) Math.min(length, left));
        left -= Math.max(count, 0);
        return count;
    }
}
