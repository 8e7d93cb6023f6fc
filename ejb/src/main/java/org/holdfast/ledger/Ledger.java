package org.holdfast.ledger;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import java.util.Optional;
import org.holdfast.account.Role;

/** Reads the record of every purged copy: verifies the whole, and finds one. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class Ledger {

    /** Reads every entry and recomputes every hash; stops at the first break. Minutes on a large ledger. */
    public Verification verify() {
        throw new UnsupportedOperationException("follows on this branch");
    }

    /** When, in which run and by which terms a copy was purged; empty if the ledger does not name it. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public Optional<LedgerRecord> find(long copyId) {
        throw new UnsupportedOperationException("follows on this branch: " + copyId);
    }
}
