package org.holdfast.console;

import org.holdfast.mailbox.MailboxState;

/** How a mailbox's state looks: tone, word and the next step. */
public record MailboxLook(MailboxState state, boolean running) {

    public Tone getTone() {
        return switch (state) {
            case ACTIVE -> running ? Tone.BUSY : Tone.GOOD;
            case PAUSED_BY_USER, PAUSED_BY_PLAN -> Tone.WAITING;
            case UNREACHABLE -> Tone.WARNING;
            case AUTH_FAILED, CERTIFICATE_REFUSED -> Tone.BAD;
            case DISCONNECTED -> Tone.NOTICE;
        };
    }

    /** Key of the word. */
    public String getWord() {
        return running && state == MailboxState.ACTIVE ? "mailbox.state.RUNNING" : "mailbox.state." + state;
    }

    /** Key of the sentence that says what to do, if anything. */
    public String getNext() {
        return "mailbox.next." + state;
    }
}
