package org.holdfast.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of a message's parts are what it says, and which are to be listed beside that.
 *
 * @param html the part that is shown; empty where there is none
 * @param plain the same in plain text; empty where there is none
 * @param beside all that is not seen where html, or else plain, is shown; another form of the same is not among them
 */
record TextParts(Optional<MessagePart> html, Optional<MessagePart> plain, List<MessagePart> beside) {

    /** What a part without any text may have. */
    private static final int LINE_END = 2;

    /** A part with what it says of its place. */
    record Candidate(MessagePart part, boolean inline) {}

    /**
     * The first text that does not hang on the message is what it says, in HTML where it comes in that, too. Named parts hang on
     * it, unless they are meant to be seen and there is no other.
     *
     * @param alternatives paths of multiparts whose parts are forms of the same
     */
    static TextParts of(List<Candidate> candidates, Set<String> alternatives) {
        List<MessagePart> unnamed =
                texts(candidates, each -> each.part().fileName().isEmpty());
        List<MessagePart> texts = unnamed.isEmpty() ? texts(candidates, Candidate::inline) : unnamed;
        List<MessagePart> forms = new ArrayList<>();
        Optional<MessagePart> saying =
                texts.stream().filter(part -> part.size() > LINE_END).findFirst();
        saying.or(() -> texts.stream().findFirst()).ifPresent(first -> texts.stream()
                .filter(each -> each.equals(first) || areForms(each, first, alternatives))
                .forEach(forms::add));
        Optional<MessagePart> html = first(forms, "text/html");
        Optional<MessagePart> plain = first(forms, "text/plain");
        Optional<MessagePart> shown = html.or(() -> plain);
        List<MessagePart> beside = candidates.stream()
                .map(Candidate::part)
                .filter(each -> shown.filter(each::equals).isEmpty())
                .filter(each -> !texts.contains(each)
                        || shown.filter(said -> areForms(each, said, alternatives))
                                .isEmpty())
                .toList();
        return new TextParts(html, plain, beside);
    }

    private static List<MessagePart> texts(List<Candidate> candidates, Predicate<Candidate> wanted) {
        return candidates.stream()
                .filter(wanted)
                .map(Candidate::part)
                .filter(part -> !part.attachment())
                .filter(part -> part.mediaType().equals("text/plain")
                        || part.mediaType().equals("text/html"))
                .toList();
    }

    private static Optional<MessagePart> first(List<MessagePart> parts, String mediaType) {
        return parts.stream().filter(part -> part.mediaType().equals(mediaType)).findFirst();
    }

    /** Whether the innermost multipart that both are in offers them for choice. */
    private static boolean areForms(MessagePart one, MessagePart other, Set<String> alternatives) {
        String[] first = one.path().split("\\.", -1);
        String[] second = other.path().split("\\.", -1);
        int same = 0;
        while (same < Math.min(first.length, second.length) && first[same].equals(second[same])) {
            same++;
        }
        return same < first.length
                && same < second.length
                && alternatives.contains(String.join(".", List.of(first).subList(0, same)));
    }
}
