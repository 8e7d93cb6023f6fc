package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers with a defect: nothing is lost for it, nothing is taken for gone, and the rest goes on. */
class DefectiveServerIT {

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
            server.mails.put(uid, mail("mail " + uid));
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        server.close();
    }

    private static String mail(String subject) {
        return "From: j@example.com\r\nSubject: " + subject + "\r\n\r\nText of " + subject + "\r\n";
    }

    @Test
    void messageThatEndsEverySessionIsGivenUpAndTheRestIsStored() {
        server.script = (command, usual) -> {
            int poison = command.contains("BODY") ? usual.indexOf("(UID 3 ") : -1;
            return poison < 0 ? usual : usual.substring(0, poison + 20) + ScriptedImap.CUT;
        };
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        long stored = bench.count("mail_copy");
        assertThat(stored).isPositive();
        for (int i = 0; i < 2; i++) {
            assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        }
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(4);
        assertThat(bench.count("quarantined_original WHERE uid = 3 AND tries = 3"))
                .isOne();
        assertThat(bench.count("quarantined_original")).isOne();
    }

    @Test
    void messageRefusedAsAServerBugIsQuarantinedAtOnce() {
        server.script = (command, usual) -> command.contains("BODY") && usual.contains("(UID 3 ")
                ? "TAG NO [SERVERBUG] Internal error, try again\r\n"
                : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(4);
        assertThat(bench.count("quarantined_original WHERE uid = 3")).isOne();
    }

    @Test
    void originalThatCameInTheEndIsSuspectNoLonger() {
        server.script = (command, usual) -> command.contains("BODY") ? ScriptedImap.CUT : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        assertThat(bench.count("quarantined_original WHERE tries = 1")).isEqualTo(5);
        server.script = (command, usual) -> usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(5);
        assertThat(bench.count("quarantined_original")).isZero();
    }

    @Test
    void lineLeftOutOfAnAnswerIsNeitherSkippedNorTakenForGone() {
        server.script = this::withoutThird;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE uid = 3")).isOne();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE original_gone_at IS NULL")).isEqualTo(5);
        lookThroughTheWholeFolder();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE original_gone_at IS NULL")).isEqualTo(5);
    }

    private String withoutThird(String command, String usual) {
        boolean light = command.startsWith("UID FETCH") && !command.contains("BODY");
        return light ? usual.replaceAll("\\* [0-9]+ FETCH \\(UID 3 [^\r]*\r\n", "") : usual;
    }

    private void lookThroughTheWholeFolder() {
        bench.jdbi.useHandle(h -> h.execute("UPDATE folder_state SET suspects = '\\x00'"));
    }

    @Test
    void fewerMessagesShownThanSaidInfersNothing() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        lookThroughTheWholeFolder();
        server.script = (command, usual) -> withoutThird(command, usual).replace("* SEARCH 1 2 3 ", "* SEARCH 1 2 ");
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        assertThat(bench.count("mail_copy WHERE original_gone_at IS NULL")).isEqualTo(5);
        assertThat(bench.count("folder_state WHERE suspects IS NOT NULL")).isOne();
    }

    @Test
    void folderWithoutACountIsNotEmpty() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        server.script = (command, usual) -> usual.replace("* 5 EXISTS\r\n", "");
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        assertThat(bench.count("mail_copy WHERE original_gone_at IS NULL")).isEqualTo(5);
    }

    @Test
    void originalThatIsBackIsGoneNoLonger() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        bench.jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET original_gone_at = now() WHERE uid = 3"));
        lookThroughTheWholeFolder();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE original_gone_at IS NULL")).isEqualTo(5);
    }

    @Test
    void folderMissingFromOneListKeepsItsCopiesAndItsNumber() {
        String both = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Two\r\n* LIST () \"/\" Two\r\nTAG OK\r\n";
        server.script = (command, usual) -> command.startsWith("LIST") ? both : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(10);
        server.script = (command, usual) -> usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        server.script = (command, usual) -> command.startsWith("LIST") ? both : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("folder")).isEqualTo(2);
        assertThat(bench.count("mail_copy")).isEqualTo(10);
    }

    @Test
    void listWithoutInboxInfersNothing() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        server.script = (command, usual) -> command.startsWith("LIST") ? "TAG OK\r\n" : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        assertThat(bench.count("folder WHERE gone_at IS NULL")).isOne();
    }

    @Test
    void shortPieceIsNotTheEnd() {
        String large = mail("large") + "0123456789abcde\r\n".repeat(600_000);
        server.mails.put(6L, large);
        server.script = (command, usual) ->
                command.contains("<0.") ? server.fetched(6, "BODY.PEEK[]<0.1000000>") + "TAG OK\r\n" : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.id("SELECT size_bytes FROM mail_copy WHERE uid = 6")).isEqualTo(large.length());
    }

    @Test
    void emptyContentOfAMessageWithASizeIsNotStored() {
        server.script = (command, usual) -> command.contains("BODY")
                ? usual.replaceAll("\\(UID 3 (.*)BODY\\[] \\{[0-9]+}\r\n[^)]*\\)", "(UID 3 $1BODY[] \"\")")
                : usual;
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(4);
        assertThat(bench.count("quarantined_original WHERE uid = 3")).isOne();
    }

    @Test
    void folderThatMakesNoSenseDoesNotStopTheOthers() {
        server.script = (command, usual) -> switch (command.split(" ", 2)[0]) {
            case "LIST" -> "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Bad\r\n* LIST () \"/\" Good\r\nTAG OK\r\n";
            case "EXAMINE" -> command.contains("Bad") ? "TAG OK what\r\n" : usual;
            default -> usual;
        };
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy")).isEqualTo(10);
        assertThat(bench.count("mailbox_sync WHERE failures = 0 AND last_error LIKE 'Folder Bad: %'"))
                .isOne();
    }

    @Test
    void graceOfTheMailboxKeepsTheCopyOfAVanishedOriginal() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET keep_until = '2026-04-01'"));
        server.mails.remove(3L);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE uid = 3 AND original_gone_at IS NOT NULL"))
                .isOne();
    }

    @Test
    void workerThatLostItsLeaseDoesNotEndThePassOfAnother() {
        server.script = (command, usual) -> {
            if (command.startsWith("LIST")) {
                bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET lease_token = lease_token + 1"));
                return "TAG NO not now\r\n";
            }
            return usual;
        };
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FENCED);
        assertThat(bench.count("sync_pass")).isZero();
    }
}
