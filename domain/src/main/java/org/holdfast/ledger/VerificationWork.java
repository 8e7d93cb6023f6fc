package org.holdfast.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * A verification of the whole ledger as it stands now.
 *
 * @param copiesInAll copies to be read, by what the slices say
 * @param found what was read so far, or in the end
 * @param certificate what came of holding the ledger against a certificate; absent where none was given, or
 *     before the end
 * @param failure why it came to no result; absent otherwise
 */
public record VerificationWork(
        long id,
        String requestedBy,
        Instant requestedAt,
        Status status,
        Optional<Instant> endedAt,
        long copiesInAll,
        Verification found,
        Optional<Long> certificateSeal,
        Optional<CertificateOutcome> certificate,
        Optional<String> failure) {

    /** Where it stands. */
    public enum Status {
        RUNNING,
        INTACT,
        BROKEN,
        /** It came to no result: its server went away, or the database did. */
        FAILED,
        /** Somebody gave it up. */
        CANCELLED
    }

    /** 0 to 100. */
    public int percent() {
        if (status != Status.RUNNING) {
            return 100;
        }
        return copiesInAll == 0 ? 0 : (int) Math.min(99, 100 * found.copies() / copiesInAll);
    }

    public boolean isRunning() {
        return status == Status.RUNNING;
    }
}
