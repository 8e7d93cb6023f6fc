package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandState;
import org.holdfast.command.UserCommand;

/**
 * A command to a provider as the API shows one.
 *
 * @param dueAt when it is tried next, while it waits
 * @param error why it was refused or is tried again
 * @param note what is to be known of what was done
 * @param keptHere whether the copy alone keeps what the provider would not take
 */
public record CommandView(
        String id,
        String mailboxId,
        CommandKind kind,
        CommandState state,
        Optional<String> messageId,
        Optional<String> folderId,
        Optional<String> targetFolderId,
        String askedBy,
        Instant askedAt,
        int tries,
        Instant dueAt,
        Optional<Instant> endedAt,
        Optional<String> error,
        Optional<String> note,
        boolean keptHere) {

    static CommandView of(UserCommand command) {
        return new CommandView(
                Id.of(command.id()),
                Id.of(command.mailboxId()),
                command.kind(),
                command.state(),
                Optional.ofNullable(command.copyId()).map(id -> Id.of(id)),
                Optional.ofNullable(command.folderId()).map(id -> Id.of(id)),
                Optional.ofNullable(command.targetFolderId()).map(id -> Id.of(id)),
                command.askedBy(),
                command.askedAt(),
                command.tries(),
                command.dueAt(),
                Optional.ofNullable(command.endedAt()),
                Optional.ofNullable(command.error()),
                Optional.ofNullable(command.note()),
                command.keptHere());
    }
}
