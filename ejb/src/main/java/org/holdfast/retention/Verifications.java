package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.List;
import org.holdfast.account.Role;
import org.jdbi.v3.core.Jdbi;

/** Checks for administrators and auditors whether the database keeps what Holdfast promises. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class Verifications {

    @Inject
    private Jdbi jdbi;

    /** Looks at everything; minutes on a large installation. */
    public List<Invariant> check() {
        return jdbi.withHandle(h -> new Invariants(h).check());
    }
}
