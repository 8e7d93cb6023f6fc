package org.holdfast.rule;

/** What a rule goes by. */
public enum RuleBasis {
    /** An address of the message is one of a record. */
    ADDRESS,
    /** It answers a message that is bound: to the same records. */
    REPLY,
    /** Its subject carries the reference of a record. */
    SUBJECT,
    /** An address of the message is in a domain of a record. */
    DOMAIN
}
