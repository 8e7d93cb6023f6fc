package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Situations 23, 30 and 33: what moves at the provider stays the same copy, and is not fetched again. */
class MovesIT {

    private static final DateTimeFormatter IMAP_DATE = DateTimeFormatter.ofPattern(
                    "dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    private PullBench bench;
    private String user;
    private long mailbox;

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

    @BeforeEach
    void connect(TestInfo test) throws Exception {
        bench = new PullBench(postgres, keys, "CRM_PLUS");
        user = "u" + Integer.toHexString(test.getDisplayName().hashCode());
        dovecot.keepCommands(user);
        mailbox = bench.mailbox(user, dovecot.port());
    }

    private RawImap imap() throws Exception {
        return new RawImap(dovecot.port(), user, "secret");
    }

    private static void fill(RawImap imap, String folder, int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            Instant at = PullBench.NOW.minus(Duration.ofHours(i));
            imap.appendText(
                    folder,
                    "From: j@example.com\r\nMessage-ID: <m" + i + "@example.com>\r\nSubject: mail " + i
                            + "\r\n\r\nText " + i + "\r\n",
                    IMAP_DATE.format(at));
        }
    }

    /** And once more if the pass leaves something to the next. */
    private void pull() {
        long due = pullOnce();
        if (due > 0) {
            assertThat(pullOnce()).isZero();
        }
        assertThat(bench.count("sync_pass WHERE asked <> stored + vanished + quarantined"))
                .isZero();
        assertThat(bench.count("departed_copy")).isZero();
    }

