package org.holdfast.sync;

import java.time.Instant;
import org.holdfast.mailbox.MailboxState;

/** What happens next with a mailbox, in words, and what to do if somebody has to. */
final class NextStep {

    private NextStep() {}

    /**
     * One sentence.
     *
     * @param failures passes in a row that went wrong
     * @param missingFolders folders gone at once that somebody is asked about
     * @param waitsUntil until when the provider asked to wait; null: it did not
     */
    static String of(MailboxState state, int failures, int missingFolders, Instant waitsUntil) {
        return switch (state) {
            case ACTIVE, UNREACHABLE -> {
                if (missingFolders > 0) {
                    yield missingFolders + " folders are gone at once: accept it if they were deleted, else look at the"
                            + " provider; until then their copies stay";
                }
                if (waitsUntil != null) {
                    yield "The provider asked for a break, or its host cannot be reached: goes on by itself at "
                            + waitsUntil;
                }
                yield state == MailboxState.UNREACHABLE || failures > 0
                        ? "Tried again by itself, at longer and longer intervals up to an hour; look at the last error"
                        : "Synchronised by itself; nothing to do";
            }
            case PAUSED_BY_USER -> "Resume the mailbox when it shall be synchronised again";
            case PAUSED_BY_PLAN -> "Goes on by itself, with the settings it has, when the plan allows it";
            case AUTH_FAILED ->
                "No further login is tried: enter the password anew, or an app password, or sign in at the provider"
                        + " again where that is how the mailbox signs in; then resume the mailbox";
            case CERTIFICATE_REFUSED ->
                "Nothing was sent: ask the provider for the right host name or a valid certificate, then resume";
            case DISCONNECTED -> "Connect the address again to synchronise it";
        };
    }
}
