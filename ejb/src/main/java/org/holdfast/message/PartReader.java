package org.holdfast.message;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.apache.james.mime4j.util.MimeUtil;

/**
 * Goes through the parts of a raw message, in constant memory. A message within a message is one part. What
 * cannot be understood ends the list where it begins; the raw content has it.
 */
final class PartReader {

    /** Multiparts within one another that are looked into. */
    private static final int DEEPEST = 100;

    private static final int MOST_PARTS = 1_000;
    private static final Pattern MEDIA_TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}");
    private static final Pattern NAME = Pattern.compile(
            "(?:^|[;\\s])(?:file)?name(\\*?)=(?:\"((?:[^\"\\\\]|\\\\.){0,1000})\"|([^;\\s]{1,1000}))",
            Pattern.CASE_INSENSITIVE);

    private static final MimeConfig CONFIG = MimeConfig.custom()
            .setMaxLineLen(-1)
            .setMaxHeaderLen(1024 * 1024)
            .setMaxHeaderCount(10_000)
            .setMaxContentLen(-1)
            .build();

    private final MimeTokenStream stream = new MimeTokenStream(CONFIG, null);
    private final Deque<Integer> numbers = new ArrayDeque<>();
    private final Map<String, String> fields = new HashMap<>();
    private final Set<String> alternatives = new HashSet<>();

    PartReader(InputStream raw) {
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        stream.parse(raw);
    }

    /** All parts with their sizes; reads the message to its end. */
    List<MessagePart> list() throws IOException {
        List<MessagePart> parts = new ArrayList<>();
        while (parts.size() < MOST_PARTS && advance()) {
            long size = stream.getDecodedInputStream().transferTo(OutputStream.nullOutputStream());
            parts.add(part(size));
        }
        return parts;
    }

    /** The decoded content of a part, to be read while the message is; empty if there is no such part. */
    Optional<InputStream> content(String path) throws IOException {
        for (int i = 0; i < MOST_PARTS && advance(); i++) {
            if (path().equals(path)) {
                return Optional.of(new FilterInputStream(stream.getDecodedInputStream()) {});
            }
        }
        return Optional.empty();
    }

    /**
     * The beginning of a text part, decoded, to be asked for before anything else; empty if there is no such part.
     *
     * @param most bytes that are read
     */
    Optional<String> text(String path, int most) throws IOException {
        Optional<InputStream> content = content(path);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = content.get().readNBytes(most);
        return Optional.of(Texts.decode(bytes, stream.getBodyDescriptor().getCharset()));
    }

    /** All parts, and which of them is shown; reads the message to its end. */
    TextParts texts() throws IOException {
        List<TextParts.Candidate> candidates = new ArrayList<>();
        while (candidates.size() < MOST_PARTS && advance()) {
            long size = stream.getDecodedInputStream().transferTo(OutputStream.nullOutputStream());
            boolean inline = fields.getOrDefault("content-disposition", "")
                    .toLowerCase(Locale.ROOT)
                    .startsWith("inline");
            candidates.add(new TextParts.Candidate(part(size), inline));
        }
        return TextParts.of(candidates, alternatives);
    }

    /** Goes to the next part with content. */
    private boolean advance() throws IOException {
        try {
            EntityState state = stream.getState() == EntityState.T_BODY ? stream.next() : stream.getState();
            while (state != EntityState.T_END_OF_STREAM) {
                if (state == EntityState.T_BODY) {
                    return true;
                }
                take(state);
                if (numbers.size() > DEEPEST) {
                    return false;
                }
                state = stream.next();
            }
        } catch (MimeException | RuntimeException e) {
            // The rest cannot be understood; what was is shown.
            return false;
        }
        return false;
    }

    private void take(EntityState state) {
        switch (state) {
            case T_START_MULTIPART -> {
                if (stream.getBodyDescriptor().getMimeType().equalsIgnoreCase("multipart/alternative")) {
                    alternatives.add(numbers.isEmpty() ? "" : path());
                }
                numbers.push(0);
            }
            case T_END_MULTIPART -> numbers.pop();
            case T_START_BODYPART -> numbers.push(numbers.pop() + 1);
            case T_START_HEADER -> fields.clear();
            case T_FIELD -> {
                String name = stream.getField().getName().strip().toLowerCase(Locale.ROOT);
                if (name.equals("content-disposition") || name.equals("content-type")) {
                    fields.putIfAbsent(
                            name, MimeUtil.unfold(stream.getField().getBody()).strip());
                }
            }
            default -> {
                // nothing to remember
            }
        }
    }

    private String path() {
        List<Integer> outermostFirst = new ArrayList<>(numbers);
        Collections.reverse(outermostFirst);
        return numbers.isEmpty()
                ? "1"
                : outermostFirst.stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    private MessagePart part(long size) {
        String type = stream.getBodyDescriptor().getMimeType().toLowerCase(Locale.ROOT);
        String disposition = fields.getOrDefault("content-disposition", "");
        Optional<String> name = name(disposition).or(() -> name(fields.getOrDefault("content-type", "")));
        return new MessagePart(
                path(),
                MEDIA_TYPE.matcher(type).matches() ? type : "application/octet-stream",
                name,
                disposition.toLowerCase(Locale.ROOT).startsWith("attachment"),
                size);
    }

    /** RFC 2231 in one piece, or a plain name that may have encoded words; without any path. */
    private static Optional<String> name(String field) {
        Matcher matcher = NAME.matcher(field);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String text =
                matcher.group(2) == null ? matcher.group(3) : matcher.group(2).replaceAll("\\\\(.)", "$1");
        String decoded;
        try {
            decoded = matcher.group(1).isEmpty()
                    ? DecoderUtil.decodeEncodedWords(text, DecodeMonitor.SILENT, StandardCharsets.UTF_8)
                    : URLDecoder.decode(
                            text.replaceFirst("^[^']*'[^']*'", "").replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            decoded = text;
        }
        String clean = Texts.clean(decoded.replaceAll(".*[/\\\\]", ""), 255);
        return Optional.ofNullable(clean).filter(name -> !name.isBlank());
    }
}
