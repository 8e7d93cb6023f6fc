package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.holdfast.command.UserCommands;
import org.holdfast.security.TokenScope;

/** Moving originals between folders. */
@Path("messages/{id: [0-9]{1,18}}/move")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class MessageMoveResource {

    /** Where to. */
    public record Move(Id folderId) {}

    @Inject
    private UserCommands commands;

    @Context
    private UriInfo uri;

    /** Moves the original; the copy follows with everything that hangs on it. */
    @POST
    @KeepsKey
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = CommandView.class)
    public Response move(@PathParam("id") long id, Move move, @HeaderParam(Idempotency.HEADER) String key) {
        return Accepted.command(uri, commands.move(id, move.folderId().value(), KeptKey.of(key, "move", id, move)));
    }
}
