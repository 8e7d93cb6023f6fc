package org.holdfast.console;

import org.holdfast.mailbox.MailboxLine;
import org.holdfast.mailbox.MailboxState;

/** A mailbox of the list with what its row offers to this visitor. */
public final class MailboxLineView {

    private final MailboxLine line;
    private final boolean changeable;

    MailboxLineView(MailboxLine line, boolean changeable) {
        this.line = line;
        this.changeable = changeable;
    }

    public MailboxLine getLine() {
        return line;
    }

    public MailboxLook getLook() {
        return new MailboxLook(line.state(), line.running());
    }

    public boolean isSyncable() {
        return changeable && line.state().isTried() && !line.running();
    }

    public boolean isPausable() {
        return changeable && line.state().isTried();
    }

    /** What stands still through a person or a refusal goes on by a person; a plan's pause by the plan. */
    public boolean isResumable() {
        return changeable
                && switch (line.state()) {
                    case PAUSED_BY_USER, AUTH_FAILED, CERTIFICATE_REFUSED -> true;
                    case ACTIVE, UNREACHABLE, PAUSED_BY_PLAN, DISCONNECTED -> false;
                };
    }

    public boolean isDisconnectable() {
        return changeable && line.state() != MailboxState.DISCONNECTED;
    }
}
