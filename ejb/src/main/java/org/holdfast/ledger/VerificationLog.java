package org.holdfast.ledger;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** What others see of a verification while its own transaction reads on. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class VerificationLog {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** Records that one begins; the one under way where it asks for the same. */
    public Begun begin(String by, Optional<Certificate> certificate) {
        return jdbi.withHandle(h -> {
            VerificationRows rows = new VerificationRows(h);
            Optional<Long> running = certificate.isPresent() ? Optional.empty() : rows.running();
            return running.map(id -> new Begun(id, false))
                    .orElseGet(() -> new Begun(rows.begin(by, clock.instant(), certificate), true));
        });
    }

    /** A verification, and whether its work is still to be started. */
    public record Begun(long id, boolean fresh) {}

    /** Notes how far it is; false if somebody gave it up. */
    public boolean progress(long id, VerificationProgress progress) {
        return jdbi.withHandle(h -> new VerificationRows(h).progress(id, progress));
    }

    public void end(long id, Verification found, Optional<CertificateOutcome> certificate) {
        jdbi.useHandle(h -> new VerificationRows(h).end(id, found, certificate, clock.instant()));
    }

    /** Gives one up; false if it is not under way. */
    public boolean cancel(long id) {
        return jdbi.withHandle(h -> new VerificationRows(h).cancel(id, clock.instant()));
    }

    public void fail(long id, String failure) {
        jdbi.useHandle(h -> new VerificationRows(h).fail(id, failure, clock.instant()));
    }
}
