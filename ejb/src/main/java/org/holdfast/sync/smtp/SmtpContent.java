package org.holdfast.sync.smtp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A message that can be read more than once, the same each time. */
@FunctionalInterface
public interface SmtpContent {

    /** From its first byte; the caller closes it. */
    InputStream open() throws IOException;

    /** In memory. */
    static SmtpContent of(byte[] message) {
        return () -> new ByteArrayInputStream(message);
    }
}
