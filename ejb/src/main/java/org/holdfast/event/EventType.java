package org.holdfast.event;

import java.util.Arrays;
import java.util.Optional;

/** What a webhook can be told; the names are part of the API. */
public enum EventType {
    /** Copies came in: several of one folder in one event. */
    MESSAGE_RECEIVED("message.received"),
    MESSAGE_BOUND("message.bound"),
    /** Copies are no longer there: the original went, the purge took them, or their owner deleted them. */
    MESSAGE_GONE("message.gone"),
    /** Recorded by the database itself, whoever changes the state. */
    MAILBOX_STATE("mailbox.state"),
    COMMAND_FAILED("command.failed"),
    PREVIEW_READY("preview.ready"),
    /** Recorded by the database itself, as are the other two of a run. */
    PURGE_STARTED("purge.started"),
    PURGE_COMPLETED("purge.completed"),
    PURGE_HELD("purge.held"),
    /** Recorded by the database itself. */
    TERMS_PUBLISHED("terms.published"),
    LEDGER_BROKEN("ledger.broken");

    private final String code;

    EventType(String code) {
        this.code = code;
    }

    /** The name that receivers see. */
    public String code() {
        return code;
    }

    /** The type of a name; empty if there is none. */
    public static Optional<EventType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
    }
}
