package org.holdfast.sending;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.message.DefaultBodyDescriptorBuilder;
import org.apache.james.mime4j.message.MaximalBodyDescriptor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;

/** Single parts of a stored message, by their numbers as in IMAP: 1, 2.1. */
final class MessageParts {

    private static final int MOST_PARTS = 1_000;
    private static final int DEEPEST = 50;

    private MessageParts() {}

    /** The decoded content of one part; empty if there is no such part or the message is not understood. */
    static Optional<AttachedPart> find(byte[] raw, String number) {
        MimeTokenStream stream = new MimeTokenStream(
                MimeConfig.custom()
                        .setMaxLineLen(-1)
                        .setMaxHeaderLen(-1)
                        .setMaxHeaderCount(-1)
                        .build(),
                new DefaultBodyDescriptorBuilder());
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        stream.parse(new ByteArrayInputStream(raw));
        Deque<Integer> path = new ArrayDeque<>();
        int parts = 0;
        try {
            for (EntityState state = stream.getState();
                    state != EntityState.T_END_OF_STREAM && parts < MOST_PARTS && path.size() < DEEPEST;
                    state = stream.next()) {
                if (state == EntityState.T_START_MULTIPART) {
                    path.addLast(0);
                } else if (state == EntityState.T_END_MULTIPART) {
                    path.removeLast();
                } else if (state == EntityState.T_START_BODYPART) {
                    path.addLast(path.removeLast() + 1);
                    parts++;
                } else if (state == EntityState.T_BODY && number.equals(number(path))) {
                    return Optional.of(part((MaximalBodyDescriptor) stream.getBodyDescriptor(), stream, number));
                }
            }
        } catch (IOException | MimeException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static String number(Deque<Integer> path) {
        return path.isEmpty() ? "1" : path.stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    private static AttachedPart part(MaximalBodyDescriptor descriptor, MimeTokenStream stream, String number)
            throws IOException {
        String name = descriptor.getContentDispositionFilename();
        if (name == null) {
            name = descriptor.getContentTypeParameters().getOrDefault("name", "part-" + number);
        }
        boolean message = descriptor.getMimeType().equals("message/rfc822");
        try (InputStream content = message ? stream.getInputStream() : stream.getDecodedInputStream()) {
            return new AttachedPart(
                    message && !name.endsWith(".eml") ? name + ".eml" : name,
                    descriptor.getMimeType(),
                    content.readAllBytes());
        }
    }
}
