package org.holdfast.notice;

import java.util.List;
import org.holdfast.sync.smtp.SmtpClient;
import org.holdfast.sync.smtp.SmtpOutcome;
import org.holdfast.sync.smtp.SmtpRoute;

/** Hands notices to a submission server. */
final class SmtpRelay implements Relay {

    private final SmtpClient client;
    private final SmtpRoute route;

    SmtpRelay(SmtpClient client, SmtpRoute route) {
        this.client = client;
        this.route = route;
    }

    /** A relay that cannot be reached, or refuses our login, is no reason to give a notice up. */
    @Override
    public Delivery send(String from, String to, byte[] message) {
        SmtpOutcome outcome = client.send(route, from, List.of(to), message);
        return new Delivery(
                switch (outcome.result()) {
                    case ACCEPTED -> Outcome.TAKEN;
                    case REFUSED -> outcome.temporary() ? Outcome.POSTPONED : Outcome.REFUSED;
                    case NOT_SENT -> Outcome.POSTPONED;
                    case UNKNOWN -> Outcome.UNKNOWN;
                },
                outcome.text());
    }
}
