package org.holdfast.security;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;
import org.holdfast.refusal.Refusal;

/**
 * Hashes and checks passwords with Argon2id (OWASP: 19 MiB, two passes, one lane). At most four at a
 * time, so that a flood of sign-ins costs waiting and not memory.
 */
@ApplicationScoped
public class Passwords {

    /** The fewest characters of a password. */
    public static final int LEAST = 12;

    /** The most characters of a password. */
    public static final int MOST = 200;

    private static final Argon2Function ARGON2ID = Argon2Function.getInstance(19_456, 2, 1, 32, Argon2.ID);
    private static final int SALT_BYTES = 16;

    /** Nobody's password: checked when there is nobody, so that the answer takes as long. */
    static final String NOBODY = hashNow("nobody has this password");

    private final Semaphore atOnce = new Semaphore(4);

    /**
     * Hashes a new password, in the encoded form that names its own parameters.
     *
     * @throws Refusal if it has fewer than {@value #LEAST} or more than {@value #MOST} characters, or is blank
     */
    public String hash(String password) {
        int length = password.codePointCount(0, password.length());
        if (length < LEAST || length > MOST || password.isBlank()) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "password-length",
                    "A password has " + LEAST + " to " + MOST + " characters; choose another");
        }
        atOnce.acquireUninterruptibly();
        try {
            return hashNow(password);
        } finally {
            atOnce.release();
        }
    }

    /**
     * Whether a password belongs to a hash; takes the same time when there is no hash.
     *
     * @param encoded as {@link #hash} gave it; null where there is no such user or no password
     */
    public boolean matches(String password, String encoded) {
        if (password.length() > 2 * MOST) {
            return false;
        }
        atOnce.acquireUninterruptibly();
        try {
            String known = encoded == null ? NOBODY : encoded;
            boolean matches = Password.check(password, known).with(Argon2Function.getInstanceFromHash(known));
            return matches && encoded != null;
        } finally {
            atOnce.release();
        }
    }

    private static String hashNow(String password) {
        return Password.hash(password).addRandomSalt(SALT_BYTES).with(ARGON2ID).getResult();
    }
}
