package org.holdfast.ledger;

import java.time.Instant;

/**
 * What the ledger says of one purged copy: when it went, by which terms, in which run.
 *
 * @param purgedAt when its chunk was recorded
 * @param slice and entry: where in the run's ledger it is named
 * @param asOf the instant at which it was due
 * @param terms id of the plan terms by which it was due
 * @param planCode the plan of these terms
 */
public record LedgerRecord(
        PurgedCopy copy,
        Instant purgedAt,
        long runId,
        int slice,
        int entry,
        Instant asOf,
        String startedBy,
        long terms,
        String planCode) {}
