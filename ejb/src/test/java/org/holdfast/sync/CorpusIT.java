package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every mail of the collected corpora comes through a real provider into the database, byte for byte. */
class CorpusIT {

    @TempDir
    static Path keys;

    @Test
    void everyMailIsStoredAsTheProviderServesIt() throws Exception {
        Path corpus = Path.of(System.getProperty("holdfast.shared", "."), "mail");
        if (!Files.isDirectory(corpus)) {
            System.out.println("Skipped: 0 mails, there is no corpus at " + corpus);
            Assumptions.abort("no corpus");
        }
        List<Path> mails;
        try (Stream<Path> files = Files.walk(corpus)) {
            mails = files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".eml"))
                    .sorted()
                    .toList();
        }
        try (LocalDovecot dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, false));
                LocalPostgres postgres = LocalPostgres.start();
                RawImap imap = new RawImap(dovecot.port(), "corpus", "secret")) {
            Map<String, Integer> refused = append(imap, mails);
            int refusals = refused.values().stream().mapToInt(Integer::intValue).sum();
            pullAndCompare(dovecot, postgres, imap, mails.size() - refusals);
            System.out.println(
                    "Corpus: " + mails.size() + " files, " + refusals + " refused by the provider " + refused);
        }
    }

    private static Map<String, Integer> append(RawImap imap, List<Path> mails) throws Exception {
        Map<String, Integer> refused = new TreeMap<>();
        for (Path mail : mails) {
            String answer = imap.append("INBOX", Files.readAllBytes(mail), "28-Feb-2026 10:00:00 +0000", "");
            if (!answer.startsWith("OK")) {
                refused.merge(answer, 1, Integer::sum);
            }
        }
        return refused;
    }

    private static void pullAndCompare(LocalDovecot dovecot, LocalPostgres postgres, RawImap imap, int expected)
            throws Exception {
        PullBench bench = new PullBench(postgres, keys, "CRM_PLUS");
        long mailbox = bench.mailbox("corpus", dovecot.port());
        long begin = System.nanoTime();
        assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        double seconds = (System.nanoTime() - begin) / 1e9;
        Map<Long, String> served = new HashMap<>();
        for (Map.Entry<Long, byte[]> body : imap.bodies("INBOX").entrySet()) {
            served.put(body.getKey(), hex(MessageDigest.getInstance("SHA-256").digest(body.getValue())));
        }
        Map<Long, String> stored = bench.jdbi.withHandle(h -> {
            Map<Long, String> all = new HashMap<>();
            h.createQuery("SELECT c.uid, sha256(t.raw) AS sha FROM mail_copy c JOIN mail_content t ON t.copy_id = c.id")
                    .map((row, context) -> all.put(row.getLong("uid"), hex(row.getBytes("sha"))))
                    .list();
            return all;
        });
        assertThat(served).hasSize(expected);
        assertThat(stored).isEqualTo(served);
        assertThat(bench.count("quarantined_original")).isZero();
        System.out.printf(
                "Corpus: %d stored and equal in %.1f s (%.1f MB); parse notes %d, without subject %d, without date %d%n",
                stored.size(),
                seconds,
                bench.id("SELECT sum(size_bytes)::bigint FROM mail_copy") / 1e6,
                bench.count("mail_copy WHERE parse_note IS NOT NULL"),
                bench.count("mail_copy WHERE subject IS NULL"),
                bench.count("mail_copy WHERE sent_at IS NULL"));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
