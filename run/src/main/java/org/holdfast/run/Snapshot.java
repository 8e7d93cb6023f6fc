package org.holdfast.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A fingerprint of all that is stored at a provider for one mailbox: SHA-256 for each folder over
 * UIDVALIDITY and, for each message, UID, INTERNALDATE, flags and every byte.
 *
 * @param folders fingerprint in hexadecimal by the folder's wire name
 * @param messages in all folders
 */
public record Snapshot(SortedMap<String, String> folders, int messages) {

    /** Reads everything, without changing a flag. */
    public static Snapshot of(ImapSession session) {
        SortedMap<String, String> folders = new TreeMap<>();
        int messages = 0;
        for (String folder : session.folders()) {
            MessageDigest digest = sha256();
            for (Original original : session.originals(folder)) {
                String line = original.uidValidity() + " " + original.uid() + " " + original.received() + " "
                        + original.flags() + " " + original.content().length + "\n";
                digest.update(line.getBytes(StandardCharsets.UTF_8));
                digest.update(original.content());
                messages++;
            }
            folders.put(folder, HexFormat.of().formatHex(digest.digest()));
        }
        return new Snapshot(folders, messages);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
