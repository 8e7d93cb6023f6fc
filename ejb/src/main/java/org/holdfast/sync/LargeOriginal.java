package org.holdfast.sync;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.holdfast.message.Head;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/** Reads a large original in pieces into a file, so that memory does not depend on its size. */
final class LargeOriginal {

    /** Originals above this size come in pieces. */
    static final long FROM = 8L * 1024 * 1024;

    /** Larger originals are quarantined: the database holds less than 1 GB in a value. */
    static final long LARGEST = 512L * 1024 * 1024;

    private static final int PIECE = 4 * 1024 * 1024;

    private final ImapSession session;
    private final Intake intake;
    private final Listed listed;

    LargeOriginal(ImapSession session, Intake intake, Listed listed) {
        this.session = session;
        this.intake = intake;
        this.listed = listed;
    }

    /** Null if a piece is not given, if there are more than allowed, or less than half of what was announced. */
    Content spool(Path file) throws IOException {
        MessageDigest digest = Content.digest();
        long size = 0;
        boolean again = false;
        try (OutputStream out = Files.newOutputStream(file)) {
            while (size <= LARGEST) {
                intake.requireAllowed();
                byte[] given = session.piece(listed.uid(), size, PIECE);
                if (given == null && (size == 0 || size < listed.size())) {
                    return null;
                }
                byte[] piece = given == null ? new byte[0] : given;
                out.write(piece);
                digest.update(piece);
                size += piece.length;
                if (piece.length == 0 && (again || size >= listed.size())) {
                    return size * 2 < listed.size() ? null : new Content(digest.digest(), size, null, file);
                }
                again = piece.length == 0;
            }
        }
        return null;
    }

    /** Says on the copy if the provider gave less than it announced. */
    NewCopy noted(NewCopy copy) {
        long size = copy.content().size();
        if (size >= listed.size()) {
            return copy;
        }
        Head head = copy.head();
        String note = "The provider gave " + size + " of " + listed.size() + " bytes"
                + (head.note() == null ? "" : "; " + head.note());
        return new NewCopy(
                copy.uid(),
                copy.receivedAt(),
                copy.announced(),
                copy.flags(),
                copy.content(),
                new Head(head.messageId(), head.sentAt(), head.subject(), head.sender(), head.recipients(), note));
    }
}
