package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.command.UserCommand;
import org.holdfast.command.UserCommands;

/** What was asked of a mailbox's provider, the newest first. */
@Path("mailboxes/{id: [0-9]{1,18}}/commands")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class MailboxCommandsResource {

    @Inject
    private UserCommands commands;

    @GET
    public Page<CommandView> list(
            @PathParam("id") long id, @QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        String collection = "commands-" + id;
        int size = Page.size(limit);
        long before = cursor == null ? Long.MAX_VALUE : Page.afterId(cursor, collection);
        return Page.byId(commands.page(id, before, size + 1), size, collection, UserCommand::id, CommandView::of);
    }
}
