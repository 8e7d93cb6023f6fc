package org.holdfast.search;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What ties a message to others of its mailbox: its Message-ID and those it refers to. A message that refers to none
 * and calls itself a reply is tied by its subject, in both directions and for a time.
 *
 * @param ids hashes of Message-IDs
 * @param subject hash of the base subject; 0 if there is none
 * @param orphan whether it is a reply that does not say to what
 */
record Links(Set<Long> ids, long subject, boolean orphan) {

    private static final Pattern MESSAGE_ID = Pattern.compile("<[^<>\\s]{1,998}>");

    static Links of(long mailboxId, Arrival arrival) {
        Set<Long> ids = new LinkedHashSet<>();
        String own = arrival.head().messageId();
        Matcher id = MESSAGE_ID.matcher(own == null ? "" : own);
        if (id.find()) {
            ids.add(hash(mailboxId, "i", id.group()));
        }
        arrival.gist().references().forEach(reference -> ids.add(hash(mailboxId, "i", reference)));
        BaseSubject base = BaseSubject.of(arrival.head().subject());
        boolean orphan = base.isReply() && arrival.gist().references().isEmpty();
        return new Links(ids, base.text().isEmpty() ? 0 : hash(mailboxId, "s", base.text()), orphan);
    }

    /** What is stored of it, for those who come later. */
    Set<Long> stored() {
        Set<Long> all = new LinkedHashSet<>(ids);
        if (subject != 0) {
            all.add(subject);
            if (orphan) {
                all.add(ofOrphans());
            }
        }
        return all;
    }

    /** By which subject link it finds others: an orphan everybody, all others the orphans; 0: by none. */
    long wanted() {
        return subject == 0 || orphan ? subject : ofOrphans();
    }

    private long ofOrphans() {
        return subject ^ 0x5DEECE66DL;
    }

    /** 64 bits of SHA-256. */
    private static long hash(long mailboxId, String kind, String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((kind + mailboxId + " ").getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
