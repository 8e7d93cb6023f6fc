package org.holdfast.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What search and conversations need of a message beside its head.
 *
 * @param text the beginning of what it says, plain; empty where there is nothing to read
 * @param attachment whether something hangs on it
 * @param references Message-IDs that it answers or refers to, in angle brackets, oldest first; bounded
 */
public record Gist(Optional<String> text, boolean attachment, List<String> references) {

    public Gist {
        references = List.copyOf(references);
    }

    /**
     * Reads as much of a raw message as it takes, never more than a bound. Never fails over what the message is:
     * what cannot be understood is left out.
     *
     * @throws IOException if the stream fails
     */
    public static Gist read(InputStream raw) throws IOException {
        GistReader reader = new GistReader(raw);
        reader.read();
        return new Gist(reader.text(), reader.hasAttachment(), bounded(reader.references()));
    }

    /** The oldest, which began it all, and the latest. */
    private static List<String> bounded(List<String> references) {
        int most = 30;
        if (references.size() <= most) {
            return references;
        }
        List<String> some = new ArrayList<>(references.subList(0, 1));
        some.addAll(references.subList(references.size() - most + 1, references.size()));
        return some;
    }
}
