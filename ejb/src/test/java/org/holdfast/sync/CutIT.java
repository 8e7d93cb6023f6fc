package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Situations 7, 9 and 38: the connection ends behind any byte. Here behind every so many; all of them with {@code
 * -Dholdfast.cuts=2000}.
 */
class CutIT {

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, false));
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

    @Test
    void situation09_cutBehindAnyByteLosesAndDoublesNothing() throws Exception {
        int cuts = Integer.getInteger("holdfast.cuts", 40);
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        bench.jdbi.useHandle(h -> h.execute("UPDATE plan_terms SET mailboxes_per_user = NULL"));
        try (RawImap imap = new RawImap(dovecot.port(), "cut", "secret");
                ByteCutProxy proxy = new ByteCutProxy(dovecot.port())) {
            for (int i = 1; i <= 8; i++) {
                imap.appendText(
                        i % 2 == 0 ? "INBOX" : "Sent",
                        "Message-ID: <" + i + "@x>\r\nSubject: mail " + i + "\r\n\r\n" + "text\r\n".repeat(i * 40),
                        "28-Feb-2026 10:00:0" + i + " +0000");
            }
            Map<String, String> served = served(imap);
            long whole = bench.mailbox("cut", proxy.port());
            assertThat(bench.pull(whole)).isEqualTo(Outcome.COMPLETED);
            long bytes = proxy.passed.get();
            assertThat(stored(bench, whole)).isEqualTo(served);
            int failed = 0;
            for (int i = 0; i < cuts; i++) {
                long mailbox = another(bench, i, proxy.port());
                proxy.allow(bytes * i / cuts);
                failed += bench.pull(mailbox) == Outcome.FAILED ? 1 : 0;
                assertThat(served).containsAllEntriesOf(stored(bench, mailbox));
                proxy.allow(Long.MAX_VALUE);
                assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
                assertThat(stored(bench, mailbox))
                        .as("cut behind byte " + bytes * i / cuts)
                        .isEqualTo(served);
                assertThat(bench.count("quarantined_original")).isZero();
                assertThat(bench.count("mail_copy WHERE mailbox_id = " + mailbox))
                        .isEqualTo(served.size());
            }
            System.out.println(
                    "Cut behind " + cuts + " of " + bytes + " bytes: " + failed + " passes failed, all healed");
            assertThat(failed).isGreaterThan(cuts / 2);
        }
    }

    private static long another(PullBench bench, int number, int port) {
        long mailbox = bench.mailbox("cut" + number, port);
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET login = 'cut' WHERE id = ?", mailbox));
        return mailbox;
    }

    private static Map<String, String> served(RawImap imap) throws Exception {
        Map<String, String> all = new TreeMap<>();
        for (String folder : new String[] {"INBOX", "Sent"}) {
            imap.bodies(folder)
                    .forEach((uid, body) -> all.put(
                            folder + "/" + uid,
                            HexFormat.of().formatHex(Content.digest().digest(body))));
        }
        return all;
    }

    private static Map<String, String> stored(PullBench bench, long mailbox) {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT f.wire_name || '/' || c.uid AS place,"
                        + " encode(sha256(t.raw), 'hex') AS sha FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                        + " JOIN mail_content t ON t.copy_id = c.id WHERE c.mailbox_id = :mailbox"
                        + " AND c.original_gone_at IS NULL")
                .bind("mailbox", mailbox)
                .reduceRows(new HashMap<>(), (map, row) -> {
                    map.put(row.getColumn("place", String.class), row.getColumn("sha", String.class));
                    return map;
                }));
    }
}
