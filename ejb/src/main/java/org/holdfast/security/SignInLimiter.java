package org.holdfast.security;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Counts failed sign-ins for each address and each user and closes the door for a while when there are
 * too many. Kept in the memory of each node and bounded: the keys not seen for longest are forgotten.
 */
public class SignInLimiter {

    /** How long failures count, and so how long the door stays closed at most. */
    public static final Duration WINDOW = Duration.ofMinutes(15);

    /** Failures from one address (IPv6: one /64) within the window. */
    public static final int PER_ADDRESS = 30;

    /** Failures for one user within the window. */
    public static final int PER_USER = 10;

    private final Clock clock;
    private final int keys;
    private final Map<String, Failures> failures = new LinkedHashMap<>(64, 0.75f, true);

    /**
     * An empty limiter.
     *
     * @param keys how many addresses and users are remembered at most
     */
    public SignInLimiter(Clock clock, int keys) {
        this.clock = clock;
        this.keys = keys;
    }

    /**
     * Lets an attempt through, or not. It counts as failed from here on until it succeeds, so that a burst of
     * guesses at the same moment gets no further than the same guesses in a row.
     */
    public synchronized boolean admit(String email, String address) {
        if (count(user(email)) >= PER_USER || count(network(address)) >= PER_ADDRESS) {
            return false;
        }
        for (String key : List.of(user(email), network(address))) {
            Failures known = current(key);
            failures.put(key, known == null ? new Failures(clock.instant(), 1) : known.oneMore());
        }
        while (failures.size() > keys) {
            failures.remove(failures.keySet().iterator().next());
        }
        return true;
    }

    /** Forgets the failures of a user who came in; of the address only this one attempt, which was none. */
    public synchronized void succeeded(String email, String address) {
        failures.remove(user(email));
        failures.computeIfPresent(network(address), (key, known) -> known.count() > 1 ? known.oneLess() : null);
    }

    /** How many keys are remembered now. */
    synchronized int size() {
        return failures.size();
    }

    private int count(String key) {
        Failures known = current(key);
        return known == null ? 0 : known.count();
    }

    private Failures current(String key) {
        Failures known = failures.get(key);
        if (known != null && !clock.instant().isBefore(known.since().plus(WINDOW))) {
            failures.remove(key);
            return null;
        }
        return known;
    }

    private static String user(String email) {
        String name = email.strip().toLowerCase(Locale.ROOT);
        return "user " + (name.length() > 320 ? name.substring(0, 320) : name);
    }

    /** The address; of IPv6 the first four groups, since one host has all of a /64. */
    static String network(String address) {
        if (address.indexOf(':') < 0) {
            return "from " + address;
        }
        String[] halves = address.split("::", 2);
        List<String> groups = new ArrayList<>();
        if (!halves[0].isEmpty()) {
            groups.addAll(List.of(halves[0].split(":")));
        }
        if (halves.length == 2) {
            int after = halves[1].isEmpty() ? 0 : halves[1].split(":").length;
            for (int missing = 8 - groups.size() - after; missing > 0; missing--) {
                groups.add("0");
            }
        }
        return "from " + String.join(":", groups.subList(0, Math.min(4, groups.size())));
    }

    private record Failures(Instant since, int count) {

        Failures oneMore() {
            return new Failures(since, count + 1);
        }

        Failures oneLess() {
            return new Failures(since, count - 1);
        }
    }
}
