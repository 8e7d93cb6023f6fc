package org.holdfast.sync.smtp;

/**
 * A recipient that the server does not take.
 *
 * @param reply null where the address itself is unusable and was never sent
 */
public record RefusedRecipient(String address, SmtpReply reply) {

    /** Whether the same recipient may be taken later. */
    public boolean isTemporary() {
        return reply != null && reply.isTemporary();
    }

    @Override
    public String toString() {
        return address + ": " + (reply == null ? "not an address" : reply);
    }
}
