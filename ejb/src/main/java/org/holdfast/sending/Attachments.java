package org.holdfast.sending;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.holdfast.refusal.Refusal;

/** Loads what a message takes along, one after another, and stops as soon as it is too much. */
final class Attachments {

    static final int MOST = 100;

    private final long mostBytes;

    Attachments(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * In their order.
     *
     * @throws Refusal {@code too-many-attachments} before any is loaded, {@code message-too-large} before the next is
     */
    List<AttachedPart> load(List<AttachmentReference> wanted, Function<AttachmentReference, AttachedPart> load) {
        if (wanted.size() > MOST) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "too-many-attachments", "A message has at most " + MOST + " attachments");
        }
        List<AttachedPart> loaded = new ArrayList<>();
        long bytes = 0;
        for (AttachmentReference each : wanted) {
            AttachedPart part = load.apply(each);
            bytes += part.content().length;
            if (bytes > mostBytes) {
                throw tooLarge(mostBytes);
            }
            loaded.add(part);
        }
        return loaded;
    }

    static Refusal tooLarge(long mostBytes) {
        return new Refusal(Refusal.Kind.UNUSABLE, "message-too-large", "A message has at most " + mostBytes + " bytes");
    }
}
