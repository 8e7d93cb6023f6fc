package org.holdfast.mailbox;

import java.util.Objects;

/**
 * A folder as the server lists it.
 *
 * @param wireName the name as sent and received, never rebuilt from the decoded one
 * @param name decoded from modified UTF-7, for people
 * @param separator between levels; null where the server has none
 * @param specialUse attribute of RFC 6154 such as {@code \Sent}; null if none
 */
public record FoundFolder(String wireName, String name, String separator, String specialUse) {

    public FoundFolder {
        Objects.requireNonNull(wireName);
        Objects.requireNonNull(name);
    }
}
