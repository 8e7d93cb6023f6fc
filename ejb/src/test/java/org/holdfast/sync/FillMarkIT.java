package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far back a folder's window is filled, when somebody else says so during a pass. */
class FillMarkIT {

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void markRaisedByAPurgeDuringAPassIsNotLoweredByIt() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "STANDARD");
        try (ScriptedImap server = new ScriptedImap()) {
            server.mails.put(1L, "Subject: old\r\n\r\nText\r\n");
            long mailbox = bench.mailbox("mark", server.port());
            assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
            Instant raised = PullBench.NOW.minus(Duration.ofDays(1));
            bench.now = PullBench.NOW.plus(Duration.ofHours(2));
            server.mails.put(2L, "Subject: new\r\n\r\nText\r\n");
            server.script = (command, usual) -> {
                if (command.contains("BODY.PEEK")) {
                    bench.jdbi.useTransaction(h -> new MailboxRows(h).forgetFill(mailbox, raised));
                }
                return usual;
            };
            assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.count("mail_copy WHERE subject = 'new'")).isOne();
            assertThat(bench.count("folder_state WHERE filled_from = '" + raised + "'"))
                    .isOne();
        }
    }

    @Test
    void markRaisedDuringTheFirstPassOfAFolderIsNotLoweredByIt() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "STANDARD");
        try (ScriptedImap server = new ScriptedImap()) {
            server.mails.put(1L, "Subject: first\r\n\r\nText\r\n");
            long mailbox = bench.mailbox("first", server.port());
            Instant raised = PullBench.NOW.minus(Duration.ofDays(1));
            server.script = (command, usual) -> {
                if (command.contains("BODY.PEEK")) {
                    bench.jdbi.useTransaction(h -> new MailboxRows(h).forgetFill(mailbox, raised));
                }
                return usual;
            };
            assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.count("folder_state WHERE filled_from = '" + raised + "'"))
                    .isOne();
            server.script = (command, usual) -> usual;
            assertThat(bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.count("folder_state WHERE filled_from < '" + raised + "'"))
                    .as("the next pass fills the whole window, and says so")
                    .isOne();
        }
    }
}
