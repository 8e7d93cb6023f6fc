package org.holdfast.ledger;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Has the ledger verified as work that can be followed, issues certificates of it, and holds it against them. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class LedgerChecks {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private VerificationLog log;

    @Inject
    private LedgerReader reader;

    @Inject
    private LedgerKeys keys;

    @Inject
    private AuditTrail audit;

    @Inject
    private CurrentCaller caller;

    /**
     * Begins to read and recompute everything; one that is under way is followed instead.
     *
     * @param certificate what the ledger is held against; absent: nothing
     */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public VerificationWork begin(Optional<Certificate> certificate) {
        VerificationLog.Begun begun = log.begin(caller.get().name(), certificate);
        if (begun.fresh()) {
            reader.verify(begun.id(), certificate);
        }
        return get(begun.id());
    }

    /** Gives one up that is under way; refused with {@code verification-not-running} otherwise. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void cancel(long id) {
        get(id);
        if (!log.cancel(id)) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "verification-not-running", "Verification " + id + " has ended already");
        }
        audit.record(caller.get().name(), "ledger.verification.cancel", "ledger-verification:" + id, null, null);
    }

    public VerificationWork get(long id) {
        return jdbi.withHandle(h -> new VerificationRows(h).find(id))
                .orElseThrow(() -> Refusal.notFound("verification", id));
    }

    /**
     * Verifications, latest first.
     *
     * @param beforeId only those with a smaller id; 0 or {@link Long#MAX_VALUE}: from the latest
     */
    public List<VerificationWork> page(long beforeId, int limit) {
        long before = beforeId <= 0 ? Long.MAX_VALUE : beforeId;
        return jdbi.withHandle(h -> new VerificationRows(h).page(before, limit));
    }

    /** A signed certificate of the ledger up to its last seal. */
    public Certificate certify() {
        String name = caller.get().name();
        Certificate certificate = jdbi.withHandle(
                h -> new CertificateRows(h, keys).issue(name, clock.instant().truncatedTo(ChronoUnit.SECONDS)));
        audit.record(name, "ledger.certify", "ledger", null, "seal " + certificate.sealNumber());
        return certificate;
    }
}
