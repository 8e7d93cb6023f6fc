package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.holdfast.command.Idempotency;
import org.holdfast.command.MailFolder;
import org.holdfast.command.UserCommands;

/** Folders of a mailbox. */
@Path("mailboxes/{id: [0-9]{1,18}}/folders")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class MailboxFoldersResource {

    /**
     * A folder as the API shows one.
     *
     * @param specialUse what it is for, such as {@code \Sent}
     */
    public record FolderView(String id, String name, Optional<String> separator, Optional<String> specialUse) {

        static FolderView of(MailFolder folder) {
            return new FolderView(
                    Id.of(folder.id()),
                    folder.name(),
                    Optional.ofNullable(folder.separator()),
                    Optional.ofNullable(folder.specialUse()));
        }
    }

    /**
     * A folder to create.
     *
     * @param parentId absent: at the top
     */
    public record NewFolder(String name, Optional<Id> parentId) {}

    /** Another name of the last level. */
    public record FolderName(String name) {}

    @Inject
    private UserCommands commands;

    @Context
    private UriInfo uri;

    @GET
    public Page<FolderView> list(@PathParam("id") long id) {
        return Page.whole(commands.folders(id), FolderView::of);
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(@PathParam("id") long id, NewFolder folder, @HeaderParam("Idempotency-Key") String key) {
        Long parent = folder.parentId().map(Id::value).orElse(null);
        return Accepted.command(
                uri, commands.createFolder(id, parent, folder.name(), Idempotency.of(key, "create " + id + folder)));
    }

    @PATCH
    @Path("{folder: [0-9]{1,18}}")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response rename(
            @PathParam("id") long id,
            @PathParam("folder") long folder,
            FolderName name,
            @HeaderParam("Idempotency-Key") String key) {
        return Accepted.command(
                uri,
                commands.renameFolder(id, folder, name.name(), Idempotency.of(key, "rename " + id + folder + name)));
    }
}
