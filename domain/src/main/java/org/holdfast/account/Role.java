package org.holdfast.account;

/** What a user may do; the names are also the container's role names. */
public enum Role {
    /** Runs the installation: all accounts, no mail content. */
    ADMINISTRATOR,
    /** Reads what an administrator reads and writes nothing. */
    AUDITOR,
    /** An employee of one account: own mailboxes and own mail. */
    OWNER;

    /** {@link #ADMINISTRATOR} as the constant that annotations need. */
    public static final String ADMINISTRATOR_NAME = "ADMINISTRATOR";

    /** {@link #AUDITOR} as the constant that annotations need. */
    public static final String AUDITOR_NAME = "AUDITOR";

    /** {@link #OWNER} as the constant that annotations need. */
    public static final String OWNER_NAME = "OWNER";
}
