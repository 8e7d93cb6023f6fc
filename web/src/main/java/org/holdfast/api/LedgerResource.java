package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.ledger.Ledger;
import org.holdfast.ledger.LedgerChecks;
import org.holdfast.ledger.LedgerRecord;
import org.holdfast.ledger.Verification;
import org.holdfast.refusal.Refusal;

/** The record of every purged copy. */
@Path("ledger")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class LedgerResource {

    /** What a reading of the whole ledger found. */
    public record VerificationView(
            boolean intact,
            long runs,
            long sealedRuns,
            long entries,
            long copies,
            long bytes,
            Optional<String> lastSeal,
            Optional<BreakView> firstBreak) {

        static VerificationView of(Verification verification) {
            return new VerificationView(
                    verification.isIntact(),
                    verification.runs(),
                    verification.sealedRuns(),
                    verification.entries(),
                    verification.copies(),
                    verification.bytes(),
                    verification.lastSeal(),
                    verification.firstBreak().map(BreakView::of));
        }
    }

    /** The first thing in the ledger that does not agree. */
    public record BreakView(String runId, int slice, int entry, Verification.Kind kind, String what) {

        static BreakView of(Verification.Break found) {
            return new BreakView(Id.of(found.runId()), found.slice(), found.entry(), found.kind(), found.what());
        }
    }

    /** What the ledger says of one purged copy. */
    public record PurgedView(
            String messageId,
            String accountId,
            String mailboxId,
            Instant clock,
            long sizeBytes,
            String contentSha256,
            Instant purgedAt,
            String runId,
            int slice,
            int entry,
            Instant asOf,
            String startedBy,
            String termsId,
            String planCode) {

        static PurgedView of(LedgerRecord entry) {
            return new PurgedView(
                    Id.of(entry.copy().copyId()),
                    Id.of(entry.copy().accountId()),
                    Id.of(entry.copy().mailboxId()),
                    entry.copy().clock(),
                    entry.copy().sizeBytes(),
                    entry.copy().contentSha256(),
                    entry.purgedAt(),
                    Id.of(entry.runId()),
                    entry.slice(),
                    entry.entry(),
                    entry.asOf(),
                    entry.startedBy(),
                    Id.of(entry.terms()),
                    entry.planCode());
        }
    }

    @Inject
    private Ledger ledger;

    @Inject
    private LedgerChecks checks;

    /** Reads the whole ledger and recomputes every hash; minutes on a large one. */
    @POST
    @Path("verification")
    public VerificationView verify() {
        return VerificationView.of(ledger.verify());
    }

    /** A signed certificate of the ledger up to its last seal: kept elsewhere, it shows a rewritten or cut ledger. */
    @POST
    @Path("certificates")
    public LedgerVerificationsResource.CertificateView certify() {
        return LedgerVerificationsResource.CertificateView.of(checks.certify());
    }

    /** When, in which run and by which terms a copy was purged. */
    @GET
    @Path("copies/{id: [0-9]{1,18}}")
    public PurgedView find(@PathParam("id") long id) {
        return ledger.find(id).map(PurgedView::of).orElseThrow(() -> Refusal.notFound("purged message", id));
    }
}
