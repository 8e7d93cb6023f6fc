package org.holdfast.api;

import java.util.List;

/** The key of a request to a method that {@link KeepsKey keeps it}; read as {@link Idempotency} reads it. */
final class KeptKey {

    private KeptKey() {}

    /**
     * Of a request.
     *
     * @param header null: the request counts each time
     * @param request what is asked, which another request under the key must not differ from
     */
    static org.holdfast.command.Idempotency of(String header, Object... request) {
        String key = header == null ? null : Idempotency.key(header);
        return org.holdfast.command.Idempotency.of(key, List.of(request));
    }
}
