package org.holdfast.notice;

/** What a notice tells. */
public enum NoticeKind {
    /** Copies go, or mailboxes stop, by a change. */
    LEAVING,
    /** A change that was told of does not come. */
    RETRACTION,
    /** An administrator looks at a template in the own mailbox. */
    TEST
}
