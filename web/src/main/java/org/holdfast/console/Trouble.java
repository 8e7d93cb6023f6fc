package org.holdfast.console;

import java.io.Serializable;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/**
 * Something that failed, as a page shows it.
 *
 * @param reference by which the log is searched
 * @param what key of the sentence that says what failed
 */
public record Trouble(String reference, String what, Instant since) implements Serializable {

    private static final System.Logger LOG = System.getLogger(Trouble.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Logs the cause under a new reference. */
    static Trouble log(String what, Instant since, Throwable cause) {
        byte[] bytes = new byte[5];
        RANDOM.nextBytes(bytes);
        String reference = HexFormat.of().formatHex(bytes);
        LOG.log(System.Logger.Level.ERROR, "[" + reference + "] " + what, cause);
        return new Trouble(reference, what, since);
    }

    /** For views, which know no records. */
    public String getReference() {
        return reference;
    }

    public String getWhat() {
        return what;
    }

    public Instant getSince() {
        return since;
    }
}
