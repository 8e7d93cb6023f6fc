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

    /** Encodes; only what was not made from a wire name, such as the name of a new folder. */
    static String encode(String name) {
        StringBuilder wire = new StringBuilder();
        int at = 0;
        while (at < name.length()) {
            char c = name.charAt(at);
            if (c == '&') {
                wire.append("&-");
                at++;
            } else if (c >= 0x20 && c <= 0x7E) {
                wire.append(c);
                at++;
            } else {
                int end = at;
                while (end < name.length() && (name.charAt(end) < 0x20 || name.charAt(end) > 0x7E)) {
                    end++;
                }
                byte[] utf16 = name.substring(at, end).getBytes(StandardCharsets.UTF_16BE);
                String base64 = Base64.getEncoder().withoutPadding().encodeToString(utf16);
                wire.append('&').append(base64.replace('/', ',')).append('-');
                at = end;
            }
        }
        return wire.toString();
    }
}
