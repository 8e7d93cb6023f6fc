package org.holdfast.sending;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;

/**
 * What a message says about its thread (RFC 5322 section 3.6.4).
 *
 * @param messageId null without
 * @param references the thread so far, this message last
 */
record ThreadFields(String messageId, List<String> references) {

    private static final Pattern ID = Pattern.compile("<[!-;=?-~]{1,900}>");

    /** A header field has its bounds: the beginning of the thread and its end are what matters. */
    private static final int MOST = 20;

    static ThreadFields of(byte[] raw) {
        List<String> ids = new ArrayList<>();
        List<String> references = new ArrayList<>();
        MimeConfig config = MimeConfig.custom()
                .setMaxLineLen(1024 * 1024)
                .setMaxHeaderLen(1024 * 1024)
                .setMaxHeaderCount(10_000)
                .build();
        MimeTokenStream stream = new MimeTokenStream(config);
        stream.setRecursionMode(RecursionMode.M_FLAT);
        try {
            stream.parse(new ByteArrayInputStream(raw));
            for (EntityState state = stream.getState();
                    state != EntityState.T_END_HEADER && state != EntityState.T_END_OF_STREAM;
                    state = stream.next()) {
                if (state == EntityState.T_FIELD) {
                    switch (stream.getField().getName().toLowerCase(Locale.ROOT)) {
                        case "message-id" -> collect(stream.getField().getBody(), ids);
                        case "references" -> collect(stream.getField().getBody(), references);
                        default -> {
                            // says nothing about the thread
                        }
                    }
                }
            }
        } catch (IOException | MimeException e) {
            // what was read up to here counts
        }
        String own = ids.isEmpty() ? null : ids.get(0);
        if (own != null) {
            references.remove(own);
            references.add(own);
        }
        List<String> bounded = references.size() <= MOST
                ? references
                : new ArrayList<>(references.subList(references.size() - MOST, references.size()));
        if (references.size() > MOST) {
            bounded.set(0, references.get(0));
        }
        return new ThreadFields(own, List.copyOf(bounded));
    }

    private static void collect(String body, List<String> into) {
        Matcher id = ID.matcher(body);
        while (id.find()) {
            into.add(id.group());
        }
    }
}
