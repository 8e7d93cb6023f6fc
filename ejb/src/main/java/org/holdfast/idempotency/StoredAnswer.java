package org.holdfast.idempotency;

import java.util.Optional;

/**
 * What a request was answered, to be answered again.
 *
 * @param body empty: there was none, or it showed a secret and is not kept
 * @param kept whether the whole answer is here
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoredAnswer(
        int status,
        Optional<String> location,
        Optional<String> entityTag,
        Optional<String> mediaType,
        Optional<byte[]> body,
        boolean kept) {}
