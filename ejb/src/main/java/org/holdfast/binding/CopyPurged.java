package org.holdfast.binding;

import org.holdfast.ledger.LedgerRecord;
import org.holdfast.refusal.Refusal;

/** The purge was first; carries what the ledger says of the copy. */
public class CopyPurged extends Refusal {

    private static final long serialVersionUID = 1L;

    private final transient LedgerRecord record;

    public CopyPurged(LedgerRecord record) {
        super(
                Kind.GONE,
                "copy-purged",
                "Message " + record.copy().copyId() + " was purged at " + record.purgedAt() + " by run "
                        + record.runId() + "; see ledger/copies/"
                        + record.copy().copyId());
        this.record = record;
    }

    public LedgerRecord record() {
        return record;
    }
}
