package org.holdfast.notice;

/**
 * A notice as it goes out.
 *
 * @param messageId with its angle brackets; fixed before the first try
 * @param language BCP 47
 * @param copies how many copies of the recipient's mailboxes it names; null if it names none
 */
public record NoticeLetter(
        String messageId, String language, Person from, Person to, Notice.Text text, Long copies, Long bytes) {

    /**
     * One end of a letter.
     *
     * @param name as shown; may be empty
     */
    public record Person(String name, String address) {}
}
