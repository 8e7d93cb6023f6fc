package org.holdfast.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.ledger.LedgerRecord;

/**
 * The problem of a message that was purged, with what the ledger says of it.
 *
 * @param type and the members up to errors: as of {@link Problem}
 */
public record PurgedProblem(
        String type,
        String title,
        int status,
        String detail,
        Optional<String> instance,
        String code,
        List<FieldError> errors,
        LedgerEntry ledgerEntry) {

    /** What the ledger says. */
    public record LedgerEntry(
            String messageId,
            String accountId,
            String mailboxId,
            Instant purgedAt,
            String runId,
            int slice,
            int entry,
            Instant asOf,
            String planCode,
            String contentSha256) {}

    static PurgedProblem of(Problem problem, LedgerRecord record) {
        return new PurgedProblem(
                problem.type(),
                problem.title(),
                problem.status(),
                problem.detail(),
                problem.instance(),
                problem.code(),
                problem.errors(),
                new LedgerEntry(
                        Id.of(record.copy().copyId()),
                        Id.of(record.copy().accountId()),
                        Id.of(record.copy().mailboxId()),
                        record.purgedAt(),
                        Id.of(record.runId()),
                        record.slice(),
                        record.entry(),
                        record.asOf(),
                        record.planCode(),
                        record.copy().contentSha256()));
    }
}
