package org.holdfast.mailbox;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where a mail server listens. Says nothing about whether it may be connected to.
 *
 * @param host a name or address literal, 1 to 253 characters without white space; lower-cased
 * @param port 1 to 65535
 * @param security how the connection is protected
 */
public record MailServer(String host, int port, TransportSecurity security) {

    private static final Pattern HOST = Pattern.compile("[\\p{L}\\p{N}._:\\[\\]%-]{1,253}");

    public MailServer {
        Objects.requireNonNull(security);
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("Not a host name or address: " + host);
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("A port is 1 to 65535, not " + port);
        }
        host = host.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return host + ":" + port + " (" + security + ")";
    }
}
