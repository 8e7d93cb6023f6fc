package org.holdfast.message;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Texts from outside, made fit for a text column. */
public final class Texts {

    private static final Charset FALLBACK = Charset.forName("windows-1252");

    private Texts() {}

    /**
     * Without control characters and lone surrogates, of bounded length; null and blank become null.
     *
     * @param longest in characters; longer texts are cut
     */
    public static String clean(String text, int longest) {
        if (text == null) {
            return null;
        }
        StringBuilder clean = new StringBuilder(Math.min(text.length(), longest));
        for (int at = 0; at < text.length() && clean.length() < longest - 1; ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (Character.isISOControl(point)) {
                clean.append(' ');
            } else if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                clean.append('\uFFFD');
            } else {
                clean.appendCodePoint(point);
            }
        }
        String stripped = clean.toString().strip();
        return stripped.isEmpty() ? null : stripped;
    }

    /**
     * Text of a part; never fails.
     *
     * @param charset as the part says; null, US-ASCII and unknown ones: what the bytes look like
     */
    static String decode(byte[] bytes, String charset) {
        if (charset != null && !charset.equalsIgnoreCase("us-ascii")) {
            try {
                return new String(bytes, Charset.forName(charset));
            } catch (IllegalArgumentException | UnsupportedOperationException e) {
                // as if it had said nothing
            }
        }
        CharBuffer text = CharBuffer.allocate(bytes.length);
        // Not told that the input ends, the decoder forgives a text that was cut within a character.
        boolean utf = !StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes), text, false)
                .isError();
        return utf ? text.flip().toString() : new String(bytes, FALLBACK);
    }

    /** UTF-8 where the bytes are that, else Windows-1252. */
    static String ofBytes(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, FALLBACK);
        }
    }
}
