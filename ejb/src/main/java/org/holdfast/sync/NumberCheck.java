package org.holdfast.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.holdfast.message.HeadParser;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/**
 * Whether the numbers of a folder still mean what they meant: a provider that restores a backup uses numbers
 * again under the same UIDVALIDITY. Copies whose numbers mean something else lose them, and are matched again
 * by what they are; nothing is deleted for it.
 */
final class NumberCheck {

    private final Pass pass;
    private final ImapSession session;
    private final KnownFolder folder;
    private final UidValidity validity;
    private final HeadParser parser = new HeadParser();
    private final Map<Long, String> messageIds = new HashMap<>();

    NumberCheck(Pass pass, ImapSession session, KnownFolder folder, UidValidity validity) {
        this.pass = pass;
        this.session = session;
        this.folder = folder;
        this.validity = validity;
    }

    /** Why the counters give reason to doubt; null if they do not. */
    static String doubtAbout(KnownFolder folder, FolderStatus status, ModSeq modSeq) {
        KnownFolder.Watermark state = folder.state();
        if (state == null || !state.uidValidity().equals(status.uidValidity())) {
            return null;
        }
        if (folder.care().doubt() != null) {
            return folder.care().doubt();
        }
        if (status.uidNext() > 0 && status.uidNext() < state.uidNext()) {
            return "UIDNEXT went back from " + state.uidNext() + " to " + status.uidNext();
        }
        if (modSeq.isKnown() && modSeq.compareTo(state.modSeq()) < 0) {
            return "HIGHESTMODSEQ went back from " + state.modSeq().value() + " to " + modSeq.value();
        }
        return null;
    }

    /** Kept before anything else is done: counters may have caught up when a broken session is taken up again. */
    void doubt(String why) {
        if (folder.care().doubt() == null) {
            pass.fenced(h -> {
                new FolderRows(h).doubt(folder.id(), why);
                return why;
            });
        }
    }

    /**
     * Compares everything that is stored with everything that is there.
     *
     * @param doubted whether nothing is believed that is not shown to be so
     * @return how many copies lost their numbers
     */
    int settle(Collection<Listed> listed, boolean doubted) throws IOException {
        Map<Long, KnownOriginal> known = pass.read(h -> new CopyNumbers(h).known(folder.id(), validity));
        Map<Long, Listed> there =
                listed.stream().collect(Collectors.toMap(Listed::uid, Function.identity(), (one, other) -> one));
        List<Listed> questionable = new ArrayList<>();
        for (KnownOriginal mine : known.values()) {
            Listed its = there.get(mine.uid());
            if (its != null && (doubted || !mine.looksLike(its))) {
                questionable.add(its);
            }
        }
        if (questionable.isEmpty() && !doubted) {
            return 0;
        }
        askMessageIds(questionable);
        boolean wrong =
                questionable.stream().anyMatch(its -> !known.get(its.uid()).is(its, messageIds.get(its.uid())));
        if (wrong && !doubted) {
            doubt("A number means another original than before");
            return settle(listed, true);
        }
        return doubted ? estrange(known, there) : 0;
    }

    private int estrange(Map<Long, KnownOriginal> known, Map<Long, Listed> there) {
        List<Long> strangers = known.values().stream()
                .filter(mine ->
                        !there.containsKey(mine.uid()) || !mine.is(there.get(mine.uid()), messageIds.get(mine.uid())))
                .map(KnownOriginal::copyId)
                .toList();
        pass.fenced(h -> {
            CopyNumbers numbers = new CopyNumbers(h);
            numbers.estrange(strangers);
            numbers.forgetNumbers(folder.id(), validity);
            return strangers;
        });
        return strangers.size();
    }

    /** Message-IDs as they are stored; of each original asked for once. */
    Map<Long, String> askMessageIds(Collection<Listed> originals) throws IOException {
        List<Long> unknown = originals.stream()
                .map(Listed::uid)
                .filter(uid -> !messageIds.containsKey(uid))
                .toList();
        if (!unknown.isEmpty()) {
            session.idFields(UidSet.of(unknown))
                    .forEach((uid, field) ->
                            messageIds.put(uid, parser.parse(field).messageId()));
        }
        return messageIds;
    }
}
