package org.holdfast.sending;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.holdfast.mailbox.MailboxStop;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.smtp.SmtpPhase;

/** The connection of a try, as another thread may end it when the mailbox must be let go. */
final class OpenLine {

    /** After the final dot only the answer says what became of the message: it is awaited this long. */
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(30);

    private volatile MailboxStop stop;
    private volatile long stoppedAt;
    private volatile Closeable connection;
    private volatile SmtpPhase phase = SmtpPhase.CONNECT;

    /** Ends the try: no phase begins any more. Called again and again while the reason lasts. */
    void stop(MailboxStop reason) {
        if (stop == null) {
            stoppedAt = System.nanoTime();
            stop = reason;
        }
        boolean answerMayCome = phase == SmtpPhase.FINAL_DOT && System.nanoTime() - stoppedAt < ANSWER_WAIT.toNanos();
        if (!answerMayCome) {
            close();
        }
    }

    Optional<MailboxStop> stopped() {
        return Optional.ofNullable(stop);
    }

    /** Notes the phase first: whoever stops later sees that the final dot may have left. */
    void entering(SmtpPhase next) throws ProviderFailure {
        SmtpPhase before = phase;
        phase = next;
        MailboxStop reason = stop;
        if (reason != null) {
            phase = before;
            throw new ProviderFailure(reason.reason(), null);
        }
    }

    void connecting(Closeable next) {
        connection = next;
        if (stop != null) {
            close();
        }
    }

    private void close() {
        Closeable open = connection;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            // it is of no use any more either way
        }
    }
}
