package org.holdfast.sync.imap;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Folder names as people read them (RFC 3501 section 5.1.3). The wire name is kept beside. */
final class ModifiedUtf7 {

    private ModifiedUtf7() {}

    /** Decodes; what is not valid stays as it is. */
    static String decode(String wire) {
        StringBuilder name = new StringBuilder();
        int at = 0;
        while (at < wire.length()) {
            int end = wire.charAt(at) == '&' ? wire.indexOf('-', at) : -1;
            if (end < 0) {
                name.append(wire.charAt(at++));
            } else {
                name.append(shifted(wire.substring(at + 1, end)));
                at = end + 1;
            }
        }
        return name.toString();
    }

    private static String shifted(String base64) {
        if (base64.isEmpty()) {
            return "&";
        }
        try {
            byte[] utf16 = Base64.getDecoder().decode(base64.replace(',', '/'));
            return new String(utf16, StandardCharsets.UTF_16BE);
        } catch (IllegalArgumentException e) {
            return "&" + base64 + "-";
        }
    }
}