    /** How many mailboxes are due again at once. */
    private long pullOnce() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        return bench.count("mailbox_sync WHERE due_at <= clock_timestamp()");
    }

    /** Does something in the middle of a pass, before it looks at the nth folder. */
    private void pullAndMeanwhile(int folder, Action action) {
        int[] asked = new int[1];
        bench.whenAsked = () -> {
            if (asked[0]++ == folder) {
                action.run();
            }
        };
        pullOnce();
        assertThat(asked[0]).isGreaterThan(folder);
        bench.whenAsked = () -> {};
    }

    private interface Action {
        void act() throws Exception;

        default void run() {
            try {
                act();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private List<Long> ids() {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT id FROM mail_copy ORDER BY id")
                .mapTo(Long.class)
                .list());
    }

    private long fetched() {
        return dovecot.commands(user).stream()
                .filter(line -> line.contains("BODY.PEEK[]"))
                .count();
    }

    private void bind(String subject) {
        bench.jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE subject = ?", subject));
    }

    private long in(String folder) {
        return bench.count("mail_copy c JOIN folder f ON f.id = c.folder_id WHERE f.wire_name = '" + folder
                + "' AND c.original_gone_at IS NULL");
    }

    @Test
    void situation30_moveKeepsCopyAndBindingAndFetchesNothing() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Archive");
            fill(imap, "INBOX", 1, 10);
            fill(imap, "Sent", 11, 15);
            pull();
            bind("mail 3");
            bind("mail 12");
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT INBOX");
            imap.command("UID MOVE 3:5 Archive");
            imap.command("SELECT Sent");
            // The other way, from a folder that comes later, with COPY and EXPUNGE instead of MOVE.
            imap.command("UID COPY 2 Archive");
            imap.command("UID STORE 2 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(in("Archive")).isEqualTo(4);
            assertThat(fetched()).isEqualTo(bodies);
            assertThat(bench.count("mail_copy WHERE bind_count = 1 AND original_gone_at IS NULL"))
                    .isEqualTo(2);
            pull();
            assertThat(ids()).isEqualTo(before);
        }
    }

    @Test
    void situation30_moveDuringAPassIntoAFolderSeenAlreadyIsNoDelete() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE A");
            imap.command("CREATE B");
            fill(imap, "A", 1, 3);
            fill(imap, "B", 4, 6);
            pull();
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT B");
            // INBOX, A, B: between the second and the third.
            pullAndMeanwhile(3, () -> imap.command("UID MOVE 2 A"));
            assertThat(bench.count("mailbox_sync WHERE due_at <= clock_timestamp()"))
                    .as("the next pass does not wait for its turn")
                    .isOne();
            assertThat(ids()).isEqualTo(before);
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(in("A")).isEqualTo(4);
            assertThat(fetched()).isEqualTo(bodies);
        }
    }

    @Test
    void situation30_moveDuringAPassOutOfAFolderSeenAlreadyIsNoSecondOriginal() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE A");
            imap.command("CREATE B");
            fill(imap, "A", 1, 3);
            fill(imap, "B", 4, 6);
            pull();
            bind("mail 2");
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT A");
            pullAndMeanwhile(3, () -> imap.command("UID MOVE 2 B"));
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(in("B")).isEqualTo(4);
            assertThat(fetched()).isEqualTo(bodies);
            assertThat(bench.count("mail_copy WHERE bind_count = 1 AND original_gone_at IS NULL"))
                    .isOne();
        }
    }

    @Test
    void situation30_moveIntoAFolderThatIsNotSynchronisedIsNoDelete() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Z");
            fill(imap, "INBOX", 1, 5);
            pull();
            bench.jdbi.useHandle(h -> h.execute("UPDATE folder SET selected = false WHERE wire_name = 'Z'"));
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT INBOX");
            imap.command("UID MOVE 2:3 Z");
            imap.command("UID STORE 5 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            pull();
            assertThat(ids()).isEqualTo(before.subList(0, 4));
            assertThat(in("Z")).isEqualTo(2);
            imap.command("SELECT Z");
            imap.command("UID MOVE 1 INBOX");
            pull();
            assertThat(ids()).as("and back").isEqualTo(before.subList(0, 4));
            assertThat(in("INBOX")).isEqualTo(3);
            assertThat(fetched()).isEqualTo(bodies);
            bench.jdbi.useHandle(h -> h.execute("UPDATE folder SET selected = true"));
            pull();
            assertThat(ids()).isEqualTo(before.subList(0, 4));
        }
    }

    @Test
    void situation30_moveIntoOrOutOfAFolderThatCannotBeReadIsNeitherDeleteNorSecondOriginal() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Shut");
            fill(imap, "INBOX", 1, 3);
            fill(imap, "Shut", 4, 6);
            pull();
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT INBOX");
            imap.command("UID MOVE 2 Shut");
            imap.command("SELECT Shut");
            imap.command("UID MOVE 1 INBOX");
            Path store = dovecot.home(user).resolve("sdbox/mailboxes/Shut/dbox-Mails");
            Set<PosixFilePermission> open = Files.getPosixFilePermissions(store);
            Files.setPosixFilePermissions(store, Set.of());
            for (int i = 0; i < 3; i++) {
                pullOnce();
                bench.now = bench.now.plus(Duration.ofHours(25));
            }
            assertThat(bench.count("mailbox_sync WHERE last_error LIKE 'Folder Shut:%'"))
                    .isOne();
            assertThat(ids()).isEqualTo(before);
            Files.setPosixFilePermissions(store, open);
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(in("INBOX")).isEqualTo(3);
            assertThat(in("Shut")).isEqualTo(3);
            assertThat(fetched()).isEqualTo(bodies);
        }
    }

    @Test
    void situation30_deleteIsADeleteOnePassLaterAndThatIsDueAtOnce() throws Exception {
        try (RawImap imap = imap()) {
            fill(imap, "INBOX", 1, 3);
            pull();
            imap.command("SELECT INBOX");
            imap.command("UID STORE 2 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            assertThat(pullOnce()).isOne();
            assertThat(in("INBOX")).isEqualTo(3);
            assertThat(pullOnce()).isZero();
            assertThat(in("INBOX")).isEqualTo(2);
        }
    }

    @Test
    void situation30_swapBetweenTwoFoldersKeepsBoth() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE A");
            imap.command("CREATE B");
            fill(imap, "A", 1, 3);
            fill(imap, "B", 4, 6);
            pull();
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT A");
            imap.command("UID MOVE 1:2 B");
            imap.command("SELECT B");
            imap.command("UID MOVE 1:2 A");
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(in("A")).isEqualTo(3);
            assertThat(fetched()).isEqualTo(bodies);
        }
    }

    @Test
    void situation30_aCopyIsAnotherOriginalAndADeleteIsADelete() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE A");
            fill(imap, "INBOX", 1, 5);
            pull();
            bind("mail 4");
            imap.command("SELECT INBOX");
            imap.command("UID COPY 1 A");
            imap.command("UID STORE 4:5 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            pull();
            assertThat(in("INBOX")).isEqualTo(3);
            assertThat(in("A")).isOne();
            assertThat(bench.count("mail_copy WHERE subject = 'mail 4' AND original_gone_at IS NOT NULL"))
                    .isOne();
            assertThat(bench.count("mail_copy WHERE subject = 'mail 5'")).isZero();
        }
    }

    @Test
    void situation46_archivingNearlyEverythingAtOnceIsNoMassDelete() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Archive");
            fill(imap, "INBOX", 1, 80);
            pull();
            List<Long> before = ids();
            long bodies = fetched();
            imap.command("SELECT INBOX");
            imap.command("UID MOVE 1:75 Archive");
            pull();
            assertThat(in("Archive")).isEqualTo(75);
            pull();
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(fetched()).isEqualTo(bodies);
        }
    }

    @Test
    void situation33_renamedFolderIsTheSameFolder() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Project");
            imap.command("CREATE Project/Sub");
            fill(imap, "Project", 1, 5);
            fill(imap, "Project/Sub", 6, 8);
            pull();
            List<Long> before = ids();
            long project = bench.id("SELECT id FROM folder WHERE wire_name = 'Project'");
            long bodies = fetched();
            imap.command("RENAME Project Done");
            pull();
            assertThat(ids()).isEqualTo(before);
            assertThat(in("Done")).isEqualTo(5);
            assertThat(in("Done/Sub")).isEqualTo(3);
            assertThat(bench.id("SELECT id FROM folder WHERE wire_name = 'Done'"))
                    .isEqualTo(project);
            assertThat(bench.count("folder WHERE gone_at IS NOT NULL")).isZero();
            assertThat(fetched()).isEqualTo(bodies);
        }
    }

    @Test
    void situation33_deletedFolderTakesItsUnboundCopiesAfterADay() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Project");
            fill(imap, "Project", 1, 5);
            pull();
            bind("mail 2");
            imap.command("DELETE Project");
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
            assertThat(bench.count("mail_copy")).isEqualTo(5);
            bench.now = PullBench.NOW.plus(Duration.ofHours(25));
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
            assertThat(bench.count("mail_copy")).isOne();
            assertThat(bench.count("mail_copy WHERE bind_count = 1 AND original_gone_at IS NOT NULL"))
                    .isOne();
        }
    }

    @Test
    void situation33_folderOfTheSameNameMadeAnewIsAnother() throws Exception {
        try (RawImap imap = imap()) {
            imap.command("CREATE Project");
            fill(imap, "Project", 1, 3);
            pull();
            bind("mail 1");
            imap.command("DELETE Project");
            Thread.sleep(1_100);
            imap.command("CREATE Project");
            fill(imap, "Project", 4, 5);
            pull();
            assertThat(in("Project")).isEqualTo(2);
            assertThat(bench.count("mail_copy WHERE subject = 'mail 1' AND original_gone_at IS NOT NULL"))
                    .isOne();
        }
    }

    @Test
    void situation33_mostFoldersGoneAtOnceIsAsked() throws Exception {
        try (RawImap imap = imap()) {
            for (int i = 0; i < 12; i++) {
                imap.command("CREATE F" + i);
                fill(imap, "F" + i, i, i);
            }
            pull();
            for (int i = 0; i < 11; i++) {
                imap.command("DELETE F" + i);
            }
            bench.now = PullBench.NOW.plus(Duration.ofHours(30));
            pull();
            assertThat(bench.count("mail_copy")).isEqualTo(12);
            assertThat(bench.count("folder WHERE gone_at IS NOT NULL")).isZero();
            assertThat(bench.jdbi.<String, RuntimeException>withHandle(
                            h -> h.createQuery("SELECT missing_folders || ': ' || last_error FROM mailbox_sync")
                                    .mapTo(String.class)
                                    .one()))
                    .startsWith("11: 11 folders are gone at once");
            bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET missing_accepted = true"));
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
            assertThat(bench.count("folder WHERE gone_at IS NOT NULL")).isEqualTo(11);
            assertThat(bench.count("mailbox_sync WHERE missing_folders = 0 AND NOT missing_accepted"))
                    .isOne();
        }
    }
}
