package org.holdfast.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a token may be used for, at most; its user's role narrows it further. The names are part of the API. */
public enum TokenScope {
    /** To read everything but the content of messages. */
    READ,
    /** To read the content of messages. */
    CONTENT,
    /** To tell of records, and to bind and unbind. */
    BIND,
    /** To change and send mail: flags, moves, deletes, drafts. */
    MAIL,
    /** To connect, pause, resume and end mailboxes, and to have them synchronised. */
    MAILBOXES,
    /** Everything else that changes something. */
    ADMINISTER;

    /** As the API writes it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scope of a code; empty if there is none. */
    public static Optional<TokenScope> of(String code) {
        return Arrays.stream(values())
                .filter(scope -> scope.code().equals(code))
                .findFirst();
    }
}
