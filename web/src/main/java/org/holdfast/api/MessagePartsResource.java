package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.holdfast.message.MessagePart;
import org.holdfast.message.Parts;
import org.holdfast.security.TokenScope;

/** The parts of a message, attachments among them, for those who may read it. Never shown in a browser. */
@Path("messages/{id: [0-9]{1,18}}/parts")
@RequestScoped
@WithinAccount
public class MessagePartsResource {

    @Inject
    private Parts parts;

    @Context
    private UriInfo uri;

    @GET
    @Needs(TokenScope.CONTENT)
    @Produces(MediaType.APPLICATION_JSON)
    public Page<MessagePart> list(@PathParam("id") long id) {
        return Page.whole(parts.of(id), part -> part);
    }

    /** The decoded content of one part; ranges are served. */
    @GET
    @Needs(TokenScope.CONTENT)
    @Path("{part: [1-9][0-9.]{0,99}}")
    @Produces(MediaType.WILDCARD)
    @Answers({200, 206})
    public Response content(
            @PathParam("id") long id, @PathParam("part") String path, @HeaderParam("Range") String wanted) {
        MessagePart part = parts.get(id, path);
        Optional<ByteRange> range = ByteRange.parse(wanted, part.size());
        if (range.isPresent() && !range.get().isSatisfiable()) {
            return ByteRange.unsatisfiable(part.size(), uri);
        }
        ByteRange sent = range.orElse(new ByteRange(0, part.size()));
        InputStream content = parts.content(id, path, sent.from());
        StreamingOutput body = out -> {
            try (content) {
                long left = sent.length();
                byte[] buffer = new byte[1 << 16];
                while (left > 0) {
                    int count = content.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (count < 0) {
                        break;
                    }
                    out.write(buffer, 0, count);
                    left -= count;
                }
            }
        };
        Response.ResponseBuilder response = Response.ok(body)
                .type(part.mediaType())
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_LENGTH, sent.length())
                .header(HttpHeaders.CONTENT_DISPOSITION, disposition(part));
        range.ifPresent(some -> response.status(Response.Status.PARTIAL_CONTENT)
                .header("Content-Range", "bytes " + some.from() + "-" + (some.end() - 1) + "/" + part.size()));
        return response.build();
    }

    /** RFC 6266 section 4: plain for old programs, encoded for others. */
    private static String disposition(MessagePart part) {
        String name = part.fileName().orElse("part-" + part.path());
        String plain = name.replaceAll("[^A-Za-z0-9 ._-]", "_");
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
    }
}
