package org.holdfast.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Reads stored content in ranges, each by a short statement of its own, so that neither a large message nor a
 * slow reader holds memory or a connection.
 */
final class ContentStream extends InputStream {

    private static final int RANGE = 256 * 1024;

    private final Jdbi jdbi;
    private final long copyId;
    private final long end;
    private long position;
    private byte[] range = new byte[0];
    private int next;

    /**
     * Some bytes of a content.
     *
     * @param from the first, counted from 0
     * @param end the last, exclusive
     */
    ContentStream(Jdbi jdbi, long copyId, long from, long end) {
        this.jdbi = jdbi;
        this.copyId = copyId;
        this.position = from;
        this.end = end;
    }

    /** How many bytes are stored for a copy; looks at no content. Empty if there is none. */
    static Optional<Long> length(Jdbi jdbi, long copyId) {
        return jdbi.withHandle(h -> h.createQuery("SELECT octet_length(raw) FROM mail_content WHERE copy_id = :copy")
                .bind("copy", copyId)
                .mapTo(Long.class)
                .findOne());
    }

    @Override
    public int read() throws IOException {
        return fill() ? range[next++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, range.length - next);
        System.arraycopy(range, next, target, offset, count);
        next += count;
        return count;
    }

    @Override
    public int available() {
        return range.length - next;
    }

    /** Whether a byte is at hand. */
    private boolean fill() throws IOException {
        if (next < range.length) {
            return true;
        }
        if (position >= end) {
            return false;
        }
        range = fetch((int) Math.min(RANGE, end - position));
        next = 0;
        position += range.length;
        return true;
    }

    /** EXTERNAL storage: the database reads the pages of this range only. */
    private byte[] fetch(int length) throws IOException {
        byte[] fetched = jdbi.withHandle(h -> h.createQuery(
                                "SELECT substring(raw FROM CAST(:from AS integer) FOR CAST(:length AS integer))"
                                        + " FROM mail_content WHERE copy_id = :copy")
                        .bind("from", position + 1)
                        .bind("length", length)
                        .bind("copy", copyId)
                        .mapTo(byte[].class)
                        .findOne())
                .orElseThrow(() -> new IOException("Message " + copyId + " was removed while its content was read"));
        if (fetched.length != length) {
            throw new IOException("The content of message " + copyId + " ends before byte " + (position + length));
        }
        return fetched;
    }
}
