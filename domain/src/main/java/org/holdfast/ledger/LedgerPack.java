package org.holdfast.ledger;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The identities of the copies that one chunk purged, packed into bytes.
 *
 * <p>Layout, version 1: a byte 1; the number of copies; then the copies by ascending id, each as: id minus
 * the id before (at least 1), account id, mailbox id, clock in microseconds of 1970 and terms id each minus
 * that of the copy before, size in bytes, and the 32 bytes of its content's SHA-256. The copy before the
 * first has zero everywhere. Numbers are variable-length (7 bits a byte, least first, high bit: more
 * follows); those that can be negative are zigzag coded (0, -1, 1, -2, ...).
 */
public final class LedgerPack {

    private static final int VERSION = 1;

    private final byte[] bytes;
    private final Summary summary;

    private LedgerPack(byte[] bytes, Summary summary) {
        this.bytes = bytes;
        this.summary = summary;
    }

    /**
     * What a pack holds, in numbers.
     *
     * @param bytes the sum of the copies' sizes
     */
    public record Summary(int copies, long bytes, long firstAccount, long lastAccount, long firstCopy, long lastCopy) {}

    /**
     * Packs copies; their order does not matter.
     *
     * @throws IllegalArgumentException for none, or one that is named twice
     */
    public static LedgerPack of(Collection<PurgedCopy> copies) {
        List<PurgedCopy> sorted = new ArrayList<>(copies);
        sorted.sort(Comparator.comparingLong(PurgedCopy::copyId));
        Encoder encoder = new Encoder(sorted.size());
        sorted.forEach(encoder::add);
        return read(encoder.out.toByteArray());
    }

    /**
     * Reads a pack as it is stored.
     *
     * @throws IllegalArgumentException if these bytes are not a whole pack
     */
    public static LedgerPack read(byte[] bytes) {
        Decoder decoder = new Decoder(bytes);
        long size = 0;
        long firstAccount = Long.MAX_VALUE;
        long lastAccount = Long.MIN_VALUE;
        long firstCopy = 0;
        for (int i = 0; i < decoder.count; i++) {
            decoder.next();
            firstCopy = i == 0 ? decoder.copy : firstCopy;
            size += decoder.size;
            firstAccount = Math.min(firstAccount, decoder.account);
            lastAccount = Math.max(lastAccount, decoder.account);
        }
        decoder.end();
        return new LedgerPack(
                bytes.clone(), new Summary(decoder.count, size, firstAccount, lastAccount, firstCopy, decoder.copy));
    }

    public Summary summary() {
        return summary;
    }

    /** As it is stored. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The copies by ascending id. */
    public List<PurgedCopy> copies() {
        Decoder decoder = new Decoder(bytes);
        List<PurgedCopy> copies = new ArrayList<>(decoder.count);
        for (int i = 0; i < decoder.count; i++) {
            decoder.next();
            copies.add(decoder.copy());
        }
        return copies;
    }

    /** The ids of its copies, ascending. */
    public long[] copyIds() {
        Decoder decoder = new Decoder(bytes);
        long[] ids = new long[decoder.count];
        for (int i = 0; i < ids.length; i++) {
            decoder.next();
            ids[i] = decoder.copy;
        }
        return ids;
    }

    /** One copy of it. */
    public Optional<PurgedCopy> find(long copyId) {
        Decoder decoder = new Decoder(bytes);
        for (int i = 0; i < decoder.count && decoder.copy < copyId; i++) {
            decoder.next();
            if (decoder.copy == copyId) {
                return Optional.of(decoder.copy());
            }
        }
        return Optional.empty();
    }

    private static final class Encoder {

        private final ByteArrayOutputStream out;
        private PurgedCopy before = new PurgedCopy(0, 0, 0, Instant.EPOCH, 0, "0".repeat(64), 0);

        Encoder(int count) {
            if (count == 0) {
                throw new IllegalArgumentException("A pack has at least one copy");
            }
            out = new ByteArrayOutputStream(16 + count * 52);
            out.write(VERSION);
            unsigned(count);
        }

        void add(PurgedCopy copy) {
            if (copy.copyId() <= before.copyId() || copy.sizeBytes() < 0) {
                throw new IllegalArgumentException("Copy " + copy.copyId() + " is named twice or has no valid size");
            }
            unsigned(copy.copyId() - before.copyId());
            signed(copy.accountId() - before.accountId());
            signed(copy.mailboxId() - before.mailboxId());
            signed(LedgerHash.micros(copy.clock()) - LedgerHash.micros(before.clock()));
            signed(copy.termsId() - before.termsId());
            unsigned(copy.sizeBytes());
            out.writeBytes(HexFormat.of().parseHex(copy.contentSha256()));
            before = copy;
        }

        private void signed(long value) {
            unsigned((value << 1) ^ (value >> 63));
        }

        private void unsigned(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }

    private static final class Decoder {

        private final byte[] bytes;
        private final int count;
        private int position;
        private long copy;
        private long account;
        private long mailbox;
        private long clock;
        private long terms;
        private long size;
        private int hash;

        Decoder(byte[] bytes) {
            this.bytes = bytes;
            if (bytes.length == 0 || bytes[0] != VERSION) {
                throw new IllegalArgumentException("Not a pack of version " + VERSION);
            }
            position = 1;
            long copies = unsigned();
            if (copies < 1 || copies > bytes.length / 32) {
                throw new IllegalArgumentException("A pack of " + bytes.length + " bytes has no " + copies + " copies");
            }
            count = (int) copies;
        }

        void next() {
            long step = unsigned();
            if (step < 1) {
                throw new IllegalArgumentException("Ids do not ascend");
            }
            copy += step;
            account += signed();
            mailbox += signed();
            clock += signed();
            terms += signed();
            size = unsigned();
            hash = position;
            position += 32;
        }

        PurgedCopy copy() {
            return new PurgedCopy(
                    copy,
                    account,
                    mailbox,
                    Instant.EPOCH.plus(clock, ChronoUnit.MICROS),
                    size,
                    HexFormat.of().formatHex(bytes, hash, hash + 32),
                    terms);
        }

        void end() {
            if (position != bytes.length) {
                throw new IllegalArgumentException("A pack of " + bytes.length + " bytes ends at " + position);
            }
        }

        private long signed() {
            long value = unsigned();
            return (value >>> 1) ^ -(value & 1);
        }

        private long unsigned() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (position >= bytes.length) {
                    throw new IllegalArgumentException("The pack ends in the middle of a copy");
                }
                byte next = bytes[position++];
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("A number has more than 64 bits");
        }
    }
}
