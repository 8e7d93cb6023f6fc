package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.holdfast.command.CommandState;
import org.holdfast.command.PendingCommands;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An original is never destroyed but by the user's very command on that very message. */
class PushSafetyIT {

    private static final String NO_MOVE = "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS CONDSTORE";

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;
    private static LocalDovecot withoutMove;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        withoutMove = MailServers.dovecot(new LocalDovecot.Options(NO_MOVE, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {postgres, dovecot, withoutMove}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private static String mail(String subject, boolean withId) {
        return "From: j@example.com\r\nTo: k@example.com\r\nSubject: " + subject + "\r\n"
                + (withId ? "Message-ID: <" + subject.replace(" ", "") + "@example.com>\r\n" : "") + "\r\nText of "
                + subject + "\r\n";
    }

    private static void fill(LocalDovecot server, String user, int count, boolean withId) throws Exception {
        server.keepCommands(user);
        try (RawImap imap = client(server, user)) {
            imap.command("CREATE Archive");
            for (int i = 1; i <= count; i++) {
                imap.appendText("INBOX", mail("mail " + i, withId), "01-Feb-2026 12:00:00 +0000");
            }
        }
    }

    private static PushBench pulled(LocalDovecot server, String user, int count) throws Exception {
        fill(server, user, count, true);
        return pulled(server, user);
    }

    private static PushBench pulled(LocalDovecot server, String user) {
        PushBench bench = new PushBench(postgres, keys, user, server.port());
        assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
        return bench;
    }

    private static RawImap client(LocalDovecot server, String user) throws Exception {
        return new RawImap(server.port(), user, "secret");
    }

    private static List<String> subjects(LocalDovecot server, String user, String folder) throws Exception {
        try (RawImap imap = client(server, user)) {
            return imap.bodies(folder).values().stream()
                    .map(raw -> new String(raw, StandardCharsets.UTF_8).replaceAll("(?s).*Subject: ([^\r]*).*", "$1"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> sent(LocalDovecot server, String user, String verb) {
        return server.commands(user).stream()
                .filter(line -> line.matches(".* U[0-9]+-[0-9]+ " + verb + "\\b.*"))
                .toList();
    }

    private static LocalDovecot server(String grade) {
        return grade.equals("full") ? dovecot : withoutMove;
    }

    /** As if a backup had been restored: every number means the other of two messages. */
    private static void swapNumbers(PushBench bench) {
        bench.pull.jdbi.useHandle(h -> {
            h.execute("UPDATE mail_copy SET uid = uid + 100");
            h.execute("UPDATE mail_copy SET uid = 103 - uid");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "without MOVE"})
    void moveWhoseAnswerWasLostIsDoneOnceAPullHasFoundItAtItsNewPlace(String grade) throws Exception {
        LocalDovecot server = server(grade);
        String user = "lost" + grade.hashCode();
        fill(server, user, 2, true);
        try (CutProxy proxy = new CutProxy(server.port())) {
            PushBench bench = new PushBench(postgres, keys, user, proxy.port());
            bench.pass();
            long copy = bench.copy("mail 1");
            long command = bench.move(copy, bench.folder("Junk"));
            String last = grade.equals("full") ? "UID MOVE" : "UID EXPUNGE";
            proxy.cutAnswer = line -> line.matches("U[0-9]+-[0-9]+ OK .*")
                    && proxy.fromClient.get(proxy.fromClient.size() - 1).contains(last);
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.FAILED);
            assertThat(proxy.cuts.get()).isOne();
            // Only the mailbox is due: the pull settles the copy before the command is taken up again.
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.state(command)).isEqualTo(CommandState.QUEUED);
            assertThat(bench.pull.id("SELECT folder_id FROM mail_copy WHERE id = " + copy))
                    .isEqualTo(bench.folder("Junk"));
            bench.commandsDue();
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
            assertThat(subjects(server, user, "Junk")).containsExactly("mail 1");
            assertThat(subjects(server, user, "INBOX")).containsExactly("mail 2");
            assertThat(bench.pull.count("mail_copy")).isEqualTo(2);
        }
    }

    @Test
    void whatWasCopiedAndThenMovedByOthersIsNotRemovedThere() throws Exception {
        String user = "elsewhere";
        fill(withoutMove, user, 2, true);
        try (CutProxy proxy = new CutProxy(withoutMove.port())) {
            PushBench bench = new PushBench(postgres, keys, user, proxy.port());
            bench.pass();
            long copy = bench.copy("mail 1");
            long command = bench.move(copy, bench.folder("Junk"));
            proxy.cutBefore = line -> line.matches("U[0-9]+-[0-9]+ UID STORE .*");
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.FAILED);
            try (RawImap other = client(withoutMove, user)) {
                other.command("SELECT INBOX");
                other.command("UID COPY 1 Archive");
                other.command("UID STORE 1 +FLAGS (\\Deleted)");
                other.command("UID EXPUNGE 1");
                other.command("SELECT Junk");
                other.command("UID STORE 1:* +FLAGS (\\Deleted)");
                other.command("EXPUNGE");
            }
            bench.pass();
            bench.commandsDue();
            bench.pass();
            assertThat(bench.state(command).isOpen()).isFalse();
            List<String> left = new java.util.ArrayList<>(subjects(withoutMove, user, "Archive"));
            left.addAll(subjects(withoutMove, user, "Junk"));
            assertThat(left).as(bench.command(command).toString()).contains("mail 1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLAGS", "MOVE", "EXPUNGE"})
    void numberThatMeansAnotherMessageNowIsNotTouched(String kind) throws Exception {
        String user = "other" + kind.toLowerCase(java.util.Locale.ROOT);
        PushBench bench = pulled(dovecot, user, 2);
        long copy = bench.copy("mail 1");
        swapNumbers(bench);
        long command =
                switch (kind) {
                    case "FLAGS" -> bench.flags(copy, new FlagChange(Flags.FLAGGED, 0, List.of(), List.of()));
                    case "MOVE" -> bench.move(copy, bench.folder("Junk"));
                    default -> bench.expunge(copy);
                };
        bench.pass();
        assertThat(bench.state(command)).isEqualTo(CommandState.QUEUED);
        assertThat(sent(dovecot, user, "UID (STORE|MOVE|COPY|EXPUNGE)")).isEmpty();
        bench.commandsDue();
        bench.pass();
        assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
        assertThat(sent(dovecot, user, "UID (STORE|MOVE|COPY|EXPUNGE)"))
                .allMatch(line -> line.matches(".* UID \\w+ 1\\b.*"));
        assertThat(subjects(dovecot, user, "INBOX")).contains("mail 2");
        try (RawImap imap = client(dovecot, user)) {
            assertThat(PushBench.server(imap, "INBOX").get(2L)).isEqualTo(Flags.NONE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MOVE", "EXPUNGE"})
    void messageWithoutMessageIdIsComparedByItsContentBeforeItGoes(String kind) throws Exception {
        String user = "noid" + kind.toLowerCase(java.util.Locale.ROOT);
        fill(dovecot, user, 2, false);
        PushBench bench = pulled(dovecot, user);
        swapNumbers(bench);
        long command = kind.equals("MOVE")
                ? bench.move(bench.copy("mail 1"), bench.folder("Junk"))
                : bench.expunge(bench.copy("mail 1"));
        bench.pass();
        bench.commandsDue();
        bench.pass();
        assertThat(subjects(dovecot, user, "INBOX")).contains("mail 2");
        assertThat(bench.command(command).error() + bench.state(command)).doesNotContain("null" + CommandState.QUEUED);
        assertThat(sent(dovecot, user, "UID (STORE|MOVE|COPY|EXPUNGE)"))
                .noneMatch(line -> line.matches(".* UID \\w+ 2\\b.*"));
    }

    @Test
    void messageWithoutMessageIdGoesWhenItsContentIsTheSame() throws Exception {
        fill(dovecot, "sameid", 2, false);
        PushBench bench = pulled(dovecot, "sameid");
        long command = bench.move(bench.copy("mail 1"), bench.folder("Junk"));
        bench.pass();
        assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
        assertThat(subjects(dovecot, "sameid", "Junk")).containsExactly("mail 1");
        assertThat(subjects(dovecot, "sameid", "INBOX")).containsExactly("mail 2");
    }

    @Test
    void nothingIsChangedWhileTheNumbersOfAFolderAreInDoubt() throws Exception {
        PushBench bench = pulled(dovecot, "doubt", 2);
        long command = bench.flags(bench.copy("mail 1"), new FlagChange(Flags.FLAGGED, 0, List.of(), List.of()));
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE folder_state SET doubt = 'test'"));
        bench.pass();
        assertThat(bench.state(command)).isEqualTo(CommandState.QUEUED);
        assertThat(sent(dovecot, "doubt", "UID STORE")).isEmpty();
        bench.commandsDue();
        bench.pass();
        assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
        assertThat(sent(dovecot, "doubt", "UID STORE")).hasSize(1);
    }

    @Test
    void messageThatLeftTheFolderWhichTheDeletionNamedStays() throws Exception {
        PushBench bench = pulled(dovecot, "rescued", 1);
        long copy = bench.copy("mail 1");
        bench.trash(copy);
        bench.pass();
        long forGood = bench.expunge(copy);
        bench.commandsLater();
        try (RawImap other = client(dovecot, "rescued")) {
            other.command("SELECT Trash");
            other.command("UID MOVE 1 Archive");
        }
        bench.pass();
        assertThat(bench.pull.id("SELECT folder_id FROM mail_copy WHERE id = " + copy))
                .isEqualTo(bench.folder("Archive"));
        bench.commandsDue();
        bench.pass();
        assertThat(bench.state(forGood)).isEqualTo(CommandState.REFUSED);
        assertThat(bench.command(forGood).error()).contains("Archive");
        assertThat(subjects(dovecot, "rescued", "Archive")).containsExactly("mail 1");
        assertThat(bench.pull.count("mail_copy")).isOne();
    }

    @Test
    void messageThatWasBoundMeanwhileIsNotPutIntoTrash() throws Exception {
        PushBench bench = pulled(dovecot, "boundtrash", 1);
        long copy = bench.copy("mail 1");
        long command = bench.trash(copy);
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1"));
        bench.pass();
        assertThat(bench.state(command)).isEqualTo(CommandState.REFUSED);
        assertThat(bench.command(command).error()).contains("unbind");
        assertThat(subjects(dovecot, "boundtrash", "INBOX")).containsExactly("mail 1");
    }

    @Test
    void rowsThatAreMissingHereRemoveNothingThere() throws Exception {
        PushBench bench = pulled(dovecot, "rows", 4);
        long flags = bench.flags(bench.copy("mail 1"), new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
        bench.pull.jdbi.useHandle(h -> {
            h.execute("DELETE FROM mail_content");
            h.execute("DELETE FROM mail_copy");
        });
        bench.pass();
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE folder SET gone_at = '2026-01-01' WHERE name = 'Junk'"));
        bench.pass();
        assertThat(bench.state(flags).isOpen()).isFalse();
        assertThat(subjects(dovecot, "rows", "INBOX")).containsExactly("mail 1", "mail 2", "mail 3", "mail 4");
        List<String> changing = dovecot.commands("rows").stream()
                .filter(line -> !line.matches(".* T[0-9]+ .*"))
                .filter(line ->
                        line.matches(".*\\b(UID STORE|STORE|COPY|MOVE|EXPUNGE|APPEND|CREATE|RENAME|DELETE|CLOSE)\\b.*"))
                .filter(line -> !line.matches(".* U" + flags + "-[0-9]+ UID STORE 1 .*"))
                .collect(Collectors.toList());
        assertThat(changing).isEmpty();
    }

    @Test
    void renamingOntoANameThatIsOnlyKnownHereWorksAndBlocksNothing() throws Exception {
        PushBench bench = pulled(dovecot, "stale", 1);
        long created = bench.createFolder(null, "Old");
        bench.pass();
        assertThat(bench.state(created)).isEqualTo(CommandState.DONE);
        long folder = bench.folder("Old");
        bench.pull.jdbi.useHandle(h -> h.execute(
                "INSERT INTO folder (mailbox_id, wire_name, name, separator) VALUES (?, 'New', 'New', '/')",
                bench.mailbox));
        long renamed = bench.renameFolder(folder, "New");
        assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.state(renamed)).as(bench.command(renamed).error()).isEqualTo(CommandState.DONE);
        assertThat(bench.folder("New")).isEqualTo(folder);
    }

    @Test
    void commandThatFailsInsideIsPutOffAndGivenUpAndBlocksNothing() throws Exception {
        PushBench bench = pulled(dovecot, "poison", 2);
        long poison = bench.move(bench.copy("mail 1"), bench.folder("Junk"));
        bench.pull.jdbi.useHandle(h -> {
            h.execute("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    + " RAISE EXCEPTION 'poisoned'; END $$");
            h.execute("CREATE TRIGGER poison BEFORE UPDATE ON user_command FOR EACH ROW WHEN (NEW.id = " + poison
                    + " AND NEW.step IS NOT NULL) EXECUTE FUNCTION poison()");
        });
        long good = bench.flags(bench.copy("mail 2"), new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
        assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(bench.state(good)).isEqualTo(CommandState.DONE);
        assertThat(bench.state(poison)).isEqualTo(CommandState.QUEUED);
        assertThat(bench.command(poison).error()).contains("poisoned");
        for (int tries = 0; tries < 20; tries++) {
            bench.commandsDue();
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
        }
        assertThat(bench.state(poison)).isEqualTo(CommandState.REFUSED);
        assertThat(bench.command(poison).error()).startsWith("Given up after 20 tries");
        assertThat(bench.command(poison).tries()).isEqualTo(20);
        assertThat(subjects(dovecot, "poison", "INBOX")).containsExactly("mail 1", "mail 2");
    }

    @Test
    void changesUnderWayAreFoundByTheirMailbox() throws Exception {
        PushBench bench = pulled(dovecot, "index", 2);
        long copy = bench.copy("mail 1");
        bench.pull.jdbi.useHandle(h -> {
            h.execute("INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security, login,"
                    + " state, state_since, connected_at) SELECT account_id, owner_id, 'm' || n || '@example.com',"
                    + " imap_host, imap_port, imap_security, login, state, state_since, connected_at FROM mailbox,"
                    + " generate_series(1, 200) n");
            h.execute("INSERT INTO user_command (account_id, mailbox_id, kind, asked_by, asked_by_id, asked_at,"
                    + " copy_id, folder_id, state, due_at, kept_here) SELECT m.account_id, m.id, 'FLAGS', 'o',"
                    + " m.owner_id, now(), 1000000 + 1000 * m.id + n, (SELECT min(id) FROM folder), 'REFUSED', now(),"
                    + " true FROM mailbox m, generate_series(1, 100) n WHERE m.address <> 'index@example.com'");
            h.execute(
                    "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                            + " size_bytes, content_sha256) SELECT account_id, mailbox_id, folder_id, uid_validity,"
                            + " 1000 + n, clock, copied_at, 1, content_sha256 FROM mail_copy,"
                            + " generate_series(1, 20000) n WHERE id = ?",
                    copy);
        });
        bench.flags(copy, new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
        bench.pull.jdbi.useHandle(h -> h.execute("ANALYZE"));
        String plan = bench.pull.jdbi.withHandle(h -> String.join(
                "\n",
                h.createQuery("EXPLAIN " + PendingCommands.QUERY)
                        .bind("folder", bench.folder("INBOX"))
                        .mapTo(String.class)
                        .list()));
        assertThat(plan).contains("user_command_flags").contains("Index Cond: (mailbox_id");
    }

    @Test
    void flagsKeptHereAreForgottenOnceTheServerHasThemOrTheCopyIsGone() throws Exception {
        PushBench bench = pulled(dovecot, "kept", 3);
        for (int i = 1; i <= 3; i++) {
            bench.flags(bench.copy("mail " + i), new FlagChange(Flags.FLAGGED, 0, List.of(), List.of()));
        }
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE user_command SET state = 'REFUSED', kept_here = true"));
        try (RawImap other = client(dovecot, "kept")) {
            other.command("SELECT INBOX");
            other.command("UID STORE 1 +FLAGS (\\Flagged)");
            other.command("UID STORE 2 +FLAGS (\\Deleted)");
            other.command("UID EXPUNGE 2");
        }
        bench.flags(bench.copy("mail 3"), new FlagChange(0, Flags.FLAGGED, List.of(), List.of()));
        bench.pass();
        // What departed during a pass is let go by the next one.
        bench.pass();
        bench.sweep();
        assertThat(bench.pull.count("user_command WHERE kept_here")).isZero();
        assertThat(bench.shown(bench.copy("mail 1"))).isEqualTo(new Flags(Flags.FLAGGED, List.of()));
        assertThat(bench.shown(bench.copy("mail 3"))).isEqualTo(Flags.NONE);
        assertThat(bench.pull.count("agreed_flags")).isZero();
    }

    @Test
    void contentOfADraftGoesWhenItIsCancelledAndStaysForAnotherTryWhenItIsRefused() throws Exception {
        PushBench bench = pulled(dovecot, "kontent", 1);
        byte[] raw = mail("draft", true).getBytes(StandardCharsets.US_ASCII);
        long cancelled = bench.draft(null, "<a@example.com>", raw);
        bench.cancel(cancelled);
        assertThat(bench.pull.count("command_content")).isZero();
        long refused = bench.draft(null, "<draft@example.com>", raw);
        bench.refuse(refused);
        assertThat(bench.pull.count("command_content")).isOne();
        bench.sweep();
        assertThat(bench.pull.count("command_content")).isOne();
        assertThat(bench.retry(refused)).isTrue();
        bench.pass();
        assertThat(bench.state(refused)).isEqualTo(CommandState.DONE);
        assertThat(subjects(dovecot, "kontent", "Drafts")).containsExactly("draft");
        assertThat(bench.pull.count("command_content")).isZero();
        long old = bench.draft(null, "<b@example.com>", raw);
        bench.refuse(old);
        bench.pull.now = PullBench.NOW.plus(java.time.Duration.ofDays(31));
        bench.sweep();
        assertThat(bench.pull.count("command_content")).isZero();
        assertThat(bench.retry(old)).isFalse();
    }

    @Test
    void draftThatWasMovedOutOfItsFolderIsNotReplaced() throws Exception {
        PushBench bench = pulled(dovecot, "movedraft", 1);
        long notADraft = bench.copy("mail 1");
        long command =
                bench.draft(notADraft, "<new@example.com>", mail("new", true).getBytes(StandardCharsets.US_ASCII));
        bench.pass();
        assertThat(bench.state(command)).isEqualTo(CommandState.DONE);
        assertThat(bench.command(command).note()).contains("stays");
        assertThat(subjects(dovecot, "movedraft", "INBOX")).containsExactly("mail 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH_FAILED", "PAUSED_BY_USER", "CERTIFICATE_REFUSED"})
    void downgradeCancelsWhatWaitsForAMailboxThatSomethingElseStoppedBefore(String state) throws Exception {
        String user = "down" + state.toLowerCase(java.util.Locale.ROOT).replace("_", "");
        PushBench bench = pulled(dovecot, user, 2);
        long forGood = bench.expunge(bench.copy("mail 1"));
        long flags = bench.flags(bench.copy("mail 2"), new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
        long sending = bench.pull.id("INSERT INTO sending (account_id, mailbox_id, asked_by, asked_by_id, asked_at,"
                + " message_id, sender, recipients, size_bytes, state, due_at) VALUES (" + bench.pull.accountId + ", "
                + bench.mailbox + ", 'o', " + bench.pull.userId + ", now(), '<" + user + "@example.com>',"
                + " 'a@example.com', '{b@example.com}', 1, 'QUEUED', now()) RETURNING id");
        bench.pull.jdbi.useHandle(h -> {
            h.execute("INSERT INTO sending_content (sending_id, raw) VALUES (?, 'x')", sending);
            h.execute("UPDATE mailbox SET state = ?", state);
        });
        bench.cancelStopped();
        assertThat(bench.state(forGood)).isEqualTo(CommandState.QUEUED);
        bench.pull.subscribe("FREE");
        bench.pull.jdbi.useTransaction(
                h -> new PlanFollower(h).accounts(List.of(bench.pull.accountId), bench.pull.now));
        assertThat(bench.pull.count("mailbox WHERE plan_stop = 'NO_SYNC' AND state = '" + state + "'"))
                .isOne();
        assertThat(bench.cancelStopped()).isEqualTo(2);
        assertThat(bench.state(forGood)).isEqualTo(CommandState.CANCELLED);
        assertThat(bench.command(flags).error()).contains("plan");
        assertThat(bench.shown(bench.copy("mail 2"))).isEqualTo(Flags.NONE);
        assertThat(bench.pull.count("sending WHERE state = 'CANCELLED'")).isOne();
        assertThat(bench.pull.count("sending_content")).isZero();
    }
}
