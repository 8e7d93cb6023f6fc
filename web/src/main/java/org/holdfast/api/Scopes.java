package org.holdfast.api;

import java.util.Locale;
import org.holdfast.retention.PurgeScope;

/** How the API writes a {@link PurgeScope}: everything, plan:CODE, account:ID or mailbox:ID. */
final class Scopes {

    private static final String FORM = "is everything, plan:CODE, account:ID or mailbox:ID";

    private Scopes() {}

    /**
     * Reads a scope.
     *
     * @param text null: everything
     * @throws InvalidRequest if it is none of the forms
     */
    static PurgeScope parse(String text) {
        if (text == null) {
            return PurgeScope.EVERYTHING;
        }
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String reference = colon < 0 ? null : text.substring(colon + 1);
        try {
            if (!kind.equals(kind.toLowerCase(Locale.ROOT)) || "".equals(reference)) {
                throw InvalidRequest.of("scope", FORM);
            }
            return new PurgeScope(PurgeScope.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), reference);
        } catch (IllegalArgumentException e) {
            throw InvalidRequest.of("scope", FORM);
        }
    }

    static String of(PurgeScope scope) {
        String kind = scope.kind().name().toLowerCase(Locale.ROOT);
        return scope.reference() == null ? kind : kind + ":" + scope.reference();
    }
}
