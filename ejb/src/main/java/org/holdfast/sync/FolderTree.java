package org.holdfast.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;
import org.jdbi.v3.core.Handle;

/**
 * Follows the folders of a mailbox: new ones, renamed ones (the same copies, nothing fetched again), and those
 * that are gone, whose copies wait. More than half of them gone at once is taken for a fault, and asked about.
 */
final class FolderTree {

    /** Fewer may go without a question. */
    private static final int FEW = 3;

    /** How many originals are compared before a folder is taken for another one renamed. */
    private static final int SAMPLE = 200;

    private final Pass pass;
    private final ImapSession session;
    private final long mailboxId;

    FolderTree(Pass pass, ImapSession session, long mailboxId) {
        this.pass = pass;
        this.session = session;
        this.mailboxId = mailboxId;
    }

    /**
     * Brings the folders stored here up to those listed.
     *
     * @return why some that seem gone are still shown; null if there are none
     */
    String follow(List<FoundFolder> listed) throws IOException {
        Map<String, FoundFolder> fresh = new LinkedHashMap<>();
        listed.forEach(each -> fresh.putIfAbsent(each.wireName(), each));
        List<KnownFolder> missing = new ArrayList<>();
        List<KnownFolder> present = pass.read(h -> new FolderRows(h).present(mailboxId, pass.now()));
        for (KnownFolder each : present) {
            if (fresh.remove(each.wireName()) == null) {
                missing.add(each);
            }
        }
        Map<KnownFolder, FoundFolder> renamed =
                missing.isEmpty() || fresh.isEmpty() ? Map.of() : renamed(missing, List.copyOf(fresh.values()));
        missing.removeAll(renamed.keySet());
        renamed.values().forEach(each -> fresh.remove(each.wireName()));
        boolean many = missing.size() > FEW && missing.size() * 2 > present.size();
        return pass.fenced(h -> {
            FolderRows rows = new FolderRows(h);
            renamed.forEach((folder, now) -> rows.rename(folder.id(), now));
            fresh.values().forEach(each -> rows.add(mailboxId, each));
            rows.roles(mailboxId, FolderRole.of(listed));
            return settle(h, rows, missing, many);
        });
    }

    private String settle(Handle handle, FolderRows rows, List<KnownFolder> missing, boolean many) {
        if (many && !rows.askAboutMissing(mailboxId, missing.size())) {
            return missing.size() + " folders are gone at once, "
                    + missing.get(0).name() + " among them. Nothing was"
                    + " taken for deleted: accept it if they were, else put the provider's folders right";
        }
        rows.gone(missing.stream().map(KnownFolder::id).toList(), pass.now());
        pass.departures(handle).noteGoneFolders(mailboxId);
        rows.missingSettled(mailboxId);
        return null;
    }

    private Map<KnownFolder, FoundFolder> renamed(List<KnownFolder> missing, List<FoundFolder> fresh)
            throws IOException {
        Map<Long, String> objectIds = pass.read(h -> new FolderRows(h).objectIds(mailboxId));
        Map<KnownFolder, FoundFolder> renamed = new HashMap<>();
        for (FoundFolder candidate : fresh) {
            FolderStatus status;
            try {
                status = session.examine(candidate.wireName(), null, ModSeq.NONE);
            } catch (CommandRefused | ProtocolViolation e) {
                // It is looked at again, and complained about, when its turn comes.
                continue;
            }
            for (KnownFolder old : missing) {
                if (!renamed.containsKey(old) && isSame(old, objectIds.get(old.id()), status)) {
                    renamed.put(old, candidate);
                    break;
                }
            }
        }
        return renamed;
    }

    /** By MAILBOXID where both are known, else by UIDVALIDITY and what has which UID. */
    private boolean isSame(KnownFolder old, String objectId, FolderStatus status) throws IOException {
        if (objectId != null && status.objectId() != null) {
            return objectId.equals(status.objectId());
        }
        if (old.state() == null || !old.state().uidValidity().equals(status.uidValidity())) {
            return false;
        }
        Map<Long, KnownOriginal> known =
                pass.read(h -> new CopyNumbers(h).known(old.id(), old.state().uidValidity()));
        if (known.isEmpty()) {
            return status.exists() == 0 && status.uidNext() == old.state().uidNext();
        }
        List<Long> sample = known.keySet().stream()
                .sorted(Comparator.reverseOrder())
                .limit(SAMPLE)
                .toList();
        int same = 0;
        for (Listed each : session.list(UidSet.of(sample).toString())) {
            KnownOriginal mine = known.get(each.uid());
            if (mine != null && (!mine.looksLike(each) || !Objects.equals(mine.receivedAt(), each.receivedAt()))) {
                return false;
            }
            same += mine == null ? 0 : 1;
        }
        return same > 0 && same * 2 >= sample.size();
    }
}
