package org.holdfast.message;

import java.util.Optional;

/**
 * What a message says, as it came: nothing of it has been made safe. Bounded.
 *
 * @param html empty where there is no HTML part
 * @param text empty where there is no plain one
 */
public record MessageBody(Optional<String> html, Optional<String> text) {}
