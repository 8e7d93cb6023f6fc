package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullIT {

    private static final DateTimeFormatter IMAP_DATE = DateTimeFormatter.ofPattern(
                    "dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    private static String at(Instant instant) {
        return IMAP_DATE.format(instant);
    }

    private static String mail(String subject) {
        return "From: =?UTF-8?Q?J=C3=BCrgen?= <j@example.com>\r\nTo: k@example.com\r\nSubject: " + subject
                + "\r\nMessage-ID: <" + subject.hashCode()
                + "@example.com>\r\nDate: Sun, 01 Feb 2026 10:00:00 +0100\r\n\r\n"
                + "Text of " + subject + "\r\n";
    }

    private static void fill(RawImap imap, int count) throws Exception {
        for (int i = 1; i <= count; i++) {
            imap.appendText("INBOX", mail("mail " + i), at(PullBench.NOW.minus(Duration.ofHours(i))));
        }
    }

    private static String state(PullBench bench) {
        return bench.jdbi.withHandle(h -> h.createQuery(
                        "SELECT (SELECT string_agg(c.xmin::text || c.id, ',' ORDER BY id) FROM mail_copy c) || '/' ||"
                                + " (SELECT string_agg(f.xmin::text, ',' ORDER BY folder_id) FROM folder_state f) || '/' ||"
                                + " (SELECT string_agg(f.xmin::text, ',' ORDER BY id) FROM folder f) || '/' ||"
                                + " (SELECT string_agg(p.xmin::text, ',' ORDER BY id) FROM sync_pass p)")
                .mapTo(String.class)
                .one());
    }

    private static void assertComplete(PullBench bench) {
        assertThat(bench.count("sync_pass WHERE asked <> stored + vanished + quarantined"))
                .isZero();
        assertThat(bench.count("mail_copy c LEFT JOIN mail_content t ON t.copy_id = c.id WHERE t.copy_id IS NULL"
                        + " OR sha256(t.raw) <> c.content_sha256 OR length(t.raw) <> c.size_bytes"))
                .isZero();
        assertThat(bench.count("mail_content t LEFT JOIN mail_copy c ON c.id = t.copy_id WHERE c.id IS NULL"))
                .isZero();
    }

    @Test
    void firstPullStoresTheWindowAndTheSecondWritesNothing() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        dovecot.keepCommands("first");
        try (RawImap imap = new RawImap(dovecot.port(), "first", "secret")) {
            fill(imap, 300);
            imap.append(
                    "Sent",
                    mail("sent").getBytes(StandardCharsets.UTF_8),
                    at(PullBench.NOW.minusSeconds(60)),
                    "\\Seen $Label");
            imap.command("CREATE \"Entw&APw-rfe &- Co\"");
            imap.appendText("Entw&APw-rfe &- Co", mail("draft"), at(PullBench.NOW.minusSeconds(60)));
        }
        long mailbox = bench.mailbox("first", dovecot.port());
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(302);
        assertThat(bench.count("mail_copy WHERE sender LIKE 'Jürgen%' AND parse_note IS NULL AND sent_at ="
                        + " '2026-02-01T09:00:00Z'"))
                .isEqualTo(302);
        assertThat(bench.count("folder WHERE name = 'Entwürfe & Co' AND wire_name = 'Entw&APw-rfe &- Co'"))
                .isOne();
        assertThat(bench.count("folder WHERE special_use = '\\Sent'")).isOne();
        assertThat(bench.count("mail_copy WHERE flags = 1 AND keywords = '{$Label}'"))
                .isOne();
        assertComplete(bench);
        String before = state(bench);
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(state(bench)).isEqualTo(before);
        assertThat(dovecot.commands("first").stream().filter(line -> line.contains("UID FETCH")))
                .anyMatch(line -> line.contains("BODY.PEEK[]"));
        try (RawImap imap = new RawImap(dovecot.port(), "first", "secret")) {
            imap.command("EXAMINE INBOX");
            assertThat(imap.command("UID SEARCH SEEN")).contains("* SEARCH");
        }
    }

    @Test
    void windowIsExactToTheSecondOfInternaldate() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        Instant cutoff = PullBench.NOW.minus(Duration.ofDays(30));
        try (RawImap imap = new RawImap(dovecot.port(), "window", "secret")) {
            imap.appendText("INBOX", mail("at the cut-off"), at(cutoff));
            imap.appendText("INBOX", mail("a second inside"), at(cutoff.plusSeconds(1)));
            imap.appendText("INBOX", mail("a second beyond"), at(cutoff.minusSeconds(1)));
            imap.appendText("INBOX", mail("from the future"), at(PullBench.NOW.plus(Duration.ofDays(400))));
        }
        long mailbox = bench.mailbox("window", dovecot.port());
        bench.pull(mailbox);
        assertThat(subjects(bench)).containsExactly("a second inside", "from the future");
        assertThat(bench.count("mail_copy WHERE clock = '" + PullBench.NOW + "'"))
                .isOne();

        bench.subscribe("STANDARD");
        bench.pull(mailbox);
        assertThat(bench.count("mail_copy")).isEqualTo(4);
        assertComplete(bench);
    }

    @Test
    void flagsFollowAndVanishedOriginalsTakeUnboundCopiesOnly() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        followAndVanish(bench, dovecot, "follow");
    }

    @Test
    void serverWithoutExtensionsIsFollowedByComparing() throws Exception {
        try (LocalDovecot poor =
                LocalDovecot.start(new LocalDovecot.Options("IMAP4rev1 SASL-IR LITERAL+ IDLE", null, true))) {
            PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
            poor.keepCommands("poor");
            followAndVanish(bench, poor, "poor");
            assertThat(poor.commands("poor"))
                    .noneMatch(line -> line.contains("CONDSTORE")
                            || line.contains("QRESYNC")
                            || line.contains("CHANGEDSINCE")
                            || line.contains("SPECIAL-USE"));
        }
    }

    @Test
    void serverWithCondstoreOnlyIsAskedForChanges() throws Exception {
        try (LocalDovecot some =
                LocalDovecot.start(new LocalDovecot.Options("IMAP4rev1 SASL-IR LITERAL+ CONDSTORE", null, true))) {
            PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
            some.keepCommands("some");
            followAndVanish(bench, some, "some");
            assertThat(some.commands("some"))
                    .anyMatch(line -> line.contains("CHANGEDSINCE"))
                    .noneMatch(line -> line.contains("QRESYNC"));
        }
    }

    private static void followAndVanish(PullBench bench, LocalDovecot server, String user) throws Exception {
        try (RawImap imap = new RawImap(server.port(), user, "secret")) {
            fill(imap, 40);
            long mailbox = bench.mailbox(user, server.port());
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy")).isEqualTo(40);
            bind(bench, 5);

            imap.command("SELECT INBOX");
            imap.command("UID STORE 10:12 +FLAGS (\\Seen $Important)");
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy WHERE flags & 1 = 1 AND keywords = '{$Important}'"))
                    .isEqualTo(3);

            imap.command("UID STORE 4:6 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy")).as("they may have moved").isEqualTo(40);
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy")).isEqualTo(38);
            assertThat(bench.count("mail_copy WHERE uid = 5 AND original_gone_at IS NOT NULL"))
                    .isOne();

            imap.appendText("INBOX", mail("new one"), at(PullBench.NOW.minusSeconds(5)));
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy WHERE subject = 'new one'")).isOne();
            assertComplete(bench);
            String before = state(bench);
            bench.pull(mailbox);
            assertThat(state(bench)).isEqualTo(before);
        }
    }

    private static void bind(PullBench bench, long uid) {
        bench.jdbi.useHandle(h -> {
            h.execute(
                    "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at) SELECT id,"
                            + " account_id, 'deal', 'D-1', 'test', now() FROM mail_copy WHERE uid = ?",
                    uid);
            h.execute("UPDATE mail_copy SET bind_count = 1 WHERE uid = ?", uid);
        });
    }

    @Test
    void massVanishWaitsForASecondLook() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        try (RawImap imap = new RawImap(dovecot.port(), "mass", "secret")) {
            fill(imap, 100);
            long mailbox = bench.mailbox("mass", dovecot.port());
            bench.pull(mailbox);
            imap.command("SELECT INBOX");
            imap.command("UID STORE 1:60 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy")).isEqualTo(100);
            bench.pull(mailbox);
            assertThat(bench.count("mail_copy")).isEqualTo(40);
            assertComplete(bench);
        }
    }

    @Test
    void cutAtAnyBatchIsResumedWithoutLossOrDuplicate() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "PROFESSIONAL");
        try (RawImap imap = new RawImap(dovecot.port(), "cut", "secret")) {
            fill(imap, 1_100);
        }
        long mailbox = bench.mailbox("cut", dovecot.port());
        // Cut later and later, until the first that has stored something.
        for (int allowed = 5; bench.count("mail_copy") == 0; allowed++) {
            assertThat(allowed).as("transactions before the first batch").isLessThan(60);
            bench.pull(bench.claim(mailbox), new Dying(bench, allowed));
            assertThat(bench.count("folder_state s JOIN folder f ON f.id = s.folder_id WHERE f.wire_name = 'INBOX'"
                            + " AND (SELECT count(*) FROM mail_copy) < 1100"))
                    .isZero();
            bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET lease_until = NULL"));
        }
        long cut = bench.count("mail_copy");
        assertThat(cut).isBetween(1L, 1_099L);
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(1_100);
        assertThat(bench.id("SELECT count(DISTINCT uid) FROM mail_copy")).isEqualTo(1_100);
        assertComplete(bench);
    }

    /** Ends as a node does that loses its database after so many transactions. */
    private static final class Dying implements ShortTransaction {

        private final PullBench bench;
        private int allowed;

        Dying(PullBench bench, int allowed) {
            this.bench = bench;
            this.allowed = allowed;
        }

        @Override
        public <T> T call(Function<Handle, T> work) {
            if (allowed-- <= 0) {
                throw new LeaseLost(0);
            }
            return bench.jdbi.inTransaction(work::apply);
        }
    }

    @Test
    void workerWhoseLeasePassedOnWritesNothing() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        try (RawImap imap = new RawImap(dovecot.port(), "fenced", "secret")) {
            fill(imap, 10);
        }
        long mailbox = bench.mailbox("fenced", dovecot.port());
        Lease old = bench.claim(mailbox);
        bench.jdbi.useHandle(
                h -> h.execute("UPDATE mailbox_sync SET lease_until = clock_timestamp() - interval '1 s'"));
        Lease newer = bench.claim(mailbox);
        assertThat(newer.token()).isGreaterThan(old.token());
        assertThat(bench.pull(old, bench.new InJdbi())).isEqualTo(MailboxPass.Outcome.FENCED);
        assertThat(bench.count("mail_copy")).isZero();
        assertThat(bench.pull(newer, bench.new InJdbi())).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(10);
    }

    @Test
    void uidValidityChangeKeepsCopiesAndBindings() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        try (RawImap imap = new RawImap(dovecot.port(), "renumber", "secret")) {
            fill(imap, 30);
            imap.appendText("INBOX", mail("mail 3"), at(PullBench.NOW.minus(Duration.ofHours(3))));
        }
        long mailbox = bench.mailbox("renumber", dovecot.port());
        bench.pull(mailbox);
        bind(bench, 7);
        // One that was purged although its date alone would let it in again.
        bench.jdbi.useHandle(h -> {
            h.execute(
                    "INSERT INTO purged_original SELECT folder_id, uid_validity, uid, content_sha256, 1 FROM mail_copy"
                            + " WHERE uid = 9");
            h.execute("DELETE FROM mail_content WHERE copy_id = (SELECT id FROM mail_copy WHERE uid = 9)");
            h.execute("DELETE FROM mail_copy WHERE uid = 9");
        });
        List<Long> ids = ids(bench);
        dovecot.doveadm("mailbox", "update", "-u", "renumber", "--uid-validity", "1999999999", "INBOX");
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(ids(bench)).isEqualTo(ids);
        assertThat(bench.count("mail_copy WHERE uid_validity = 1999999999 AND original_gone_at IS NULL"))
                .isEqualTo(30);
        assertThat(bench.count("mail_copy c JOIN binding b ON b.copy_id = c.id WHERE c.uid = 7"))
                .isOne();
        assertThat(bench.count("purged_original WHERE uid_validity = 1999999999"))
                .isOne();
        assertComplete(bench);
        String before = state(bench);
        bench.pull(mailbox);
        assertThat(state(bench)).isEqualTo(before);
    }

    private static List<String> subjects(PullBench bench) {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT subject FROM mail_copy ORDER BY clock")
                .mapTo(String.class)
                .list());
    }

    private static List<Long> ids(PullBench bench) {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT id FROM mail_copy ORDER BY id")
                .mapTo(Long.class)
                .list());
    }

    @Test
    void freePlanPausesWithoutAConnectionAndAnUpgradeFillsAgain() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        try (RawImap imap = new RawImap(dovecot.port(), "free", "secret")) {
            fill(imap, 20);
        }
        dovecot.keepCommands("free");
        long mailbox = bench.mailbox("free", dovecot.port());
        bench.pull(mailbox);
        int sent = dovecot.commands("free").size();
        bench.subscribe("FREE");
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.STOPPED);
        assertThat(bench.count("mailbox WHERE state = 'PAUSED_BY_PLAN' AND state_reason LIKE '%FREE%'"))
                .isOne();
        assertThat(dovecot.commands("free")).hasSize(sent);
        bench.jdbi.useHandle(h -> {
            h.execute("DELETE FROM mail_content");
            h.execute("DELETE FROM mail_copy");
        });
        bench.now = PullBench.NOW.plus(Duration.ofDays(1));
        bench.subscribe("STANDARD");
        bench.follow();
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(20);
        assertThat(bench.count("mailbox WHERE state = 'ACTIVE'")).isOne();
    }

    @Test
    void largeMessageComesInPiecesAndIsEqual() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        byte[] large = (mail("large") + "0123456789abcde\r\n".repeat(800_000)).getBytes(StandardCharsets.UTF_8);
        try (RawImap imap = new RawImap(dovecot.port(), "large", "secret")) {
            imap.append("INBOX", large, at(PullBench.NOW.minusSeconds(9)), "");
        }
        long mailbox = bench.mailbox("large", dovecot.port());
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.id("SELECT size_bytes FROM mail_copy WHERE subject = 'large'"))
                .isEqualTo(large.length);
        assertComplete(bench);
    }

    @Test
    void wrongPasswordIsTriedOnce() {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        long mailbox = bench.mailbox("wrong", dovecot.port(), "not the password");
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.REFUSED);
        assertThat(bench.count("mailbox WHERE state = 'AUTH_FAILED'")).isOne();
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET due_at = clock_timestamp() - interval '1 s'"));
        assertThat(bench.jdbi.<List<Lease>, RuntimeException>withHandle(h -> new Leases(h)
                        .claim(new Leases.ClaimOrder("test", 10, Duration.ofMinutes(1), 10, 10), PullBench.NOW)))
                .isEmpty();
    }
}
