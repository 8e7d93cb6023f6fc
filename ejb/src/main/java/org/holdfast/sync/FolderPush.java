package org.holdfast.sync;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.command.CommandKind;
import org.holdfast.command.MailFolder;
import org.holdfast.command.MailFolders;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession;

/** Creates and renames folders; what the server has already is not done again. */
final class FolderPush {

    private final PushStep step;

    FolderPush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        Set<String> there =
                step.session().folders().stream().map(FoundFolder::wireName).collect(Collectors.toSet());
        if (step.command().kind() == CommandKind.CREATE_FOLDER) {
            create(there);
        } else {
            rename(there);
        }
    }

    private void create(Set<String> there) throws IOException {
        Long parentId = step.command().folderId();
        MailFolder like = parentId == null ? inbox() : step.folder(parentId);
        String prefix = parentId == null ? personalPrefix(like) : like.wireName() + separator(like);
        String namePrefix = parentId == null ? prefix : like.name() + separator(like);
        String wireName = prefix + CommandSession.encode(step.command().folderName());
        if (!there.contains(wireName)) {
            step.provider().create(wireName);
        }
        step.done(null, h -> h.createUpdate("INSERT INTO folder (mailbox_id, wire_name, name, separator)"
                        + " VALUES (:mailbox, :wire, :name, :separator) ON CONFLICT DO NOTHING")
                .bind("mailbox", step.command().mailboxId())
                .bind("wire", wireName)
                .bind("name", namePrefix + step.command().folderName())
                .bind("separator", like.separator())
                .execute());
    }

    private MailFolder inbox() throws IOException {
        return folders().stream()
                .filter(each -> each.wireName().equalsIgnoreCase("INBOX"))
                .findFirst()
                .orElseThrow(() -> new CommandPush.PutOff("The folders of the mailbox are not known yet", null));
    }

    /** Some servers keep everything under INBOX. */
    private String personalPrefix(MailFolder inbox) {
        List<MailFolder> others =
                folders().stream().filter(each -> each.id() != inbox.id()).toList();
        String prefix = inbox.wireName() + separator(inbox);
        boolean all = !separator(inbox).isEmpty()
                && !others.isEmpty()
                && others.stream().allMatch(each -> each.wireName().startsWith(prefix));
        return all ? prefix : "";
    }

    private List<MailFolder> folders() {
        return step.pass().read(h -> new MailFolders(h).all(step.command().mailboxId()));
    }

    private static String separator(MailFolder folder) {
        return folder.separator() == null ? "" : folder.separator();
    }

    private void rename(Set<String> there) throws IOException {
        MailFolder folder = step.folder(step.command().folderId());
        String separator = separator(folder);
        String parent = parent(folder.wireName(), separator);
        String wireName = parent + CommandSession.encode(step.command().folderName());
        boolean done =
                there.contains(wireName) && (folder.wireName().equals(wireName) || !there.contains(folder.wireName()));
        if (!done && there.contains(wireName)) {
            throw new CommandRefused("There is a folder of that name already");
        }
        if (!done) {
            step.provider().rename(folder.wireName(), wireName);
        }
        String name = parent(folder.name(), separator) + step.command().folderName();
        step.done(null, h -> {
            // What else is known here under the new names is not there: the server had none of them.
            h.createUpdate("UPDATE folder SET gone_at = :now WHERE mailbox_id = :mailbox AND gone_at IS NULL"
                            + " AND (wire_name = :wire OR (:separator <> '' AND starts_with(wire_name, :wire || :separator)))"
                            + " AND NOT (wire_name = :old"
                            + " OR (:separator <> '' AND starts_with(wire_name, :old || :separator)))")
                    .bind("now", step.pass().now())
                    .bind("mailbox", folder.mailboxId())
                    .bind("wire", wireName)
                    .bind("old", folder.wireName())
                    .bind("separator", separator)
                    .execute();
            h.createUpdate("UPDATE folder SET wire_name = :wire || substr(wire_name, length(:old) + 1),"
                            + " name = :name || substr(name, length(:oldName) + 1) WHERE mailbox_id = :mailbox"
                            + " AND gone_at IS NULL AND (wire_name = :old"
                            + " OR (:separator <> '' AND starts_with(wire_name, :old || :separator)))")
                    .bind("wire", wireName)
                    .bind("old", folder.wireName())
                    .bind("name", name)
                    .bind("oldName", folder.name())
                    .bind("separator", separator)
                    .bind("mailbox", folder.mailboxId())
                    .execute();
        });
    }

    private static String parent(String name, String separator) {
        return separator.isEmpty() ? "" : name.substring(0, name.lastIndexOf(separator) + 1);
    }
}
