package org.holdfast.block;

import java.net.IDN;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says whether a sender is blocked: by the address, its domain or one above it. */
public final class SenderBlocks {

    private static final Pattern ADDRESS =
            Pattern.compile("[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@[\\p{L}\\p{N}.-]{1,253}");
    private static final Pattern QUOTED = Pattern.compile("\"(?:\\\\.|[^\"\\\\]){0,1000}\"");
    private static final Pattern ANGLED = Pattern.compile("<([^<>]{3,400})>");

    private final Map<String, Long> ids;

    /** With the ids of blocks by their senders. */
    public SenderBlocks(Map<String, Long> ids) {
        this.ids = Map.copyOf(ids);
    }

    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /**
     * The block that a message meets.
     *
     * @param from the From field's text; null: there is none, and no block is met
     * @return its id; empty: the message is imported
     */
    public Optional<Long> met(String from) {
        if (from == null || ids.isEmpty()) {
            return Optional.empty();
        }
        return senders(from).stream().flatMap(sender -> by(sender).stream()).findFirst();
    }

    /** A display name may look like an address: where there are angle brackets, only what they hold counts. */
    private static Set<String> senders(String from) {
        String unquoted = QUOTED.matcher(from).replaceAll(" ");
        Set<String> found = new LinkedHashSet<>();
        Matcher angled = ANGLED.matcher(unquoted);
        while (angled.find()) {
            found.addAll(addresses(angled.group(1)));
        }
        if (found.isEmpty()) {
            found.addAll(addresses(unquoted));
        }
        return found.isEmpty() ? addresses(from) : found;
    }

    private static Set<String> addresses(String text) {
        Set<String> found = new LinkedHashSet<>();
        Matcher address = ADDRESS.matcher(text);
        while (address.find()) {
            found.add(canonical(address.group()));
        }
        return found;
    }

    /** An address or a domain as blocks are kept: lower-case, the domain in its ASCII form. */
    static String canonical(String sender) {
        String lower = sender.strip().toLowerCase(Locale.ROOT);
        int at = lower.lastIndexOf('@');
        String domain = lower.substring(at + 1);
        try {
            return lower.substring(0, at + 1) + IDN.toASCII(domain).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return lower;
        }
    }

    private Optional<Long> by(String sender) {
        if (ids.containsKey(sender)) {
            return Optional.of(ids.get(sender));
        }
        String domain = sender.substring(sender.lastIndexOf('@') + 1);
        while (!domain.isEmpty()) {
            if (ids.containsKey(domain)) {
                return Optional.of(ids.get(domain));
            }
            int dot = domain.indexOf('.');
            domain = dot < 0 ? "" : domain.substring(dot + 1);
        }
        return Optional.empty();
    }
}
