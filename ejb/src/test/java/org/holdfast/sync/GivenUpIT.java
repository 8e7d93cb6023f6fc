package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Situations 10 and 37: originals that could not be had are asked for again; throttling is not their fault. */
class GivenUpIT {

    private static final String THROTTLED = "TAG NO [THROTTLED] Slow down\r\n";

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
        mailbox = bench.mailbox("scripted", server.port());
        for (long uid = 1; uid <= 5; uid++) {
            server.mails.put(uid, "From: j@example.com\r\nSubject: mail " + uid + "\r\n\r\nText\r\n");
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        server.close();
    }

    private void refuseThird() {
        server.script = (command, usual) ->
                command.contains("BODY") && usual.contains("(UID 3 ") ? "TAG NO [SERVERBUG] Internal error\r\n" : usual;
    }

    @Test
    void situation10_givenUpIsAskedForAgainAfterADayThenTwo() {
        refuseThird();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("quarantined_original WHERE uid = 3 AND retry_at = '2026-03-02T12:00:00Z'"))
                .isOne();
        server.received.clear();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(server.received).noneMatch(line -> line.contains("BODY"));
        bench.now = PullBench.NOW.plus(Duration.ofHours(25));
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count(
                        "quarantined_original WHERE uid = 3 AND tries = 4 AND retry_at = '2026-03-04T13:00:00Z'"))
                .isOne();
        server.script = (command, usual) -> usual;
        bench.now = PullBench.NOW.plus(Duration.ofHours(74));
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE uid = 3")).isOne();
        assertThat(bench.count("quarantined_original")).isZero();
    }

    @Test
    void situation10_givenUpIsAskedForAgainWhenAPersonSaysSo() {
        refuseThird();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        server.script = (command, usual) -> usual;
        bench.jdbi.useHandle(h -> new QuarantineRows(h)
                .retryNow(
                        h.createQuery("SELECT id FROM folder").mapTo(Long.class).one(), 3L, bench.now));
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(5);
        assertThat(bench.count("quarantined_original")).isZero();
    }

    @Test
    void situation10_givenUpThatIsGoneMeanwhileIsListedNoLonger() {
        refuseThird();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        server.mails.remove(3L);
        bench.now = PullBench.NOW.plus(Duration.ofHours(23));
        bench.jdbi.useHandle(h -> h.execute("UPDATE quarantined_original SET retry_at = '2026-03-01T13:00:00Z'"));
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("quarantined_original")).isZero();
        assertThat(bench.count("sync_pass WHERE vanished = 1")).isOne();
    }

    @Test
    void situation37_throttlingInThreePassesGivesNoMessageUp() {
        server.script = (command, usual) -> command.contains("BODY") ? THROTTLED : usual;
        for (int i = 0; i < 4; i++) {
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        }
        assertThat(bench.count("quarantined_original")).isZero();
        assertThat(bench.count("mailbox WHERE state = 'ACTIVE'")).isOne();
        server.script = (command, usual) -> usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(5);
    }

    @Test
    void situation37_throttlingOfAMessageAskedForSinglyTakesItsTryBack() {
        server.script = (command, usual) -> command.contains("BODY") ? ScriptedImap.CUT : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        server.script = (command, usual) -> command.contains("BODY") ? THROTTLED : usual;
        for (int i = 0; i < 4; i++) {
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        }
        assertThat(bench.count("quarantined_original WHERE tries = 1")).isEqualTo(5);
        server.script = (command, usual) -> usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(5);
    }
}
