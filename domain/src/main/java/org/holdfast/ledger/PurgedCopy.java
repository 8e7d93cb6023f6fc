package org.holdfast.ledger;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;

/**
 * The identity of a purged copy as the ledger keeps it; no content.
 *
 * @param clock its retention clock, to the microsecond
 * @param contentSha256 SHA-256 of the raw content in hexadecimal, 64 lower-case digits
 * @param termsId the plan terms by which it was due
 */
public record PurgedCopy(
        long copyId,
        long accountId,
        long mailboxId,
        Instant clock,
        long sizeBytes,
        String contentSha256,
        long termsId) {

    public PurgedCopy {
        Objects.requireNonNull(clock);
        if (HexFormat.of().parseHex(contentSha256).length != 32) {
            throw new IllegalArgumentException("A SHA-256 has 64 hexadecimal digits");
        }
    }
}
