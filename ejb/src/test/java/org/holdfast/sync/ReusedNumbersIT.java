package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Situations 1 and 2: numbers that mean other originals than before; each copy finds its own again. */
class ReusedNumbersIT {

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    private PullBench bench;
    private ScriptedImap server;
    private long mailbox;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void connect() throws IOException {
        bench = new PullBench(postgres, keys, "CRM_PLUS");
        server = new ScriptedImap();
        server.modSeq = 100;
        mailbox = bench.mailbox("scripted", server.port());
        for (long uid = 1; uid <= 5; uid++) {
            server.mails.put(uid, mail("mail " + uid));
        }
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(5);
        server.received.clear();
    }

    @AfterEach
    void disconnect() throws IOException {
        server.close();
    }

    private static String mail(String subject) {
        return "From: j@example.com\r\nMessage-ID: <" + subject.replace(' ', '-') + "@example.com>\r\nSubject: "
                + subject + "\r\n\r\nText of " + subject + "\r\n";
    }

    private void bind(long uid) {
        bench.jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE uid = ?", uid));
    }

    private Map<String, Long> uidBySubject() {
        return bench.jdbi.withHandle(h -> h.createQuery(
                        "SELECT subject, uid FROM mail_copy WHERE original_gone_at IS NULL AND uid_validity > 0")
                .reduceRows(new TreeMap<>(), (map, row) -> {
                    map.put(row.getColumn("subject", String.class), row.getColumn("uid", Long.class));
                    return map;
                }));
    }

