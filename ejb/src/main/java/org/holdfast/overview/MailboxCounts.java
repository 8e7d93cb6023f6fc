package org.holdfast.overview;

/**
 * Connected mailboxes by what they ask of somebody; disconnected ones are not counted.
 *
 * @param healthy active, and the last passes went well
 * @param paused paused by their owners, who know
 * @param needingAction everything else
 */
public record MailboxCounts(long healthy, long paused, long needingAction) {

    public long connected() {
        return healthy + paused + needingAction;
    }
}
