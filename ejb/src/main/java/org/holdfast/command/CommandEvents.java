package org.holdfast.command;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;

/** What subscribers are told of commands. */
final class CommandEvents {

    private CommandEvents() {}

    static JsonObject failed(UserCommand command, String error) {
        JsonObjectBuilder payload = Json.createObjectBuilder()
                .add("commandId", Long.toString(command.id()))
                .add("mailboxId", Long.toString(command.mailboxId()))
                .add("kind", command.kind().name())
                .add("error", error);
        if (command.copyId() != null) {
            payload.add("messageId", Long.toString(command.copyId()));
        }
        return payload.build();
    }
}
