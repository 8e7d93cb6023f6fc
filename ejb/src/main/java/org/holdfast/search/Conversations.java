package org.holdfast.search;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which conversations are one. The oldest by id stands for all. */
final class Conversations {

    /** How far apart messages may be that nothing but a subject ties together. */
    static final Duration SAME_SUBJECT = Duration.ofDays(31);

    private record Place(long copyId, Instant clock) {}

    private final Map<Long, Set<Long>> knownByLink = new HashMap<>();
    private final Map<Long, Set<Long>> nearByCopy = new HashMap<>();
    private final Map<Long, List<Place>> placed = new HashMap<>();
    private final Map<Long, Long> parents = new HashMap<>();
    private final Set<Long> stored = new HashSet<>();

    /** A stored conversation that the Message-ID of a link belongs to. */
    void addKnown(long link, long threadId) {
        add(threadId);
        knownByLink.computeIfAbsent(link, key -> new LinkedHashSet<>()).add(threadId);
    }

    /** A stored conversation that a copy belongs to by its subject. */
    void addNear(long copyId, long threadId) {
        add(threadId);
        nearByCopy.computeIfAbsent(copyId, key -> new LinkedHashSet<>()).add(threadId);
    }

    private void add(long threadId) {
        stored.add(threadId);
        parents.putIfAbsent(threadId, threadId);
    }

    /** Puts a copy into its conversation, one with copies that were placed before. */
    void place(long copyId, Instant clock, Links links) {
        parents.putIfAbsent(copyId, copyId);
        for (long id : links.ids()) {
            knownByLink.getOrDefault(id, Set.of()).forEach(threadId -> join(copyId, threadId));
            placed.getOrDefault(id, List.of()).forEach(place -> join(copyId, place.copyId()));
        }
        nearByCopy.getOrDefault(copyId, Set.of()).forEach(threadId -> join(copyId, threadId));
        for (Place place : placed.getOrDefault(links.wanted(), List.of())) {
            if (Duration.between(clock, place.clock()).abs().compareTo(SAME_SUBJECT) <= 0) {
                join(copyId, place.copyId());
            }
        }
        Place place = new Place(copyId, clock);
        links.stored().forEach(link -> placed.computeIfAbsent(link, key -> new ArrayList<>())
                .add(place));
    }

    private void join(long one, long other) {
        long first = of(one);
        long second = of(other);
        // A conversation that is stored keeps its name.
        boolean keepFirst = stored.contains(first) == stored.contains(second) ? first < second : stored.contains(first);
        parents.put(keepFirst ? second : first, keepFirst ? first : second);
    }

    /** The conversation of a copy, or the one that a conversation has become. */
    long of(long id) {
        long at = id;
        while (parents.get(at) != at) {
            at = parents.get(at);
        }
        return at;
    }

    /** Stored conversations that go into others. */
    Map<Long, Long> merged() {
        Map<Long, Long> merged = new HashMap<>();
        new TreeSet<>(stored).stream().filter(id -> of(id) != id).forEach(id -> merged.put(id, of(id)));
        return merged;
    }
}
