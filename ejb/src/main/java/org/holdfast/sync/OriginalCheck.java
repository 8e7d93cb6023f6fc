package org.holdfast.sync;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Optional;
import org.holdfast.command.UserCommand;
import org.holdfast.message.HeadParser;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;
import org.holdfast.sync.imap.Original;

/**
 * Whether a number of the open folder still means the original that a command is about: a provider that
 * restores a backup uses numbers again. Looked at before anything is changed.
 */
final class OriginalCheck {

    private static final int PIECE = 4 * 1024 * 1024;

    private final ImapSession session;
    private final UserCommand command;

    OriginalCheck(ImapSession session, UserCommand command) {
        this.session = session;
        this.command = command;
    }

    /**
     * Compares with what is stored of it; what is to go is compared by its content where size, date and
     * Message-ID do not all agree.
     *
     * @param known empty where nothing is stored of it any more but the digest in the command
     * @param takesAway whether the original is to leave its place
     */
    boolean isOurs(Optional<KnownOriginal> known, Listed its, boolean takesAway) throws IOException {
        if (known.isPresent() && looksOurs(known.get(), its, takesAway)) {
            return true;
        }
        return command.contentSha256() != null && MessageDigest.isEqual(command.contentSha256(), digest(its));
    }

    private boolean looksOurs(KnownOriginal mine, Listed its, boolean takesAway) throws IOException {
        if (mine.messageId() == null) {
            return !takesAway && mine.looksLike(its);
        }
        return mine.is(its, messageId(its.uid())) && (!takesAway || mine.looksLike(its));
    }

    private String messageId(long uid) throws IOException {
        byte[] field = session.idFields(UidSet.of(java.util.List.of(uid))).get(uid);
        return field == null ? null : new HeadParser().parse(field).messageId();
    }

    /** SHA-256 of an original's content, of a large one in pieces; null if the server does not give it. */
    byte[] digest(Listed its) throws IOException {
        MessageDigest digest = Content.digest();
        if (its.size() <= LargeOriginal.FROM) {
            Original original = session.fetchAlone(its.uid());
            return original == null ? null : digest.digest(original.raw());
        }
        long size = 0;
        while (size <= LargeOriginal.LARGEST) {
            byte[] piece = session.piece(its.uid(), size, PIECE);
            if (piece == null || piece.length == 0) {
                return size == 0 ? null : digest.digest();
            }
            digest.update(piece);
            size += piece.length;
        }
        return null;
    }
}
