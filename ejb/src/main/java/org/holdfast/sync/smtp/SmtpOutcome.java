package org.holdfast.sync.smtp;

import java.util.List;
import java.util.Objects;
import org.holdfast.mailbox.HostRefused;
import org.holdfast.refusal.Refusal;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CertificateRefused;
import org.holdfast.sync.failure.ConnectionInsecure;

/**
 * What became of a submission.
 *
 * @param phase how far it came
 * @param reply the server's last word on it; null where there is none
 * @param temporary whether the same may work later
 * @param text for people: what happened
 * @param refused recipients that were not taken; then nobody got the message
 * @param cause null unless the server could not be used or the connection was lost
 */
public record SmtpOutcome(
        Result result,
        SmtpPhase phase,
        SmtpReply reply,
        boolean temporary,
        String text,
        List<RefusedRecipient> refused,
        Exception cause) {

    public SmtpOutcome {
        Objects.requireNonNull(result);
        Objects.requireNonNull(phase);
        refused = List.copyOf(refused);
    }

    /** Which of the four. */
    public enum Result {
        /** The server answers for it from now on, for every recipient. */
        ACCEPTED,
        /** The server said no, to the message or to a recipient: nobody got it. */
        REFUSED,
        /** It never was complete at the server: nobody got it. */
        NOT_SENT,
        /** The connection was lost between the final dot and the answer: nobody knows. Never to be repeated by itself. */
        UNKNOWN
    }

    static SmtpOutcome accepted(SmtpReply reply) {
        return new SmtpOutcome(Result.ACCEPTED, SmtpPhase.ANSWERED, reply, false, reply.toString(), List.of(), null);
    }

    static SmtpOutcome refused(SmtpPhase phase, SmtpReply reply) {
        return new SmtpOutcome(
                Result.REFUSED, phase, reply, reply.isTemporary(), "The server answered: " + reply, List.of(), null);
    }

    /** Refused here, before the server was asked. */
    public static SmtpOutcome unsuitable(SmtpPhase phase, String text) {
        return new SmtpOutcome(Result.REFUSED, phase, null, false, text, List.of(), null);
    }

    static SmtpOutcome refused(List<RefusedRecipient> recipients) {
        boolean temporary = recipients.stream().allMatch(RefusedRecipient::isTemporary);
        String text = "Not taken: "
                + String.join("; ", recipients.stream().map(Object::toString).toList());
        SmtpReply reply = recipients.get(0).reply();
        return new SmtpOutcome(Result.REFUSED, SmtpPhase.RCPT, reply, temporary, text, recipients, null);
    }

    /** The connection, or what is needed for it, could not be had or was lost in a phase. */
    public static SmtpOutcome lost(SmtpPhase phase, Exception cause) {
        boolean lasting = cause instanceof AuthenticationRejected
                || cause instanceof CertificateRefused
                || cause instanceof ConnectionInsecure
                || (cause instanceof Refusal refusal && !passes(refusal));
        Result result = phase == SmtpPhase.FINAL_DOT ? Result.UNKNOWN : Result.NOT_SENT;
        return new SmtpOutcome(
                result, phase, null, result == Result.NOT_SENT && !lasting, cause.getMessage(), List.of(), cause);
    }

    /** Name servers and key files come back by themselves; what is not allowed or does not open stays so. */
    private static boolean passes(Refusal refusal) {
        return refusal.kind() == Refusal.Kind.UNAVAILABLE || HostRefused.UNKNOWN.equals(refusal.code());
    }

    /** Whether the server refused the login itself: not to be tried again with the same one. */
    public boolean credentialsRefused() {
        return cause instanceof AuthenticationRejected;
    }
}
