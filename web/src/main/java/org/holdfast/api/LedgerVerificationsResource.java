package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.ledger.Certificate;
import org.holdfast.ledger.CertificateFile;
import org.holdfast.ledger.CertificateOutcome;
import org.holdfast.ledger.LedgerChecks;
import org.holdfast.ledger.VerificationWork;

/** Verifications of the ledger as work that can be followed, latest first. */
@Path("ledger/verifications")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class LedgerVerificationsResource {

    private static final String COLLECTION = "ledger-verifications";

    /**
     * A verification to begin.
     *
     * @param certificate the text of a certificate that the ledger is held against; absent: none
     */
    public record NewVerification(Optional<String> certificate) {}

    /** A verification as it stands now. */
    public record WorkView(
            String id,
            String requestedBy,
            Instant requestedAt,
            VerificationWork.Status status,
            int percent,
            long copiesInAll,
            Optional<Instant> endedAt,
            LedgerResource.VerificationView found,
            Optional<Long> certificateSeal,
            Optional<CertificateOutcome> certificate,
            Optional<String> failure) {

        static WorkView of(VerificationWork work) {
            return new WorkView(
                    Id.of(work.id()),
                    work.requestedBy(),
                    work.requestedAt(),
                    work.status(),
                    work.percent(),
                    work.copiesInAll(),
                    work.endedAt(),
                    LedgerResource.VerificationView.of(work.found()),
                    work.certificateSeal(),
                    work.certificate(),
                    work.failure());
        }
    }

    /** A signed certificate of the ledger, as {@link CertificateFile} writes it. */
    public record CertificateView(
            String format,
            Instant issuedAt,
            String issuedBy,
            long sealNumber,
            String seal,
            String runId,
            long entries,
            long copies,
            long bytes,
            String publicKey,
            String signature) {

        static CertificateView of(Certificate certificate) {
            return new CertificateView(
                    CertificateFile.FORMAT,
                    certificate.issuedAt(),
                    certificate.issuedBy(),
                    certificate.sealNumber(),
                    certificate.seal(),
                    Id.of(certificate.runId()),
                    certificate.entries(),
                    certificate.copies(),
                    certificate.bytes(),
                    certificate.publicKey(),
                    certificate.signature());
        }
    }

    @Inject
    private LedgerChecks checks;

    @Context
    private UriInfo uri;

    /** Begins to read the whole ledger; one that is under way is followed instead. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = WorkView.class)
    public Response begin(NewVerification request) {
        VerificationWork work = checks.begin(request.certificate().map(CertificateFile::read));
        return Response.accepted(WorkView.of(work))
                .header(
                        HttpHeaders.LOCATION,
                        uri.getBaseUriBuilder()
                                .path(LedgerVerificationsResource.class)
                                .path(Id.of(work.id()))
                                .build())
                .build();
    }

    @GET
    public Page<WorkView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        return Page.byId(
                checks.page(Page.afterId(cursor, COLLECTION), size + 1),
                size,
                COLLECTION,
                VerificationWork::id,
                WorkView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public WorkView get(@PathParam("id") long id) {
        return WorkView.of(checks.get(id));
    }

    /** Gives one up that is under way. */
    @POST
    @Path("{id: [0-9]{1,18}}/cancel")
    public WorkView cancel(@PathParam("id") long id) {
        checks.cancel(id);
        return WorkView.of(checks.get(id));
    }
}
