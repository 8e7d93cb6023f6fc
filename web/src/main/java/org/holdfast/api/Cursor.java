package org.holdfast.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Where the next page of a collection begins: opaque to callers, bound to the collection and its filters.
 * It is no secret and no right: what it leads to is filtered as ever.
 */
final class Cursor {

    private Cursor() {}

    /** The cursor after a row. */
    static String of(String collection, long... keys) {
        String text = collection + Arrays.stream(keys).mapToObj(k -> " " + k).reduce("", String::concat);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The keys of a cursor.
     *
     * @param cursor as the caller sent it; null: the first page, no keys
     * @param keys how many there must be
     * @throws InvalidRequest if it was not given by this collection with these filters
     */
    static Optional<List<Long>> read(String cursor, String collection, int keys) {
        if (cursor == null) {
            return Optional.empty();
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            String[] parts = text.split(" ", -1);
            if (parts.length == keys + 1 && parts[0].equals(collection)) {
                return Optional.of(
                        Arrays.stream(parts).skip(1).map(Long::valueOf).toList());
            }
        } catch (IllegalArgumentException e) {
            // answered below
        }
        throw InvalidRequest.of("cursor", "is not the 'next' of a page of this collection with the same filters");
    }
}
