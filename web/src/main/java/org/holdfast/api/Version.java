package org.holdfast.api;

import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.refusal.Refusal;

/**
 * Versions of things as entity tags (RFC 9110 section 8.8.3). If-Match is not required: who leaves it out
 * changes whatever is there.
 */
final class Version {

    private static final Pattern TAG = Pattern.compile("\"v([0-9]{1,18})\"");

    private Version() {}

    /** An answer that carries the version of what it shows. */
    static Response ok(Object entity, long version) {
        return Response.ok(entity).tag(tag(version)).build();
    }

    static EntityTag tag(long version) {
        return new EntityTag("v" + version);
    }

    /**
     * The version that a caller saw.
     *
     * @param ifMatch the header; null: none
     * @return null: any
     * @throws Refusal if it is not a tag of ours: then nothing here can match it
     */
    static Long expected(String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        Matcher tag = TAG.matcher(ifMatch.strip());
        if (!tag.matches()) {
            throw new Refusal(
                    Refusal.Kind.CHANGED,
                    "changed-meanwhile",
                    "If-Match is not the ETag of an answer of ours: read it again and send the tag that you get");
        }
        return Long.valueOf(tag.group(1));
    }
}
