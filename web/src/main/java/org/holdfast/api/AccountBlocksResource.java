package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.block.ImportBlock;
import org.holdfast.block.ImportBlocks;
import org.holdfast.security.TokenScope;

/** Senders whose mail an account does not import. */
@Path("accounts/{account: [0-9]{1,18}}/blocks")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAILBOXES)
@Produces(MediaType.APPLICATION_JSON)
public class AccountBlocksResource {

    /**
     * A block to be; what was imported before it stays.
     *
     * @param sender a mail address, or a domain with all below it
     */
    public record NewBlock(String sender, String reason) {}

    /**
     * A block as the API shows one.
     *
     * @param userId whose mailboxes it is for; absent: all of the account
     * @param originals how many it keeps out
     */
    public record BlockView(
            String id,
            Optional<String> userId,
            String sender,
            String reason,
            String createdBy,
            Instant createdAt,
            long originals) {

        static BlockView of(ImportBlock block) {
            return new BlockView(
                    Id.of(block.id()),
                    block.userId().map(Id::of),
                    block.sender(),
                    block.reason(),
                    block.createdBy(),
                    block.createdAt(),
                    block.originals());
        }
    }

    @Inject
    private ImportBlocks blocks;

    @Context
    private UriInfo uri;

    /** For all mailboxes of the account where an administrator asks, else for the caller's own ones. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = BlockView.class)
    public Response add(@PathParam("account") long account, NewBlock request) {
        ImportBlock block = blocks.add(account, request.sender(), request.reason());
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(block.id())).build())
                .entity(BlockView.of(block))
                .build();
    }

    @GET
    public Page<BlockView> list(
            @PathParam("account") long account,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        String collection = "blocks-" + account;
        return Page.byId(
                blocks.page(account, Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                ImportBlock::id,
                BlockView::of);
    }

    /** Takes it off; what it kept out and still lies in the window comes in with the next pass. */
    @DELETE
    @Path("{block: [0-9]{1,18}}")
    public void remove(@PathParam("account") long account, @PathParam("block") long block) {
        blocks.remove(account, block);
    }
}
