package org.holdfast.command;

/** What a command does at the provider. */
public enum CommandKind {
    /** Sets and takes off flags and keywords. */
    FLAGS,
    MOVE,
    /** Moves to the folder for deleted mail. */
    TRASH,
    /** Removes for good what lies in Trash or is a draft. */
    EXPUNGE,
    CREATE_FOLDER,
    RENAME_FOLDER,
    SAVE_DRAFT,
    /** Puts a message that was sent into Sent, unless the provider did. */
    FILE_SENT,
    /** Looks in Sent whether a message left of which nobody knows. */
    LOOK_IN_SENT
}
