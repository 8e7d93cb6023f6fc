package org.holdfast.webhook;

import java.net.InetAddress;
import java.util.List;

/**
 * A receiver that may be connected to now, at exactly these addresses.
 *
 * @param host the name that its certificate must carry
 * @param authority as the Host header says it
 * @param target path and query of the request line
 */
record Endpoint(boolean tls, String host, int port, String authority, String target, List<InetAddress> addresses) {

    Endpoint {
        addresses = List.copyOf(addresses);
    }
}
