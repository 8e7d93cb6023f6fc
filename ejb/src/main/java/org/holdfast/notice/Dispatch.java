package org.holdfast.notice;

import java.time.Clock;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/**
 * One notice from its claim to its record. Between the two no transaction is open: whoever dies there leaves
 * the notice as being sent, and it becomes unknown.
 */
final class Dispatch {

    private static final System.Logger LOG = System.getLogger(Dispatch.class.getName());

    private final BiFunction<NoticeOutbox.Claim, String, Optional<NoticeLetter>> writer;
    private final BiPredicate<NoticeOutbox.Claim, Relay.Delivery> recorder;
    private final Relay relay;
    private final Clock clock;

    /**
     * With its steps, each a transaction.
     *
     * @param writer writes a claimed notice down, given the sender's address
     * @param recorder records what came of it
     */
    Dispatch(
            BiFunction<NoticeOutbox.Claim, String, Optional<NoticeLetter>> writer,
            BiPredicate<NoticeOutbox.Claim, Relay.Delivery> recorder,
            Relay relay,
            Clock clock) {
        this.writer = writer;
        this.recorder = recorder;
        this.relay = relay;
        this.clock = clock;
    }

    /** Sends a claimed notice; what goes wrong with one does not stop the others. */
    void send(NoticeOutbox.Claim claim, String from) {
        Optional<NoticeLetter> letter;
        byte[] message;
        try {
            letter = writer.apply(claim, from);
            if (letter.isEmpty()) {
                return;
            }
            message = NoticeMime.write(letter.get(), clock.instant());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Notice " + claim.id() + " could not be written", e);
            record(claim, new Relay.Delivery(Relay.Outcome.POSTPONED, "It could not be written: " + e));
            return;
        }
        record(claim, relay.send(from, letter.get().to().address(), message));
    }

    private void record(NoticeOutbox.Claim claim, Relay.Delivery delivery) {
        if (!recorder.test(claim, delivery)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Notice {0} was taken over by a person while it was sent: {1}",
                    claim.id(),
                    delivery);
        }
    }
}
