package org.holdfast.api;

import jakarta.ejb.AccessLocalException;
import jakarta.ejb.EJBAccessException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.UUID;
import org.holdfast.binding.CopyPurged;
import org.holdfast.refusal.Refusal;

/**
 * Turns whatever a resource throws into a {@link Problem}. Beans' exceptions are unwrapped; what nobody
 * foresaw is a 500 that shows a reference to the log and nothing of the inside.
 */
@Provider
public class Problems implements ExceptionMapper<Throwable> {

    private static final System.Logger LOG = System.getLogger(Problems.class.getName());

    @Context
    private UriInfo uri;

    public Problems() {}

    /** For the request at a place. */
    Problems(UriInfo uri) {
        this.uri = uri;
    }

    @Override
    public Response toResponse(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CopyPurged purged) {
                return purged(purged);
            }
            if (cause instanceof Refusal refusal) {
                return refused(refusal);
            }
            if (cause instanceof InvalidRequest invalid) {
                return answer(
                        new Problem.Heading(400, title(400), invalid.code()), invalid.getMessage(), invalid.errors());
            }
            if (cause instanceof EJBAccessException || cause instanceof AccessLocalException) {
                return answer(
                        new Problem.Heading(403, title(403), "forbidden"), "Your role does not allow this", List.of());
            }
        }
        if (thrown instanceof WebApplicationException web) {
            return ofServer(web, thrown);
        }
        return unforeseen(thrown);
    }

    private Response refused(Refusal refusal) {
        int status = refusal.kind().status();
        return answer(new Problem.Heading(status, title(status), refusal.code()), refusal.getMessage(), List.of());
    }

    /** With what the ledger says of the message. */
    private Response purged(CopyPurged purged) {
        Response plain = refused(purged);
        return Response.fromResponse(plain)
                .entity(PurgedProblem.of((Problem) plain.getEntity(), purged.record()))
                .build();
    }

    /** What the JAX-RS runtime refuses before a resource is reached: 404, 405, 406, 415 and the like. */
    private Response ofServer(WebApplicationException web, Throwable thrown) {
        int status = web.getResponse().getStatus();
        if (status >= 500) {
            return unforeseen(thrown);
        }
        String code =
                switch (status) {
                    case 400 -> "invalid-request";
                    case 404 -> "no-such-path";
                    case 405 -> "method-not-allowed";
                    case 406 -> "not-acceptable";
                    case 413 -> "body-too-large";
                    case 415 -> "media-type-not-supported";
                    default -> "http-" + status;
                };
        String detail =
                switch (status) {
                    case 404 -> "There is nothing at /" + uri.getPath() + "; see openapi.json";
                    case 405 -> "This path does not have this method; see openapi.json";
                    case 406 -> "This is answered in another media type than Accept allows; see openapi.json";
                    case 415 -> "Send the body as application/json";
                    default -> title(status);
                };
        Response.ResponseBuilder answer =
                Response.fromResponse(answer(new Problem.Heading(status, title(status), code), detail, List.of()));
        if (web instanceof NotAllowedException) {
            answer.header(HttpHeaders.ALLOW, web.getResponse().getHeaderString(HttpHeaders.ALLOW));
        }
        return answer.build();
    }

    private Response unforeseen(Throwable thrown) {
        UUID reference = UUID.randomUUID();
        LOG.log(
                System.Logger.Level.ERROR,
                "API failure " + reference + " at " + uri.getRequestUri().getRawPath(),
                thrown);
        Problem problem = Problem.of(
                new Problem.Heading(500, title(500), "internal-error"),
                "This is our fault; the reference is in the server's log",
                "urn:uuid:" + reference,
                List.of());
        return Response.status(500).type(Problem.MEDIA_TYPE).entity(problem).build();
    }

    private Response answer(Problem.Heading heading, String detail, List<FieldError> errors) {
        String instance = uri.getRequestUri().getRawPath();
        return Response.status(heading.status())
                .type(Problem.MEDIA_TYPE)
                .entity(Problem.of(heading, detail, instance, errors))
                .build();
    }

    private static String title(int status) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return known == null ? "Unusable values" : known.getReasonPhrase();
    }
}
