package org.holdfast.message;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;

/** Parts of stored messages, for those who may read the content. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Parts {

    private static final int MOST_TEXT = 1024 * 1024;

    @Inject
    private Copies copies;

    /**
     * The parts of a copy; reads all of it, in constant memory.
     *
     * @throws Refusal as {@link Copies#raw(long)}
     */
    public List<MessagePart> of(long copyId) {
        try (InputStream raw = new BufferedInputStream(copies.raw(copyId), 1 << 16)) {
            return new PartReader(raw).list();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a message says, its beginning where it is long; the caller makes it safe.
     *
     * @throws Refusal as {@link Copies#raw(long)}
     */
    public MessageBody body(long copyId) {
        TextParts parts = texts(copyId);
        Optional<String> html = parts.html().flatMap(part -> text(copyId, part.path()));
        Optional<String> plain = parts.plain().flatMap(part -> text(copyId, part.path()));
        Optional<MessagePart> cut = parts.html().or(parts::plain).filter(shown -> shown.size() > MOST_TEXT);
        List<MessagePart> beside = new ArrayList<>(parts.beside());
        cut.ifPresent(shown -> beside.add(0, shown));
        return new MessageBody(html, plain, cut.isPresent(), beside);
    }

    private TextParts texts(long copyId) {
        try (InputStream raw = new BufferedInputStream(copies.raw(copyId), 1 << 16)) {
            return new PartReader(raw).texts();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> text(long copyId, String path) {
        try (InputStream raw = new BufferedInputStream(copies.raw(copyId), 1 << 16)) {
            return new PartReader(raw).text(path, MOST_TEXT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One part, with its size. */
    public MessagePart get(long copyId, String path) {
        return of(copyId).stream()
                .filter(part -> part.path().equals(path))
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("part", path));
    }

    /**
     * The decoded content of a part; read while the stream is read.
     *
     * @param from the first byte, counted from 0
     */
    public InputStream content(long copyId, String path, long from) {
        try {
            InputStream content = new PartReader(new BufferedInputStream(copies.raw(copyId), 1 << 16))
                    .content(path)
                    .orElseThrow(() -> Refusal.notFound("part", path));
            content.skipNBytes(from);
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
