package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.message.Flags;
import org.holdfast.plan.Cutoff;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A random history at the provider (append, flags, move, copy, delete, rename, UIDVALIDITY) and here (bind, purge,
 * time), on servers of four grades; after each few steps both sides agree. 120 steps here, more with {@code
 * -Dholdfast.history=10000}; another one with {@code -Dholdfast.seed=N}.
 */
class HistoryIT {

    private static final DateTimeFormatter IMAP_DATE = DateTimeFormatter.ofPattern(
                    "dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final Pattern FLAGS = Pattern.compile("UID ([0-9]+) FLAGS \\(([^)]*)\\)");
    private static final Pattern SUBJECT = Pattern.compile("Subject: (m[0-9]+)\r\n");

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    private final List<String> folders = new ArrayList<>(List.of("INBOX", "A", "B", "C"));
    private final Map<String, Instant> dates = new HashMap<>();
    private final Map<Long, String> bound = new HashMap<>();
    private Random random;
    private PullBench bench;
    private RawImap imap;
    private LocalDovecot dovecot;
    private long mailbox;
    private int names;

    @BeforeAll
    static void start() {
        MailServers.requireDovecot();
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "QRESYNC | ",
                "CONDSTORE | IMAP4rev1 SASL-IR LITERAL+ UIDPLUS MOVE CONDSTORE",
                "UIDPLUS only | IMAP4rev1 SASL-IR LITERAL+ UIDPLUS",
                "bare | IMAP4rev1"
            })
    void bothSidesAgreeAfterAnyHistory(String grade, String capability) throws Exception {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        int steps = Integer.getInteger("holdfast.history", 120);
        System.out.println("History on " + grade + ": " + steps + " steps, seed " + seed);
        random = new Random(seed);
        bench = new PullBench(postgres, keys, "CRM_PLUS");
        try (LocalDovecot server = LocalDovecot.start(new LocalDovecot.Options(capability, null, false));
                RawImap session = new RawImap(server.port(), "history", "secret")) {
            dovecot = server;
            imap = session;
            for (String folder : folders.subList(1, 4)) {
                imap.command("CREATE " + folder);
            }
            mailbox = bench.mailbox("history", server.port());
            for (int step = 0; step < steps; step++) {
                step();
                if (step % 8 == 7) {
                    settle("seed " + seed + ", step " + step);
                }
            }
            settle("seed " + seed + ", end");
        }
    }

    private void step() throws Exception {
        String folder = folders.get(random.nextInt(folders.size()));
        int what = random.nextInt(100);
        if (what < 35) {
            append(folder);
        } else if (what < 50) {
            onSome(
                    folder,
                    "UID STORE %s " + (random.nextBoolean() ? "+" : "-") + "FLAGS ("
                            + List.of("\\Seen", "\\Flagged", "\\Deleted", "Work")
                                    .get(random.nextInt(4)) + ")");
        } else if (what < 65) {
            onSome(folder, "UID MOVE %s " + folders.get(random.nextInt(folders.size())));
        } else if (what < 72) {
            onSome(folder, "UID COPY %s " + folders.get(random.nextInt(folders.size())));
        } else if (what < 80) {
            imap.command("SELECT " + folder);
            imap.command("EXPUNGE");
        } else if (what < 84 && !folder.equals("INBOX")) {
            String now = "N" + ++names;
            imap.command("EXAMINE Drafts");
            imap.command("RENAME " + folder + " " + now);
            folders.set(folders.indexOf(folder), now);
        } else if (what < 87) {
            // A session in the folder would be ended.
            imap.command("EXAMINE Drafts");
            dovecot.doveadm(
                    "mailbox",
                    "update",
                    "-u",
                    "history",
                    "--uid-validity",
                    Long.toString(2_000_000_000L + ++names),
                    folder);
        } else if (what < 94) {
            bind();
        } else {
            bench.now = bench.now.plus(Duration.ofHours(random.nextInt(30)));
        }
    }

    private void append(String folder) throws Exception {
        String subject = "m" + dates.size();
        // About half of them leave the window on the way.
        Instant at = bench.now.minus(Duration.ofHours(random.nextInt(31 * 24))).truncatedTo(ChronoUnit.SECONDS);
        dates.put(subject, at);
        imap.appendText(
                folder,
                (random.nextInt(10) == 0 ? "" : "Message-ID: <" + subject + "@example.com>\r\n") + "Subject: " + subject
                        + "\r\n\r\nText of " + subject + "\r\n",
                IMAP_DATE.format(at));
    }

    private void onSome(String folder, String command) throws Exception {
        imap.command("SELECT " + folder);
        List<Long> uids = uids();
        if (uids.isEmpty()) {
            return;
        }
        TreeSet<Long> some = new TreeSet<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            some.add(uids.get(random.nextInt(uids.size())));
        }
        if (!command.endsWith(" " + folder)) {
            imap.command(String.format(command, UidSet.of(some)));
        }
    }

    private List<Long> uids() throws Exception {
        List<Long> uids = new ArrayList<>();
        for (String line : imap.command("UID SEARCH ALL")) {
            if (line.startsWith("* SEARCH")) {
                for (String word : line.substring(8).strip().split(" ", -1)) {
                    if (!word.isEmpty()) {
                        uids.add(Long.valueOf(word));
                    }
                }
            }
        }
        return uids;
    }

    private void bind() {
        bench.jdbi.useHandle(h -> h
                .createQuery(
                        "SELECT id, subject FROM mail_copy WHERE original_gone_at IS NULL AND bind_count = 0 ORDER BY id")
                .map((row, context) -> Map.entry(row.getLong("id"), row.getString("subject")))
                .list()
                .stream()
                .skip(random.nextInt(5))
                .findFirst()
                .ifPresent(copy -> {
                    h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", copy.getKey());
                    bound.put(copy.getKey(), copy.getValue());
                }));
    }

    /** Several looks: what is gone is sure in the second, and a mass of it may need one more. */
    private void settle(String where) throws Exception {
        purge();
        for (int i = 0; i < 3; i++) {
            assertThat(bench.pull(mailbox)).as(where).isEqualTo(Outcome.COMPLETED);
        }
        purge();
        assertThat(copies()).as(where).isEqualTo(originals());
        Map<Long, String> kept =
                bench.jdbi.withHandle(h -> h.createQuery("SELECT id, subject FROM mail_copy WHERE bind_count > 0")
                        .reduceRows(new HashMap<>(), (map, row) -> {
                            map.put(row.getColumn("id", Long.class), row.getColumn("subject", String.class));
                            return map;
                        }));
        assertThat(kept).as(where + ": bound").isEqualTo(bound);
        assertThat(bench.count("quarantined_original")).as(where).isZero();
        assertThat(bench.count("mail_copy c LEFT JOIN mail_content t ON t.copy_id = c.id WHERE t.copy_id IS NULL"
                        + " OR position(convert_to('Text of ' || c.subject, 'UTF8') IN t.raw) = 0"))
                .as(where + ": content")
                .isZero();
    }

    private Cutoff cutoff() {
        return new Cutoff(bench.now.minus(Duration.ofDays(30)));
    }

    /** What is due goes, as in the purge: unbound and at or before the cut-off. */
    private void purge() {
        bench.jdbi.useHandle(h -> {
            h.execute(
                    "DELETE FROM mail_content WHERE copy_id IN (SELECT id FROM mail_copy WHERE bind_count = 0"
                            + " AND clock <= ?)",
                    cutoff().at());
            h.execute("DELETE FROM mail_copy WHERE bind_count = 0 AND clock <= ?", cutoff().at());
        });
    }

    /** Originals of the window: folder, subject and flags of each. */
    private List<String> originals() throws Exception {
        List<String> all = new ArrayList<>();
        for (String folder : folders) {
            Map<Long, String> subjects = new HashMap<>();
            imap.bodies(folder).forEach((uid, body) -> {
                Matcher subject = SUBJECT.matcher(new String(body, StandardCharsets.US_ASCII));
                assertThat(subject.find()).isTrue();
                subjects.put(uid, subject.group(1));
            });
            for (String line : imap.command("UID FETCH 1:* (UID FLAGS)")) {
                Matcher flags = FLAGS.matcher(line);
                if (flags.find()) {
                    String subject = subjects.get(Long.valueOf(flags.group(1)));
                    Flags set = Flags.ofNames(List.of(flags.group(2).split(" ", -1)));
                    if (!cutoff().isBeyond(dates.get(subject))) {
                        all.add(folder + " " + subject + " " + set.bits() + " "
                                + (set.keywords().contains("Work") ? "Work" : ""));
                    }
                }
            }
        }
        return all.stream().sorted().toList();
    }

    private List<String> copies() {
        return bench.jdbi.withHandle(h -> h
                .createQuery("SELECT f.wire_name || ' ' || c.subject || ' ' || c.flags || ' ' ||"
                        + " CASE WHEN 'Work' = ANY (c.keywords) THEN 'Work' ELSE '' END FROM mail_copy c"
                        + " JOIN folder f ON f.id = c.folder_id WHERE c.original_gone_at IS NULL AND c.clock > :cutoff")
                .bind("cutoff", cutoff().at())
                .mapTo(String.class)
                .list()
                .stream()
                .sorted()
                .toList());
    }
}
