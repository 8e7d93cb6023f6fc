package org.holdfast.mailbox;

/** How a connection to a mail server is protected. */
public enum TransportSecurity {
    /** TLS from the first byte (RFC 8314); the default. */
    TLS,
    /** Upgraded before any credential is sent; a server that does not offer it is refused. */
    STARTTLS,
    /** Clear text; only to hosts on the administrator's allow-list. */
    NONE
}
