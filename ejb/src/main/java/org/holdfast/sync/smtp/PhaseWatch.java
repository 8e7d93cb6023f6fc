package org.holdfast.sync.smtp;

import java.io.Closeable;
import java.io.IOException;

/** Is told of each phase before anything of it leaves; throwing ends the submission there. */
@FunctionalInterface
public interface PhaseWatch {

    /** Watches nothing. */
    PhaseWatch NONE = phase -> {};

    void entering(SmtpPhase phase) throws IOException;

    /** Given each connection before it is made: closing it from another thread ends the submission at once. */
    default void connecting(Closeable connection) throws IOException {}
}
