package org.holdfast.sync;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxDue;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** The folders of a mailbox: how each stands, which are synchronised, and what to look at again. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class MailboxFolders {

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private AuditTrail audit;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private Event<MailboxDue> due;

    /** All folders, those that are gone last. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<FolderSituation> of(long mailboxId) {
        mailboxes.get(mailboxId);
        return jdbi.withHandle(h -> new FolderQuery(h).of(mailboxId));
    }

    /** Originals of a folder that could not be read, a thousand at most. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<GivenUpOriginal> givenUp(long mailboxId, long folderId) {
        mailboxes.get(mailboxId);
        requireFolder(mailboxId, folderId);
        return jdbi.withHandle(h -> new FolderQuery(h).givenUp(folderId));
    }

    /** Says whether a folder is synchronised; the copies of one that is not live out their time. */
    public void select(long mailboxId, long folderId, boolean selected) {
        change(mailboxId, folderId, selected ? "folder.select" : "folder.deselect");
        jdbi.useHandle(h -> new FolderQuery(h).select(folderId, selected));
        wake(mailboxId);
    }

    /** Compares everything in a folder in the next pass, which is due at once. */
    public void resync(long mailboxId, long folderId) {
        change(mailboxId, folderId, "folder.resync");
        jdbi.useHandle(h -> new FolderQuery(h).lookAgain(folderId));
        wake(mailboxId);
    }

    /**
     * Asks again for originals that were given up.
     *
     * @param uid null: all of the folder
     * @return how many
     * @throws Refusal {@code not-found} if there is none
     */
    public int retry(long mailboxId, long folderId, Long uid) {
        change(mailboxId, folderId, "folder.retry");
        int asked = jdbi.withHandle(h -> new QuarantineRows(h).retryNow(folderId, uid, clock.instant()));
        if (asked == 0 && uid != null) {
            throw Refusal.notFound("original", uid);
        }
        wake(mailboxId);
        return asked;
    }

    /**
     * Takes folders that are gone at once for deleted.
     *
     * @throws Refusal {@code nothing-missing} if nobody asks
     */
    public void acceptMissing(long mailboxId) {
        Caller caller = requireOwn(mailboxId);
        if (!jdbi.withHandle(h -> new FolderQuery(h).acceptMissing(mailboxId))) {
            throw new Refusal(Refusal.Kind.CONFLICT, "nothing-missing", "No folders wait for an answer");
        }
        audit.record(caller.name(), "folder.accept-missing", "mailbox:" + mailboxId, null, null);
        wake(mailboxId);
    }

    /**
     * Ends the running pass at its next batch; what is stored stays, and the rest goes on after an hour or when
     * somebody asks for it.
     *
     * @throws Refusal {@code not-running} if there is none
     */
    public void cancel(long mailboxId) {
        Caller caller = requireOwn(mailboxId);
        if (!jdbi.withHandle(h -> new FolderQuery(h).cancel(mailboxId, caller.name()))) {
            throw new Refusal(Refusal.Kind.CONFLICT, "not-running", "The mailbox is not being synchronised now");
        }
        audit.record(caller.name(), "mailbox.cancel-sync", "mailbox:" + mailboxId, null, null);
    }

    private void change(long mailboxId, long folderId, String action) {
        Caller caller = requireOwn(mailboxId);
        requireFolder(mailboxId, folderId);
        audit.record(caller.name(), action, "mailbox:" + mailboxId, null, "folder:" + folderId);
    }

    private Caller requireOwn(long mailboxId) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = mailboxes.get(mailboxId);
        if (!caller.isAdministrator() && caller.userId() != mailbox.ownerId()) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "own-mailboxes-only", "Only its owner changes a mailbox");
        }
        return caller;
    }

    private void requireFolder(long mailboxId, long folderId) {
        if (!jdbi.withHandle(h -> new FolderQuery(h).has(mailboxId, folderId))) {
            throw Refusal.notFound("folder", folderId);
        }
    }

    private void wake(long mailboxId) {
        jdbi.useHandle(h -> new MailboxRows(h).dueNow(mailboxId));
        due.fire(new MailboxDue(mailboxId));
    }
}
