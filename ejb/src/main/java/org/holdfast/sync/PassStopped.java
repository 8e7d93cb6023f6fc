package org.holdfast.sync;

import java.io.IOException;

/** The pass must end now: the plan, or the mailbox's owner, no longer allows it. */
class PassStopped extends IOException {

    private static final long serialVersionUID = 1L;

    PassStopped(String message) {
        super(message);
    }
}
