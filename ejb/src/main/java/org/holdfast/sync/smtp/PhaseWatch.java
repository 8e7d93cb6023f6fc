package org.holdfast.sync.smtp;

import java.io.IOException;

/** Is told of each phase before anything of it leaves; throwing ends the submission there. */
@FunctionalInterface
public interface PhaseWatch {

    /** Watches nothing. */
    PhaseWatch NONE = phase -> {};

    void entering(SmtpPhase phase) throws IOException;
}
