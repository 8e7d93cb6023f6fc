package org.holdfast.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.apache.james.mime4j.util.MimeUtil;

/** Goes through a message until its text and an attachment are found, or a bound is reached. */
final class GistReader {

    /** Attachments follow the text, as a rule after pictures that it shows. */
    private static final int MOST_BYTES = 2 * 1024 * 1024;

    private static final int MOST_PARTS = 100;
    private static final int DEEPEST = 30;
    private static final int MOST_TEXT_BYTES = 256 * 1024;
    private static final int LONGEST_TEXT = 60_000;
    private static final int LONGEST_REFERENCES = 16 * 1024;
    private static final Pattern MESSAGE_ID = Pattern.compile("<[^<>\\s]{1,998}>");

    private static final MimeConfig CONFIG = MimeConfig.custom()
            .setMaxLineLen(-1)
            .setMaxHeaderLen(1024 * 1024)
            .setMaxHeaderCount(10_000)
            .setMaxContentLen(-1)
            .build();

    private final MimeTokenStream stream = new MimeTokenStream(CONFIG, null);
    private final InputStream raw;
    private final List<String> references = new ArrayList<>();
    private final List<String> answered = new ArrayList<>();
    private Optional<String> text = Optional.empty();
    private boolean attachment;
    private boolean named;
    private boolean outermost = true;
    private String disposition = "";
    private int depth;
    private int parts;

    GistReader(InputStream raw) {
        this.raw = raw;
    }

    void read() throws IOException {
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        stream.parse(new FirstBytes(raw, MOST_BYTES));
        try {
            EntityState state = stream.getState();
            while (state != EntityState.T_END_OF_STREAM && !isDone()) {
                take(state);
                state = stream.next();
            }
        } catch (MimeException | RuntimeException e) {
            // What was understood before counts; the raw content is whole in any case.
            return;
        }
    }

    private boolean isDone() {
        return (attachment && text.isPresent()) || parts > MOST_PARTS || depth > DEEPEST;
    }

    private void take(EntityState state) throws IOException {
        switch (state) {
            case T_START_MULTIPART -> depth++;
            case T_END_MULTIPART -> depth--;
            case T_START_HEADER -> {
                disposition = "";
                named = false;
            }
            case T_FIELD ->
                field(
                        stream.getField().getName().strip().toLowerCase(Locale.ROOT),
                        MimeUtil.unfold(stream.getField().getBody()).strip());
            case T_END_HEADER -> outermost = false;
            case T_BODY -> body();
            default -> {
                // nothing to remember
            }
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "content-disposition" -> {
                disposition = value.toLowerCase(Locale.ROOT);
                named |= disposition.contains("filename");
            }
            case "content-type" -> named |= value.toLowerCase(Locale.ROOT).contains("name=");
            case "references" -> ids(value, references);
            case "in-reply-to" -> ids(value, answered);
            default -> {
                // of no use here
            }
        }
    }

    private void ids(String value, List<String> found) {
        if (!outermost || !found.isEmpty()) {
            return;
        }
        // The end counts where there is too much of it.
        String end = value.substring(Math.max(0, value.length() - LONGEST_REFERENCES));
        Matcher id = MESSAGE_ID.matcher(end);
        while (id.find()) {
            found.add(id.group());
        }
    }

    private void body() throws IOException {
        parts++;
        String type = stream.getBodyDescriptor().getMimeType().toLowerCase(Locale.ROOT);
        boolean readable = type.equals("text/plain") || type.equals("text/html");
        if (disposition.startsWith("attachment") || (named && !disposition.startsWith("inline"))) {
            attachment = true;
        } else if (readable && text.isEmpty()) {
            text = Optional.ofNullable(Texts.clean(plain(type), LONGEST_TEXT));
        } else if (type.equals("message/rfc822")) {
            attachment = true;
        }
    }

    private String plain(String type) throws IOException {
        byte[] bytes = stream.getDecodedInputStream().readNBytes(MOST_TEXT_BYTES);
        String decoded = Texts.decode(bytes, stream.getBodyDescriptor().getCharset());
        return type.equals("text/html") ? HtmlText.of(decoded) : decoded;
    }

    Optional<String> text() {
        return text;
    }

    boolean hasAttachment() {
        return attachment;
    }

    /** What it answers is the latest of all. */
    List<String> references() {
        List<String> all = new ArrayList<>(references);
        answered.stream().filter(id -> !all.contains(id)).forEach(all::add);
        return all;
    }
}
