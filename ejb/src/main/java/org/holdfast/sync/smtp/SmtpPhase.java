package org.holdfast.sync.smtp;

/** How far a submission has come; in this order. */
public enum SmtpPhase {
    CONNECT,
    GREETING,
    EHLO,
    STARTTLS,
    AUTH,
    MAIL,
    RCPT,
    /** DATA was said; the content has not begun. */
    DATA,
    /** Content is on its way; without its end nobody may deliver it (RFC 5321 section 4.1.1.4). */
    CONTENT,
    /** The final dot may have left: from here on only the server's answer says what became of the message. */
    FINAL_DOT,
    /** The server has answered the final dot. */
    ANSWERED;

    /** Whether nothing of the content was asked for or sent yet, so that another try cannot double anything. */
    public boolean isBeforeContent() {
        return compareTo(CONTENT) < 0;
    }
}
