package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.command.UserCommands;
import org.holdfast.security.TokenScope;

/** Commands to providers. */
@Path("commands")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class CommandsResource {

    @Inject
    private UserCommands commands;

    @GET
    @Path("{id: [0-9]{1,18}}")
    public CommandView get(@PathParam("id") long id) {
        return CommandView.of(commands.get(id));
    }

    /** Only while it is queued. */
    @POST
    @Path("{id: [0-9]{1,18}}/cancel")
    public CommandView cancel(@PathParam("id") long id) {
        return CommandView.of(commands.cancel(id));
    }

    /** Of a refused draft, or a copy of a sent message that could not be filed: once more. */
    @POST
    @Path("{id: [0-9]{1,18}}/retry")
    public CommandView retry(@PathParam("id") long id) {
        return CommandView.of(commands.retry(id));
    }
}
