package org.holdfast.sync.smtp;

import java.util.List;
import java.util.Objects;

/**
 * Who sends and who receives, whatever the message's header says.
 *
 * @param from empty for a message that must not be answered by machines
 * @param recipients at least one
 */
public record SmtpEnvelope(String from, List<String> recipients) {

    public SmtpEnvelope {
        Objects.requireNonNull(from);
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("A message needs a recipient");
        }
    }
}
