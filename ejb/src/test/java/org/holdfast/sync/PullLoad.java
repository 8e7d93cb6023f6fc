package org.holdfast.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.holdfast.run.LocalDovecot;
import org.jdbi.v3.core.Jdbi;

/** A real mailbox at a real server that is pulled again and again, to see what else slows it down. */
public final class PullLoad implements AutoCloseable {

    private static final DateTimeFormatter IMAP_DATE = DateTimeFormatter.ofPattern(
                    "dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final LocalDovecot dovecot;
    private final PullBench bench;
    private final int originals;

    /** Fills a mailbox with originals; the copies go into a migrated database. */
    public PullLoad(Jdbi database, Path keys, int originals) throws IOException {
        this.originals = originals;
        dovecot = LocalDovecot.start(new LocalDovecot.Options(null, null, false));
        bench = new PullBench(database, keys);
        try (RawImap imap = new RawImap(dovecot.port(), "load", LocalDovecot.PASSWORD)) {
            for (int i = 0; i < originals; i++) {
                String received = IMAP_DATE.format(PullBench.NOW.minus(Duration.ofMinutes(i)));
                imap.append("INBOX", mail(i).getBytes(StandardCharsets.UTF_8), received, "");
            }
        }
    }

    /** Seconds that the whole of a pull takes into a mailbox without copies. */
    public double pull() {
        long mailbox = bench.mailbox("load", dovecot.port());
        long before = copies(mailbox);
        long start = System.nanoTime();
        bench.pull(mailbox);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (copies(mailbox) - before != originals) {
            throw new IllegalStateException(copies(mailbox) - before + " of " + originals + " were pulled");
        }
        bench.jdbi.useHandle(h ->
                h.execute("UPDATE mailbox SET state = 'DISCONNECTED', address = 'gone-' || id WHERE id = ?", mailbox));
        return seconds;
    }

    private long copies(long mailbox) {
        return bench.id("SELECT count(*) FROM mail_copy WHERE mailbox_id = " + mailbox);
    }

    private static String mail(int number) {
        return "From: a@example.com\r\nTo: b@example.com\r\nSubject: Number " + number + "\r\nMessage-ID: <" + number
                + "@example.com>\r\n\r\n" + "A line of text that fills the message.\r\n".repeat(100);
    }

    /** The instant that the passes take for now. */
    public static Instant now() {
        return PullBench.NOW;
    }

    /** A new folder for keys. */
    public static Path keys() throws IOException {
        return Files.createTempDirectory("holdfast-bench");
    }

    @Override
    public void close() {
        dovecot.close();
    }
}
