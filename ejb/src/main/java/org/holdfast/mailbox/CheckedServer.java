package org.holdfast.mailbox;

import java.net.InetAddress;
import java.util.List;

/**
 * A mail server that may be connected to now, at exactly these addresses.
 *
 * @param host the name that its certificate must carry
 * @param addresses at least one, in the resolver's order
 */
public record CheckedServer(MailServer server, String host, List<InetAddress> addresses) {

    public CheckedServer {
        addresses = List.copyOf(addresses);
    }
}
