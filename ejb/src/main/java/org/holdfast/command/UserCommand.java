package org.holdfast.command;

import java.time.Instant;
import org.holdfast.message.FlagChange;

/**
 * A command as it stands in the queue.
 *
 * @param copyId null where it is not about a copy
 * @param folderId of the original, or of the folder to rename, or where a new one shall be; null without
 * @param uid of the original when it was asked; 0 without
 * @param contentSha256 of the original; null without
 * @param targetFolderId where it goes; null without
 * @param folderName the new name; null without
 * @param sendingId the message to file or to look for; null without
 * @param journal how far it came
 * @param error why it was refused or tried again; null without
 * @param note what is to be known of what was done; null without
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record UserCommand(
        long id,
        long accountId,
        long mailboxId,
        CommandKind kind,
        String askedBy,
        Instant askedAt,
        Long copyId,
        Long folderId,
        long uidValidity,
        long uid,
        byte[] contentSha256,
        long sizeBytes,
        Long targetFolderId,
        FlagChange flags,
        String folderName,
        Long sendingId,
        CommandState state,
        CommandJournal journal,
        int tries,
        Instant dueAt,
        Instant endedAt,
        String error,
        String note,
        boolean keptHere) {}
