package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.TokenScope;
import org.holdfast.sending.Sendings;

/** Files for messages to come; kept for a day. */
@Path("mailboxes/{id: [0-9]{1,18}}/uploads")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class MailboxUploadsResource {

    private static final int MOST_BYTES = 25 * 1024 * 1024;

    /** What was uploaded. */
    public record UploadView(String id, String name, long sizeBytes) {}

    @Inject
    private Sendings sendings;

    /** Takes the body as it is, with its Content-Type. */
    @POST
    @Consumes(MediaType.WILDCARD)
    @Answers(value = 201, body = UploadView.class)
    public Response upload(
            @PathParam("id") long id, @QueryParam("name") String name, @Context HttpHeaders headers, InputStream body)
            throws IOException {
        if (name == null || name.isBlank() || name.length() > 200) {
            throw InvalidRequest.of("name", "is the file's name, of 1 to 200 characters");
        }
        byte[] content = body.readNBytes(MOST_BYTES + 1);
        if (content.length > MOST_BYTES) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "upload-too-large", "A file has at most " + MOST_BYTES + " bytes");
        }
        String type = headers.getMediaType() == null
                ? MediaType.APPLICATION_OCTET_STREAM
                : headers.getMediaType().getType() + "/"
                        + headers.getMediaType().getSubtype();
        long upload = sendings.upload(id, name, type, content);
        return Response.status(Response.Status.CREATED)
                .entity(new UploadView(Id.of(upload), name, content.length))
                .build();
    }
}
