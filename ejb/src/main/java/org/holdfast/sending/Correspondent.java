package org.holdfast.sending;

import java.util.Optional;

/** A person in a message's header. */
public record Correspondent(String address, Optional<String> name) {}
