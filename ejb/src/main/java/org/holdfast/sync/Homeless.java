package org.holdfast.sync;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.holdfast.sync.imap.Listed;

/**
 * Copies that look for their originals, found again by date, size and Message-ID before any content is
 * fetched; where that is not clear, by the content.
 */
final class Homeless {

    private final Map<String, List<HomelessCopy>> byHint = new HashMap<>();
    private final Map<String, List<HomelessCopy>> byContent = new HashMap<>();

    Homeless(Collection<HomelessCopy> copies) {
        for (HomelessCopy copy : copies) {
            byHint.computeIfAbsent(hint(copy.receivedAt(), copy.announced()), any -> new ArrayList<>())
                    .add(copy);
            byContent.computeIfAbsent(copy.content(), any -> new ArrayList<>()).add(copy);
        }
    }

    static String hint(Instant receivedAt, long size) {
        return receivedAt + "/" + size;
    }

    boolean isEmpty() {
        return byHint.isEmpty();
    }

    /** Whether the original looks like one of them. */
    boolean mayBe(Listed listed) {
        return byHint.containsKey(hint(listed.receivedAt(), listed.size()));
    }

    /** Whether only its content can tell if the original is one of them. */
    boolean needsContent(Listed listed, String messageId) {
        return byHint.getOrDefault(hint(listed.receivedAt(), listed.size()), List.of()).stream()
                .anyMatch(copy -> messageId == null || Objects.equals(copy.messageId(), messageId));
    }

    /**
     * Those among originals that are clear without their content. Several alike are clear only if their copies
     * are equal to the byte and there are enough of them.
     */
    List<Match> match(Collection<Listed> candidates, Map<Long, String> messageIds) {
        Map<String, List<Listed>> alike = new LinkedHashMap<>();
        for (Listed each : candidates) {
            String id = messageIds.get(each.uid());
            if (id != null && each.receivedAt() != null) {
                alike.computeIfAbsent(hint(each.receivedAt(), each.size()) + " " + id, any -> new ArrayList<>())
                        .add(each);
            }
        }
        List<Match> matches = new ArrayList<>();
        for (List<Listed> group : alike.values()) {
            Listed first = group.get(0);
            List<HomelessCopy> homes = byHint.getOrDefault(hint(first.receivedAt(), first.size()), List.of()).stream()
                    .filter(copy -> messageIds.get(first.uid()).equals(copy.messageId()))
                    .toList();
            boolean equal = homes.stream().map(HomelessCopy::content).distinct().count() == 1;
            if (equal && homes.size() >= group.size()) {
                for (int i = 0; i < group.size(); i++) {
                    matches.add(take(homes.get(i), group.get(i)));
                }
            }
        }
        return matches;
    }

    private Match take(HomelessCopy copy, Listed original) {
        remove(copy);
        return new Match(copy, original.uid(), original.size(), original.flags());
    }

    /** The one whose content an original turned out to have. */
    Optional<Match> match(NewCopy original) {
        Optional<HomelessCopy> found = byContent.getOrDefault(original.content().fingerprint(), List.of()).stream()
                .filter(copy -> copy.receivedAt() == null
                        || original.receivedAt() == null
                        || copy.receivedAt().equals(original.receivedAt()))
                .findFirst();
        found.ifPresent(this::remove);
        return found.map(copy -> new Match(copy, original.uid(), original.announced(), original.flags()));
    }

    private void remove(HomelessCopy copy) {
        byHint.get(hint(copy.receivedAt(), copy.announced())).remove(copy);
        byContent.get(copy.content()).remove(copy);
    }
}
