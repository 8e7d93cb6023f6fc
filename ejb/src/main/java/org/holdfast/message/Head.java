package org.holdfast.message;

import java.time.Instant;

/**
 * What lists show of a message; every text is fit for the database. Null where there is no such field or it
 * cannot be read.
 *
 * @param note what could not be understood; null if all was
 */
public record Head(String messageId, Instant sentAt, String subject, String sender, String recipients, String note) {

    /** Nothing could be read. */
    static Head unreadable(String note) {
        return new Head(null, null, null, null, null, note);
    }
}
