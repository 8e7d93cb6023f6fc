package org.holdfast.refusal;

import jakarta.ejb.ApplicationException;
import java.util.Objects;

/**
 * A request that was understood and refused; rolls the transaction back. Subclasses name the cause
 * ({@code MailboxLimitReached}), the message says to a person what to do.
 */
@ApplicationException(rollback = true, inherited = true)
public class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String code;

    /**
     * A refusal.
     *
     * @param code stable and lower-case with hyphens, such as {@code plan-does-not-sync}; part of the API
     * @param message one sentence for a person: what is wrong and what to do
     */
    public Refusal(Kind kind, String code, String message) {
        this(kind, code, message, null);
    }

    public Refusal(Kind kind, String code, String message, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind);
        this.code = Objects.requireNonNull(code);
    }

    /** Nothing of that id that the caller may see. */
    public static Refusal notFound(String what, Object id) {
        return new Refusal(Kind.NOT_FOUND, "not-found", "There is no " + what + " " + id);
    }

    /** A thing is not as the caller saw it any more: nothing was done. */
    public static Refusal changedMeanwhile(String what, Object id) {
        return new Refusal(
                Kind.CHANGED,
                "changed-meanwhile",
                "The " + what + " " + id + " was changed meanwhile: read it again and repeat what still applies");
    }

    public Kind kind() {
        return kind;
    }

    public String code() {
        return code;
    }

    /** What went wrong in general; the API answers with the status given here. */
    public enum Kind {
        /** The request makes no sense whoever sends it: 400. */
        INVALID(400),
        /** The caller did not prove who it is: 401. */
        UNAUTHENTICATED(401),
        /** The caller may not: 403. */
        FORBIDDEN(403),
        /** Not there, or not the caller's to see: 404. */
        NOT_FOUND(404),
        /** The present state does not allow it; may be tried again after a change: 409. */
        CONFLICT(409),
        /** It was there and was purged or deleted: 410. */
        GONE(410),
        /** Not as the caller's If-Match says any more: 412. */
        CHANGED(412),
        /** Understood, but the values cannot be used: 422. */
        UNUSABLE(422),
        /** Too much in too short a time: 429. */
        TOO_MANY(429),
        /** Something that is needed is not there now; try again later: 503. */
        UNAVAILABLE(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        /** The HTTP status (RFC 9110). */
        public int status() {
            return status;
        }
    }
}