    private List<Long> ids() {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT id FROM mail_copy ORDER BY id")
                .mapTo(Long.class)
                .list());
    }

    private long bodies() {
        return server.received.stream()
                .filter(line -> line.contains("BODY.PEEK[]"))
                .count();
    }

    @Test
    void situation02_numberUsedAgainAfterABackupIsNotTakenForTheOldOriginal() {
        bind(4);
        server.mails.remove(5L);
        server.mails.put(4L, mail("other 4"));
        server.flags.put(4L, "\\Flagged");
        server.uidNext = 5;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(uidBySubject()).isEqualTo(Map.of("mail 1", 1L, "mail 2", 2L, "mail 3", 3L, "other 4", 4L));
        assertThat(bench.count("mail_copy WHERE subject = 'mail 4' AND bind_count = 1 AND flags = 0"
                        + " AND original_gone_at IS NOT NULL"))
                .isOne();
        assertThat(bench.count("mail_copy WHERE subject = 'mail 5' AND original_gone_at IS NOT NULL"))
                .isOne();
        assertThat(bench.count("folder_state WHERE doubt IS NULL AND uid_next = 5"))
                .isOne();
        // What is delivered now gets the number that mail 5 had.
        server.mails.put(5L, mail("other 5"));
        server.uidNext = 6;
        server.modSeq = 101;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(uidBySubject()).containsEntry("other 5", 5L).hasSize(5);
        assertThat(bench.count("mail_copy")).isEqualTo(7);
    }

    @Test
    void situation02_renumberedFolderOfWhichOnlyTheModSeqTellsKeepsEveryCopy() {
        List<Long> before = ids();
        bind(2);
        Map<Long, String> old = new TreeMap<>(server.mails);
        for (long uid = 1; uid <= 5; uid++) {
            server.mails.put(uid, old.get(6 - uid));
        }
        server.modSeq = 50;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(ids()).isEqualTo(before);
        assertThat(uidBySubject())
                .isEqualTo(Map.of("mail 1", 5L, "mail 2", 4L, "mail 3", 3L, "mail 4", 2L, "mail 5", 1L));
        assertThat(bench.count("mail_copy WHERE subject = 'mail 2' AND bind_count = 1 AND uid = 4"))
                .isOne();
        assertThat(bodies()).isZero();
    }

    @Test
    void situation02_lowerModSeqAloneChangesNothingButTheWatermark() {
        List<Long> before = ids();
        server.modSeq = 50;
        server.flags.put(3L, "\\Seen");
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(ids()).isEqualTo(before);
        assertThat(bench.count("mail_copy WHERE uid = 3 AND flags = 1")).isOne();
        assertThat(bench.count("folder_state WHERE highest_mod_seq = 50 AND doubt IS NULL"))
                .isOne();
        assertThat(bodies()).isZero();
    }

    @Test
    void situation02_doubtOutlivesACutAndCountersThatHaveCaughtUp() {
        server.mails.remove(5L);
        server.mails.put(4L, mail("other 4"));
        server.uidNext = 5;
        server.script = (command, usual) -> command.startsWith("UID FETCH") ? ScriptedImap.CUT : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        server.script = (command, usual) -> usual;
        server.mails.put(5L, mail("other 5"));
        server.mails.put(6L, mail("other 6"));
        server.uidNext = 7;
        server.modSeq = 200;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(uidBySubject())
                .isEqualTo(
                        Map.of("mail 1", 1L, "mail 2", 2L, "mail 3", 3L, "other 4", 4L, "other 5", 5L, "other 6", 6L));
    }

    @Test
    void situation02_purgedDoesNotComeBackAndItsNumberDoesNotHideAnother() {
        bench.jdbi.useHandle(h -> {
            h.execute("INSERT INTO purged_original (folder_id, uid_validity, uid, content_sha256, run_id)"
                    + " SELECT folder_id, uid_validity, uid, content_sha256, 1 FROM mail_copy WHERE uid = 3");
            h.execute("DELETE FROM mail_content WHERE copy_id IN (SELECT id FROM mail_copy WHERE uid = 3)");
            h.execute("DELETE FROM mail_copy WHERE uid = 3");
        });
        server.mails.put(4L, server.mails.get(3L));
        server.mails.put(3L, mail("other 3"));
        server.mails.remove(5L);
        server.uidNext = 5;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(uidBySubject()).isEqualTo(Map.of("mail 1", 1L, "mail 2", 2L, "other 3", 3L));
        assertThat(bench.count("mail_copy WHERE subject = 'mail 3'")).isZero();
        String before = numbers();
        server.modSeq = 101;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(numbers()).isEqualTo(before);
    }

    private String numbers() {
        return uidBySubject() + "/" + ids();
    }

    @Test
    void situation02_reuseThatNoCounterShowsIsFoundByTheAudit() {
        server.mails.put(4L, mail("something else at 4"));
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(uidBySubject()).containsKey("mail 4");
        bench.now = PullBench.NOW.plusSeconds(90_000);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(uidBySubject()).containsEntry("something else at 4", 4L).doesNotContainKey("mail 4");
        assertThat(bench.count("mail_copy WHERE subject = 'mail 4' AND original_gone_at IS NOT NULL"))
                .isOne();
    }

    @Test
    void situation01_newUidValidityMatchesByHeaderWithoutFetchingContent() {
        List<Long> before = ids();
        server.validity = 8;
        Map<Long, String> old = new TreeMap<>(server.mails);
        server.mails.clear();
        old.forEach((uid, mail) -> server.mails.put(uid + 10, mail));
        server.uidNext = 16;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(ids()).isEqualTo(before);
        assertThat(uidBySubject())
                .isEqualTo(Map.of("mail 1", 11L, "mail 2", 12L, "mail 3", 13L, "mail 4", 14L, "mail 5", 15L));
        assertThat(bodies()).isZero();
    }

    @Test
    void situation13_twinsWithOneMessageIdGoEachToItsOwnOriginal() {
        // Same Message-ID, size and date; only the text tells them apart.
        server.mails.put(6L, mail("twin").replace("Text of twin", "Text of left"));
        server.mails.put(7L, mail("twin").replace("Text of twin", "Text of lost"));
        server.modSeq = 101;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        long left = bench.id("SELECT id FROM mail_copy WHERE uid = 6");
        long lost = bench.id("SELECT id FROM mail_copy WHERE uid = 7");
        server.validity = 8;
        String left6 = server.mails.get(6L);
        server.mails.put(6L, server.mails.get(7L));
        server.mails.put(7L, left6);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.id("SELECT id FROM mail_copy WHERE uid = 7 AND uid_validity = 8"))
                .isEqualTo(left);
        assertThat(bench.id("SELECT id FROM mail_copy WHERE uid = 6 AND uid_validity = 8"))
                .isEqualTo(lost);
        assertThat(bench.count("mail_copy")).isEqualTo(7);
    }
}
