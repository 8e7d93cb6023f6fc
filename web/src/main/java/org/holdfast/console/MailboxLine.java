package org.holdfast.console;

import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.PlanStop;

/** One mailbox of an account: its state in words, and whether it is ticked to stay. */
public final class MailboxLine {

    private final Mailbox mailbox;
    private boolean keep;

    MailboxLine(Mailbox mailbox) {
        this.mailbox = mailbox;
        this.keep = mailbox.planStop().isEmpty();
    }

    public Mailbox getMailbox() {
        return mailbox;
    }

    /** Key of the words for its state. */
    public String getKey() {
        String state = "account.mailbox." + mailbox.state();
        return switch (mailbox.state()) {
            case PAUSED_BY_PLAN ->
                state + "." + mailbox.planStop().map(PlanStop.Cause::name).orElse("NO_SYNC");
            case AUTH_FAILED -> mailbox.secretErasedAt().isPresent() ? state + ".ERASED" : state;
            default -> state;
        };
    }

    public Tone getTone() {
        return switch (mailbox.state()) {
            case ACTIVE -> Tone.GOOD;
            case PAUSED_BY_USER, DISCONNECTED -> Tone.WAITING;
            case PAUSED_BY_PLAN, UNREACHABLE -> Tone.WARNING;
            case AUTH_FAILED, CERTIFICATE_REFUSED -> Tone.BAD;
        };
    }

    /** What the provider said; empty where the words for the state say it all. */
    public String getReason() {
        return mailbox.state() == MailboxState.PAUSED_BY_PLAN
                ? ""
                : mailbox.stateReason().orElse("");
    }

    public boolean isKeep() {
        return keep;
    }

    public void setKeep(boolean keep) {
        this.keep = keep;
    }
}
