package org.holdfast.sync.imap;

import java.io.IOException;
import java.io.InputStream;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.LiteralTooLarge;
import org.holdfast.sync.failure.NestingTooDeep;

/**
 * The read half under the protocol classes: follows the framing of RFC 3501 section 4 and stops a response
 * whose line, literal or nesting breaks its bound before it is handed on. After that it stays stopped.
 */
final class BoundedInput extends InputStream {

    private static final byte[] NOTHING = new byte[0];
    private static final int CHUNK = 16 * 1024;

    private final InputStream in;
    private final WireLimits limits;
    private byte[] chunk = NOTHING;
    private int position;
    private int available;

    private long literalLeft;
    private int lineLength;
    private int nesting;
    private boolean quoted;
    private boolean escaped;
    /** The number in braces so far; -1 outside of braces. */
    private long announced = -1;

    private boolean closedBrace;
    private int previous;
    private IOException failure;

    BoundedInput(InputStream in, WireLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (length == 0) {
            return 0;
        }
        try {
            if (position == available && !fill()) {
                return -1;
            }
            int count = Math.min(length, available - position);
            follow(count);
            System.arraycopy(chunk, position, buffer, offset, count);
            position += count;
            return count;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Advances over the next bytes; throws before any byte of a response that breaks a bound is handed on. */
    private void follow(int count) throws IOException {
        int end = position + count;
        int at = position;
        while (at < end) {
            if (literalLeft > 0) {
                int skip = (int) Math.min(literalLeft, end - at);
                literalLeft -= skip;
                at += skip;
            } else {
                step(chunk[at] & 0xFF);
                at++;
            }
        }
    }

    /** Gives memory back while nothing is expected for long. */
    void rest() {
        if (position == available) {
            chunk = NOTHING;
            position = 0;
            available = 0;
        }
    }

    private boolean fill() throws IOException {
        if (chunk.length == 0) {
            chunk = new byte[CHUNK];
        }
        int count = in.read(chunk, 0, chunk.length);
        position = 0;
        available = Math.max(0, count);
        return count > 0;
    }

    @Override
    public int available() throws IOException {
        return available - position + in.available();
    }

    /** What stopped the stream; null while it flows. */
    IOException failure() {
        return failure;
    }

    private void step(int b) throws IOException {
        if (b == '\n' && previous == '\r') {
            endLine();
        } else {
            if (++lineLength > limits.lineBytes()) {
                throw new LineTooLong("A response of the server is longer than " + limits.lineBytes() + " bytes");
            }
            if (b != '\r') {
                inLine(b);
            }
        }
        previous = b;
    }

    private void endLine() throws IOException {
        if (closedBrace && announced >= 0) {
            if (announced > limits.literalBytes()) {
                throw new LiteralTooLarge("The server announced a literal of " + announced + " bytes, more than "
                        + limits.literalBytes());
            }
            literalLeft = announced;
        } else {
            lineLength = 0;
            nesting = 0;
        }
        quoted = false;
        escaped = false;
        announced = -1;
        closedBrace = false;
    }

    private void inLine(int b) throws IOException {
        closedBrace = b == '}' && announced >= 0;
        if (!closedBrace) {
            followAnnouncement(b);
        }
        if (quoted) {
            inQuoted(b);
        } else if (b == '"') {
            quoted = true;
        } else if (b == '(' && ++nesting > limits.nesting()) {
            throw new NestingTooDeep("The server nests lists deeper than " + limits.nesting());
        } else if (b == ')' && nesting > 0) {
            nesting--;
        }
    }

    private void followAnnouncement(int b) {
        if (b == '{') {
            announced = 0;
        } else if (announced >= 0 && b >= '0' && b <= '9') {
            announced = Math.min(announced * 10 + b - '0', Integer.MAX_VALUE * 10L);
        } else {
            announced = -1;
        }
    }

    private void inQuoted(int b) {
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            quoted = false;
        }
    }
}
