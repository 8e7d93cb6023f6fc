package org.holdfast.sync;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Raw content on its way into the database: in memory, or in a file where it is large.
 *
 * @param sha256 32 bytes
 * @param file null: in memory
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Content(byte[] sha256, long size, byte[] bytes, Path file) {

    static Content of(byte[] bytes) {
        return new Content(digest().digest(bytes), bytes.length, bytes, null);
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    InputStream open() {
        try {
            return file == null ? new ByteArrayInputStream(bytes) : Files.newInputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String fingerprint() {
        return HexFormat.of().formatHex(sha256) + "/" + size;
    }
}
