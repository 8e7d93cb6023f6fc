package org.holdfast.command;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.holdfast.message.FlagChange;

/**
 * A command that is to be queued.
 *
 * @param copyId what it is about; null where it is not about a copy
 * @param folderId where it is about a folder; null without, or where the copy says it
 * @param targetFolderId null without
 * @param folderName null without
 * @param sendingId null without
 * @param delay before its first try
 */
public record NewCommand(
        CommandKind kind,
        long mailboxId,
        long askedById,
        Instant askedAt,
        Long copyId,
        Long folderId,
        Long targetFolderId,
        FlagChange flags,
        String folderName,
        Long sendingId,
        Duration delay) {

    public NewCommand {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(askedAt);
        Objects.requireNonNull(flags);
        Objects.requireNonNull(delay);
    }

    /** About a copy. */
    public static NewCommand ofCopy(CommandKind kind, long mailboxId, long askedById, Instant at, long copyId) {
        return new NewCommand(
                kind, mailboxId, askedById, at, copyId, null, null, FlagChange.NONE, null, null, Duration.ZERO);
    }

    /** Changes flags of a copy. */
    public NewCommand changing(FlagChange change) {
        return new NewCommand(
                kind,
                mailboxId,
                askedById,
                askedAt,
                copyId,
                folderId,
                targetFolderId,
                change,
                folderName,
                sendingId,
                delay);
    }

    /** Into a folder. */
    public NewCommand into(Long target) {
        return new NewCommand(
                kind, mailboxId, askedById, askedAt, copyId, folderId, target, flags, folderName, sendingId, delay);
    }

    /**
     * About a folder.
     *
     * @param folderId the one to rename, or under which to create; null: at the top
     */
    public static NewCommand ofFolder(
            CommandKind kind, long mailboxId, long askedById, Instant at, Long folderId, String name) {
        return new NewCommand(
                kind, mailboxId, askedById, at, null, folderId, null, FlagChange.NONE, name, null, Duration.ZERO);
    }

    /** About a message that was or may have been sent. */
    public static NewCommand ofSending(
            CommandKind kind, long mailboxId, long askedById, Instant at, long sendingId, Duration delay) {
        return new NewCommand(
                kind, mailboxId, askedById, at, null, null, null, FlagChange.NONE, null, sendingId, delay);
    }
}
