package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.holdfast.command.UserCommands;
import org.holdfast.message.Copies;
import org.holdfast.message.CopyCursor;
import org.holdfast.message.CopyFilter;
import org.holdfast.security.TokenScope;

/** Copies, newest first. */
@Path("messages")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class MessagesResource {

    @Inject
    private Copies copies;

    @Inject
    private UserCommands commands;

    @Context
    private UriInfo uri;

    @GET
    public Page<MessageView> list(
            @QueryParam("account") Long account,
            @QueryParam("mailbox") Long mailbox,
            @QueryParam("bound") Boolean bound,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "messages-" + account + "-" + mailbox + "-" + bound;
        int size = Page.size(limit);
        CopyCursor after = Cursor.read(cursor, collection, 2)
                .map(keys -> new CopyCursor(Instant.EPOCH.plus(keys.get(0), ChronoUnit.MICROS), keys.get(1)))
                .orElse(null);
        return Page.of(
                copies.page(new CopyFilter(account, mailbox, bound), after, size + 1),
                size,
                last -> Cursor.of(collection, ChronoUnit.MICROS.between(Instant.EPOCH, last.clock()), last.id()),
                MessageView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public MessageView get(@PathParam("id") long id) {
        return MessageView.of(copies.get(id));
    }

    /**
     * The content byte for byte, for the mailbox's owner and those it is shared with; never shown in a browser.
     * Ranges are served, so that a transfer that broke off goes on where it was.
     */
    @GET
    @Needs(TokenScope.CONTENT)
    @Path("{id: [0-9]{1,18}}/raw")
    @Produces("message/rfc822")
    @Answers({200, 206})
    public Response raw(@PathParam("id") long id, @HeaderParam("Range") String wanted) {
        long size = copies.get(id).sizeBytes();
        Optional<ByteRange> range = ByteRange.parse(wanted, size);
        if (range.isPresent() && !range.get().isSatisfiable()) {
            return ByteRange.unsatisfiable(size, uri);
        }
        ByteRange sent = range.orElse(new ByteRange(0, size));
        Response.ResponseBuilder response = Response.ok(copies.raw(id, sent.from(), sent.end()))
                .type("message/rfc822")
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_LENGTH, sent.length())
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"message-" + id + ".eml\"");
        range.ifPresent(part -> response.status(Response.Status.PARTIAL_CONTENT)
                .header("Content-Range", "bytes " + part.from() + "-" + (part.end() - 1) + "/" + size));
        return response.build();
    }

    /** Deletes the original: into Trash, from Trash and Drafts for good. A bound one is refused, naming the bindings. */
    @DELETE
    @Needs(TokenScope.MAIL)
    @KeepsKey
    @Path("{id: [0-9]{1,18}}")
    @Answers(value = 202, body = CommandView.class)
    public Response delete(@PathParam("id") long id, @HeaderParam(Idempotency.HEADER) String key) {
        return Accepted.command(uri, commands.delete(id, KeptKey.of(key, "delete", id)));
    }
}
