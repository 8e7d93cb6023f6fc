package org.holdfast.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 of the ledger: the hash of an entry, the head of a slice or the seal of a run. */
public final class LedgerHash {

    /** What the first run's seal continues: 32 zero bytes. */
    public static final LedgerHash ZERO = new LedgerHash(new byte[32]);

    private final byte[] bytes;

    private LedgerHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** From its 32 bytes. */
    public static LedgerHash of(byte[] bytes) {
        if (bytes.length != 32) {
            throw new IllegalArgumentException("A SHA-256 has 32 bytes, not " + bytes.length);
        }
        return new LedgerHash(bytes.clone());
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LedgerHash that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Builds a hash over fields in order. Numbers are 8 bytes, big-endian; texts and byte strings are preceded
     * by their length, so that no two lists of fields give the same input; instants are microseconds of 1970.
     */
    static final class Builder {

        private final MessageDigest digest;

        /**
         * Starts a hash.
         *
         * @param tag what is hashed, and the version of its fields
         */
        Builder(String tag) {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java has SHA-256", e);
            }
            text(tag);
        }

        Builder number(long value) {
            digest.update(ByteBuffer.allocate(8).putLong(0, value));
            return this;
        }

        /** A text; null and the empty text differ. */
        Builder text(String value) {
            return value == null ? number(-1) : bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        Builder bytes(byte[] value) {
            number(value.length);
            digest.update(value);
            return this;
        }

        Builder hash(LedgerHash value) {
            digest.update(value.bytes);
            return this;
        }

        Builder instant(Instant value) {
            return number(micros(value));
        }

        LedgerHash build() {
            return new LedgerHash(digest.digest());
        }
    }

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
