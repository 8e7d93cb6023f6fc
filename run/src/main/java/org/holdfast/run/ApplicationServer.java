package org.holdfast.run;

import java.net.URI;

/** A server process on 127.0.0.1 on which the application answers; nothing of it listens elsewhere. */
public interface ApplicationServer extends AutoCloseable {

    /** The application's context root. */
    String CONTEXT_ROOT = "/holdfast";

    /** Where the application is, without a slash at the end. */
    URI url();

    /** What the server logged so far. */
    String logged();

    long pid();

    /** Ends the server at once, as a power cut would; for fault tests. */
    void kill();

    @Override
    void close();
}
