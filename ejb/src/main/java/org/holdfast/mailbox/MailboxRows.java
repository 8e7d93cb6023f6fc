package org.holdfast.mailbox;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** SQL around mailboxes that JPA is not for. */
public final class MailboxRows {

    /** The field name under which a mailbox's password is sealed. */
    public static final String PASSWORD = "password";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public MailboxRows(Handle handle) {
        this.handle = handle;
    }

    /** Whether the address is connected in the account. */
    public boolean isConnected(long accountId, String address) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM mailbox WHERE account_id = :account"
                        + " AND lower(address) = lower(:address) AND state <> 'DISCONNECTED')")
                .bind("account", accountId)
                .bind("address", address)
                .mapTo(Boolean.class)
                .one();
    }

    /** Mailboxes that count against the limit of the request: its owner's personal, or the account's shared. */
    public long count(ConnectMailbox request) {
        return handle.createQuery("SELECT count(*) FROM mailbox WHERE account_id = :account"
                        + " AND state <> 'DISCONNECTED' AND shared = :shared AND (shared OR owner_id = :owner)")
                .bind("account", request.accountId())
                .bind("owner", request.ownerId())
                .bind("shared", request.shared())
                .mapTo(Long.class)
                .one();
    }

    /** Codes of the plans, cheapest first, that sync and allow one more mailbox beside those present. */
    public List<String> plansThatAllow(long present, boolean shared, Instant at) {
        String limit = shared ? "t.shared_mailboxes" : "t.mailboxes_per_user";
        return handle.createQuery("SELECT p.code FROM plan p JOIN plan_terms t ON t.plan_code = p.code WHERE t.syncs"
                        + " AND t.valid_from <= :at AND (t.valid_until IS NULL OR t.valid_until > :at)"
                        + " AND t.known_from <= :at AND (t.known_until IS NULL OR t.known_until > :at)"
                        + " AND (" + limit + " IS NULL OR " + limit + " > :present) ORDER BY p.rank")
                .bind("at", at)
                .bind("present", present)
                .mapTo(String.class)
                .list();
    }

    /** The rows beside a new mailbox: due at once, with the folders that its login found. */
    public void enrol(long mailboxId, List<FoundFolder> folders) {
        handle.createUpdate("INSERT INTO mailbox_sync (mailbox_id, due_at) VALUES (:mailbox, clock_timestamp())")
                .bind("mailbox", mailboxId)
                .execute();
        for (FoundFolder folder : folders) {
            handle.createUpdate("INSERT INTO folder (mailbox_id, wire_name, name, separator, special_use)"
                            + " VALUES (:mailbox, :wireName, :name, :separator, :specialUse)")
                    .bind("mailbox", mailboxId)
                    .bindMethods(folder)
                    .execute();
        }
    }

    /**
     * Locks a mailbox as everybody does who then locks more of it: the lease of a pass, the mailbox, and only then
     * the account, folders, copies. What the plan says of it holds until the transaction ends.
     */
    public void lock(long mailboxId) {
        handle.createQuery("SELECT mailbox_id FROM mailbox_sync WHERE mailbox_id = :mailbox FOR UPDATE")
                .bind("mailbox", mailboxId)
                .mapTo(Long.class)
                .findOne();
        handle.createQuery("SELECT id FROM mailbox WHERE id = :mailbox FOR SHARE")
                .bind("mailbox", mailboxId)
                .mapTo(Long.class)
                .findOne();
    }

    /**
     * Makes a mailbox due now, by the database's clock.
     *
     * @return whether there is such a mailbox
     */
    public boolean dueNow(long mailboxId) {
        return handle.createUpdate(
                                "UPDATE mailbox_sync SET due_at = clock_timestamp(), requested_at = clock_timestamp(),"
                                        + " cancelled_by = NULL WHERE mailbox_id = :mailbox")
                        .bind("mailbox", mailboxId)
                        .execute()
                == 1;
    }

    /** Makes mailboxes due now. */
    void dueNow(Collection<Long> mailboxIds) {
        handle.createUpdate("UPDATE mailbox_sync SET due_at = clock_timestamp() WHERE mailbox_id = ANY (:mailboxes)")
                .bindArray("mailboxes", Long.class, mailboxIds.toArray())
                .execute();
    }

    /**
     * Notes that everything received up to an instant may have been purged meanwhile, so that a wider
     * window is filled again.
     */
    public void forgetFill(long mailboxId, Instant upTo) {
        forgetFill(List.of(mailboxId), upTo);
    }

    /** As {@link #forgetFill(long, Instant)}, for many. */
    void forgetFill(Collection<Long> mailboxIds, Instant upTo) {
        // For folders whose first pass is under way, which have no watermark yet.
        handle.createUpdate("UPDATE mailbox_sync SET fill_mark = CASE WHEN fill_mark_lease = lease_token"
                        + " THEN greatest(fill_mark, :upTo) ELSE :upTo END, fill_mark_lease = lease_token"
                        + " WHERE mailbox_id IN (SELECT mailbox_id FROM mailbox_sync"
                        + " WHERE mailbox_id = ANY (:mailboxes) ORDER BY mailbox_id FOR UPDATE)")
                .bindArray("mailboxes", Long.class, mailboxIds.toArray())
                .bind("upTo", upTo)
                .execute();
        handle.createUpdate("UPDATE folder_state SET filled_from = :upTo WHERE folder_id IN"
                        + " (SELECT id FROM folder WHERE mailbox_id = ANY (:mailboxes))"
                        + " AND (filled_from IS NULL OR filled_from < :upTo)")
                .bindArray("mailboxes", Long.class, mailboxIds.toArray())
                .bind("upTo", upTo)
                .execute();
    }
}
