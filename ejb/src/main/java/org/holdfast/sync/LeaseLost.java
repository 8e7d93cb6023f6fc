package org.holdfast.sync;

import jakarta.ejb.ApplicationException;

/** Another node holds the mailbox now; what this one was about to write is rolled back. */
@ApplicationException(rollback = true)
public class LeaseLost extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LeaseLost(long mailboxId) {
        super("The lease of mailbox " + mailboxId + " has passed to another worker");
    }
}
