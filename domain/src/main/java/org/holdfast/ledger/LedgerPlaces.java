package org.holdfast.ledger;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Says in which entries of a run some copies are named: what makes a copy quick to find, and nothing that
 * the ledger itself depends on.
 *
 * <p>Layout, version 1: a byte 1; then the copies by ascending id, each as id minus the id before, slice and
 * number of its entry, as variable-length numbers (7 bits a byte, least first, high bit: more follows).
 */
public final class LedgerPlaces {

    private static final int VERSION = 1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long first;
    private long last;
    private int count;

    public LedgerPlaces() {
        out.write(VERSION);
    }

    /**
     * Adds a copy.
     *
     * @throws IllegalArgumentException if its id is not greater than the one before
     */
    public void add(long copyId, int slice, int entry) {
        if (copyId <= last) {
            throw new IllegalArgumentException("Copy " + copyId + " does not come after " + last);
        }
        first = count == 0 ? copyId : first;
        write(copyId - last);
        write(slice);
        write(entry);
        last = copyId;
        count++;
    }

    public int count() {
        return count;
    }

    public long firstCopy() {
        return first;
    }

    public long lastCopy() {
        return last;
    }

    /** As it is stored. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    /** The entry of a run that names a copy, by stored bytes; empty if the copy is not among them. */
    public static Optional<LedgerEntry.Place> find(long runId, byte[] stored, long copyId) {
        if (stored.length == 0 || stored[0] != VERSION) {
            return Optional.empty();
        }
        Reader reader = new Reader(stored);
        long copy = 0;
        while (copy < copyId && reader.position < stored.length) {
            copy += reader.next();
            int slice = (int) reader.next();
            int entry = (int) reader.next();
            if (copy == copyId) {
                return Optional.of(new LedgerEntry.Place(runId, slice, entry));
            }
        }
        return Optional.empty();
    }

    private void write(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static final class Reader {

        private final byte[] bytes;
        private int position = 1;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        long next() {
            long value = 0;
            for (int shift = 0; shift < 64 && position < bytes.length; shift += 7) {
                byte next = bytes[position++];
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            return value;
        }
    }
}
