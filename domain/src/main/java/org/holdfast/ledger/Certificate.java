package org.holdfast.ledger;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;

/**
 * What the ledger was at an instant, signed: kept apart from the database, it shows later that nothing up to
 * there was rewritten or cut off.
 *
 * @param sealNumber number of the last sealed run; every earlier one is covered by its seal
 * @param seal that run's seal, hexadecimal
 * @param runId that run
 * @param entries and copies, bytes: over all sealed runs
 * @param publicKey Ed25519, X.509 form in Base64
 * @param signature Ed25519 over {@link #signed()} in Base64; null until it is signed
 */
public record Certificate(
        Instant issuedAt,
        String issuedBy,
        long sealNumber,
        String seal,
        long runId,
        long entries,
        long copies,
        long bytes,
        String publicKey,
        String signature) {

    public Certificate {
        Objects.requireNonNull(issuedAt);
        Objects.requireNonNull(issuedBy);
        Objects.requireNonNull(seal);
        Objects.requireNonNull(publicKey);
    }

    /** What is signed: each field on a line of its own, in order, in UTF-8. */
    public byte[] signed() {
        return String.join(
                        "\n",
                        "holdfast-certificate-1",
                        issuedAt.toString(),
                        issuedBy.replace('\n', ' '),
                        Long.toString(sealNumber),
                        seal,
                        Long.toString(runId),
                        Long.toString(entries),
                        Long.toString(copies),
                        Long.toString(bytes),
                        publicKey)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The same with its signature. */
    public Certificate with(String newSignature) {
        return new Certificate(
                issuedAt, issuedBy, sealNumber, seal, runId, entries, copies, bytes, publicKey, newSignature);
    }
}
