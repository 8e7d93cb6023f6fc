package org.holdfast.run.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The mail that ships with the project: the same messages in each run, of many ages, languages and MIME
 * forms, some of them broken as mail is.
 */
final class Letters {

    /** In the wire's form: a name with Vietnamese letters. */
    static final List<String> FOLDERS = List.of("Sent", "Archive", "D&HvE- &AOE-n");

    private static final int COUNT = 120;
    private static final int OLDEST_DAYS = 400;

    private Letters() {}

    /**
     * The messages of one mailbox. Ages grow with the square, from an hour to 400 days, so that every
     * plan's cut-off has many on both sides.
     *
     * @param now the instant that ages are counted from
     */
    static List<Letter> of(String address, Instant now) {
        List<Letter> letters = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            double part = (double) i / (COUNT - 1);
            long seconds =
                    3600 + Math.round(part * part * Duration.ofDays(OLDEST_DAYS).toSeconds());
            Instant received = now.minusSeconds(seconds);
            byte[] message = new Mime(address, i, received).message().getBytes(StandardCharsets.ISO_8859_1);
            letters.add(new Letter(folder(i), flags(i), received, message));
        }
        return letters;
    }

    private static String folder(int i) {
        return switch (i % 10) {
            case 3, 7 -> FOLDERS.get(0);
            case 5 -> FOLDERS.get(1);
            case 9 -> FOLDERS.get(2);
            default -> "INBOX";
        };
    }

    private static List<String> flags(int i) {
        return switch (i % 6) {
            case 0 -> List.of();
            case 1 -> List.of("\\Seen", "\\Flagged");
            case 2 -> List.of("\\Seen", "\\Answered");
            case 3 -> List.of("\\Seen", "$Forwarded");
            default -> List.of("\\Seen");
        };
    }
}
