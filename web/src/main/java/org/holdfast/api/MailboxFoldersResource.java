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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.command.UserCommands;
import org.holdfast.security.TokenScope;
import org.holdfast.sync.FolderSituation;
import org.holdfast.sync.GivenUpOriginal;
import org.holdfast.sync.MailboxFolders;

/** The folders of a mailbox: which are synchronised, how each stands, what could not be read; new and renamed ones. */
@Path("mailboxes/{id: [0-9]{1,18}}/folders")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAILBOXES)
@Produces(MediaType.APPLICATION_JSON)
public class MailboxFoldersResource {

    private static final String FOLDER = "{folder: [0-9]{1,18}}";

    /** A folder as the API shows one; modification sequences as text, since they are beyond what a number holds. */
    public record FolderView(
            String id,
            String name,
            String wireName,
            Optional<String> specialUse,
            Optional<String> specialUseBy,
            boolean selected,
            Optional<Instant> goneAt,
            long uidValidity,
            long lastUid,
            String highestModSeq,
            long originals,
            long copies,
            Optional<String> doubt,
            long givenUp,
            Optional<Instant> auditedAt,
            long auditRepaired) {

        static FolderView of(FolderSituation folder) {
            return new FolderView(
                    Id.of(folder.id()),
                    folder.name(),
                    folder.wireName(),
                    Optional.ofNullable(folder.specialUse()),
                    Optional.ofNullable(folder.specialUseBy()),
                    folder.selected(),
                    Optional.ofNullable(folder.goneAt()),
                    folder.uidValidity(),
                    folder.lastUid(),
                    Long.toString(folder.highestModSeq()),
                    folder.originals(),
                    folder.copies(),
                    Optional.ofNullable(folder.doubt()),
                    folder.givenUp(),
                    Optional.ofNullable(folder.auditedAt()),
                    folder.auditRepaired());
        }
    }

    /** An original that could not be read. */
    public record GivenUpView(
            String folderId,
            long uid,
            String reason,
            int tries,
            Instant firstSeen,
            Instant lastTried,
            Optional<Instant> retryAt) {

        static GivenUpView of(GivenUpOriginal original) {
            return new GivenUpView(
                    Id.of(original.folderId()),
                    original.uid(),
                    original.reason(),
                    original.tries(),
                    original.firstSeen(),
                    original.lastTried(),
                    Optional.ofNullable(original.retryAt()));
        }
    }

    /** How many originals are asked for again. */
    public record Retried(int originals) {}

    /**
     * A folder to create.
     *
     * @param parentId absent: at the top
     */
    public record NewFolder(String name, Optional<Id> parentId) {}

    /** Another name of the last level. */
    public record FolderName(String name) {}

    @Inject
    private MailboxFolders folders;

    @Inject
    private UserCommands commands;

    @Context
    private UriInfo uri;

    @GET
    public Page<FolderView> list(@PathParam("id") long id) {
        return Page.whole(folders.of(id), FolderView::of);
    }

    /** Folders that are gone at once, so many that it was asked about, are taken for deleted. */
    @POST
    @Path("accept-missing")
    public Page<FolderView> acceptMissing(@PathParam("id") long id) {
        folders.acceptMissing(id);
        return list(id);
    }

    @POST
    @Path(FOLDER + "/select")
    public Page<FolderView> select(@PathParam("id") long id, @PathParam("folder") long folder) {
        folders.select(id, folder, true);
        return list(id);
    }

    @POST
    @Path(FOLDER + "/deselect")
    public Page<FolderView> deselect(@PathParam("id") long id, @PathParam("folder") long folder) {
        folders.select(id, folder, false);
        return list(id);
    }

    /** Everything in the folder is compared in the next pass, which is due at once. */
    @POST
    @Path(FOLDER + "/resync")
    public Page<FolderView> resync(@PathParam("id") long id, @PathParam("folder") long folder) {
        folders.resync(id, folder);
        return list(id);
    }

    @GET
    @Path(FOLDER + "/given-up")
    public Page<GivenUpView> givenUp(@PathParam("id") long id, @PathParam("folder") long folder) {
        return Page.whole(folders.givenUp(id, folder), GivenUpView::of);
    }

    /** Asks again for one original that was given up, or for all of the folder. */
    @POST
    @Path(FOLDER + "/retry")
    public Retried retry(@PathParam("id") long id, @PathParam("folder") long folder, @QueryParam("uid") Long uid) {
        return new Retried(folders.retry(id, folder, uid));
    }

    /** Creates a folder at the provider, soon. */
    @POST
    @Needs(TokenScope.MAIL)
    @KeepsKey
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = CommandView.class)
    public Response create(@PathParam("id") long id, NewFolder folder, @HeaderParam(Idempotency.HEADER) String key) {
        Long parent = folder.parentId().map(Id::value).orElse(null);
        return Accepted.command(
                uri, commands.createFolder(id, parent, folder.name(), KeptKey.of(key, "create", id, folder)));
    }

    /** Renames a folder at the provider, soon; its copies stay as they are. */
    @PATCH
    @Needs(TokenScope.MAIL)
    @KeepsKey
    @Path(FOLDER)
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = CommandView.class)
    public Response rename(
            @PathParam("id") long id,
            @PathParam("folder") long folder,
            FolderName name,
            @HeaderParam(Idempotency.HEADER) String key) {
        return Accepted.command(
                uri, commands.renameFolder(id, folder, name.name(), KeptKey.of(key, "rename", id, folder, name)));
    }
}
