package org.holdfast.command;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Handle;

/** Folders of a mailbox by what they are for. */
public final class MailFolders {

    /** Where the server does not say what a folder is for. */
    private static final Map<String, List<String>> USUAL = Map.of(
            "\\Trash",
            List.of("trash", "deleted items", "deleted messages", "bin", "papierkorb", "corbeille", "thùng rác"),
            "\\Sent",
            List.of("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "đã gửi"),
            "\\Drafts",
            List.of("drafts", "draft", "entwürfe", "brouillons", "thư nháp"));

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public MailFolders(Handle handle) {
        this.handle = handle;
    }

    /** Whether the mailbox has the folder now. */
    public boolean has(long mailboxId, long folderId) {
        return all(mailboxId).stream().anyMatch(each -> each.id() == folderId);
    }

    /** The folder for a use such as {@code \Trash}: by the server's word, else by its name. */
    public Optional<Long> find(long mailboxId, String use) {
        List<MailFolder> all = all(mailboxId);
        return all.stream()
                .filter(each -> use.equalsIgnoreCase(each.specialUse()))
                .findFirst()
                .or(() -> all.stream().filter(each -> isNamed(each, use)).findFirst())
                .map(MailFolder::id);
    }

    /** Whether a folder is for a use. */
    public boolean isFor(long folderId, String use) {
        return get(folderId)
                .filter(each -> use.equalsIgnoreCase(each.specialUse())
                        || find(each.mailboxId(), use)
                                .filter(found -> found == folderId)
                                .isPresent())
                .isPresent();
    }

    /** Whether a copy of the mailbox lies in its folder for drafts. */
    public boolean holdsAsDraft(long mailboxId, long copyId) {
        return handle.createQuery("SELECT folder_id FROM mail_copy WHERE id = :copy AND mailbox_id = :mailbox")
                .bind("copy", copyId)
                .bind("mailbox", mailboxId)
                .mapTo(Long.class)
                .findOne()
                .filter(folder -> isFor(folder, "\\Drafts"))
                .isPresent();
    }

    private static boolean isNamed(MailFolder folder, String use) {
        return folder.specialUse() == null
                && USUAL.get(use).contains(folder.lastName().toLowerCase(Locale.ROOT));
    }

    /** One folder; empty if it is gone. */
    public Optional<MailFolder> get(long folderId) {
        return select("id = :id", folderId).stream().findFirst();
    }

    /** All folders that are there. */
    public List<MailFolder> all(long mailboxId) {
        return select("mailbox_id = :id", mailboxId);
    }

    private List<MailFolder> select(String condition, long id) {
        return handle.createQuery("SELECT id, mailbox_id, wire_name, name, separator, special_use FROM folder WHERE "
                        + condition + " AND gone_at IS NULL ORDER BY id")
                .bind("id", id)
                .map((row, context) -> new MailFolder(
                        row.getLong("id"),
                        row.getLong("mailbox_id"),
                        row.getString("wire_name"),
                        row.getString("name"),
                        row.getString("separator"),
                        row.getString("special_use")))
                .list();
    }

    /**
     * Makes sure that a text can be the name of one level.
     *
     * @throws Refusal with code {@code folder-name-unusable}
     */
    void requireName(long mailboxId, String name) {
        boolean control = name.chars().anyMatch(Character::isISOControl);
        boolean separator = all(mailboxId).stream()
                .anyMatch(each ->
                        each.separator() != null && !each.separator().isEmpty() && name.contains(each.separator()));
        if (name.isBlank() || name.length() > 100 || control || separator || name.contains("*") || name.contains("%")) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "folder-name-unusable",
                    "A folder's name has 1 to 100 characters, no wildcards and not the server's separator");
        }
    }

    /**
     * Makes sure that a folder is an ordinary one.
     *
     * @throws Refusal with code {@code folder-special}
     */
    void requireRenamable(long folderId) {
        boolean ordinary = get(folderId)
                .filter(each -> each.specialUse() == null && !each.wireName().equalsIgnoreCase("INBOX"))
                .isPresent();
        if (!ordinary) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "folder-special",
                    "Inbox and folders with a use of their own keep their names");
        }
    }
}
