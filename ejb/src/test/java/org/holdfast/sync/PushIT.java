package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.CommandState;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users ask for, at a real Dovecot whose command log shows what reached it. */
class PushIT {

    private static final String NO_MOVE = "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS CONDSTORE";
    private static final String BARE = "IMAP4rev1 SASL-IR";
    private static final String CHANGING =
            ".*\\b(STORE|COPY|MOVE|EXPUNGE|APPEND|CREATE|RENAME|SELECT|SUBSCRIBE|DELETE|CLOSE)\\b.*";

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;
    private static LocalDovecot withoutMove;
    private static LocalDovecot bare;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        withoutMove = MailServers.dovecot(new LocalDovecot.Options(NO_MOVE, null, true));
        bare = MailServers.dovecot(new LocalDovecot.Options(BARE, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable each : new AutoCloseable[] {postgres, dovecot, withoutMove, bare}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static String mail(String subject) {
        return "From: j@example.com\r\nTo: k@example.com\r\nSubject: " + subject + "\r\nMessage-ID: <"
                + subject.hashCode() + "@example.com>\r\n\r\nText of " + subject + "\r\n";
    }

    private static void fill(LocalDovecot server, String user, int count) throws Exception {
        server.keepCommands(user);
        try (RawImap imap = new RawImap(server.port(), user, "secret")) {
            for (int i = 1; i <= count; i++) {
                imap.appendText("INBOX", mail("mail " + i), null);
            }
        }
    }

    private static PushBench pulled(LocalDovecot server, String user, int count) throws Exception {
        fill(server, user, count);
        PushBench bench = new PushBench(postgres, keys, user, server.port());
        assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
        return bench;
    }

    private static RawImap client(LocalDovecot server, String user) throws Exception {
        return new RawImap(server.port(), user, "secret");
    }

    /** Whatever changes anything carries the id of a user's command that was asked for. */
    private static void assertEveryChangeWasAskedFor(PushBench bench, LocalDovecot server, String user) {
        List<Long> asked = bench.pull.jdbi.withHandle(h ->
                h.createQuery("SELECT id FROM user_command").mapTo(Long.class).list());
        List<String> changes = server.commands(user).stream()
                .map(line -> line.replaceFirst("^[0-9.]+ ", ""))
                .filter(line -> !line.startsWith("T") && line.matches("[A-Z0-9-]+ .*"))
                .filter(line -> line.matches(CHANGING) && !line.contains(" EXAMINE "))
                .toList();
        assertThat(changes).isNotEmpty().allSatisfy(line -> {
            assertThat(line).matches("U[0-9]+-[0-9]+ .*");
            assertThat(asked).contains(Long.valueOf(line.substring(1, line.indexOf('-'))));
        });
        assertThat(changes).noneMatch(line -> line.matches("\\S+ EXPUNGE") || line.matches("\\S+ CLOSE"));
    }

    private static List<String> subjects(RawImap imap, String folder) throws Exception {
        return imap.bodies(folder).values().stream()
                .map(raw -> new String(raw, StandardCharsets.UTF_8).replaceAll("(?s).*Subject: ([^\r]*).*", "$1"))
                .sorted()
                .toList();
    }

    @Test
    void onlyTheDifferenceOfFlagsIsSentAndOthersChangesStay() throws Exception {
        PushBench bench = pulled(dovecot, "delta", 3);
        long copy = bench.copy("mail 2");
        try (RawImap other = client(dovecot, "delta")) {
            other.command("SELECT INBOX");
            other.command("UID STORE 2 +FLAGS (\\Answered $Theirs)");
            long command =
                    bench.flags(copy, new FlagChange(Flags.SEEN | Flags.FLAGGED, 0, List.of("$Ours"), List.of()));
            assertThat(bench.shown(copy)).isEqualTo(new Flags(Flags.SEEN | Flags.FLAGGED, List.of("$Ours")));
            bench.pass();
            assertThat(bench.state(command)).isEqualTo(CommandState.DONE);
            Flags all = new Flags(Flags.SEEN | Flags.FLAGGED | Flags.ANSWERED, List.of("$Ours", "$Theirs"));
            assertThat(PushBench.server(other, "INBOX").get(2L)).isEqualTo(all);
            assertThat(bench.shown(copy)).isEqualTo(all);
            assertThat(dovecot.commands("delta"))
                    .anyMatch(
                            line -> line.matches(
                                    ".*U" + command
                                            + "-2 UID STORE 2 \\(UNCHANGEDSINCE [0-9]+\\) \\+FLAGS.SILENT \\(\\$Ours \\\\Seen \\\\Flagged\\)"));
            long off = bench.flags(copy, new FlagChange(0, Flags.FLAGGED, List.of(), List.of()));
            bench.pass();
            assertThat(dovecot.commands("delta"))
                    .anyMatch(line -> line.matches(".*U" + off + "-.*-FLAGS.SILENT \\(\\\\Flagged\\)"));
            long nothing = bench.flags(copy, new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
            bench.pass();
            assertThat(bench.state(nothing)).isEqualTo(CommandState.DONE);
            assertThat(dovecot.commands("delta"))
                    .noneMatch(line -> line.contains("U" + nothing + "-") && line.contains("UID STORE"));
        }
        assertThat(bench.pull.count("agreed_flags")).isZero();
        assertEveryChangeWasAskedFor(bench, dovecot, "delta");
    }

    @Test
    void pullDoesNotUndoWhatWaitsAndCancellingTakesItBack() throws Exception {
        PushBench bench = pulled(dovecot, "waits", 2);
        long copy = bench.copy("mail 1");
        long command = bench.flags(copy, new FlagChange(Flags.FLAGGED, 0, List.of(), List.of()));
        bench.pull.jdbi.useHandle(
                h -> h.execute("UPDATE user_command SET due_at = clock_timestamp() + interval '1 hour'"));
        try (RawImap other = client(dovecot, "waits")) {
            other.command("SELECT INBOX");
            other.command("UID STORE 1 +FLAGS (\\Seen)");
            bench.pass();
            assertThat(bench.shown(copy)).isEqualTo(new Flags(Flags.FLAGGED | Flags.SEEN, List.of()));
            bench.pull.jdbi.useTransaction(h -> new CommandQueue(h).cancel(command, "test", PullBench.NOW));
            assertThat(bench.shown(copy)).isEqualTo(new Flags(Flags.SEEN, List.of()));
            bench.pass();
            assertThat(PushBench.server(other, "INBOX").get(1L)).isEqualTo(new Flags(Flags.SEEN, List.of()));
        }
        assertThat(bench.pull.count("agreed_flags")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "without MOVE", "bare"})
    void movedOriginalsTakeTheirCopiesAlong(String grade) throws Exception {
        LocalDovecot server = server(grade);
        String user = "move" + grade.hashCode();
        PushBench bench = pulled(server, user, 3);
        long copy = bench.copy("mail 2");
        bench.pull.jdbi.useHandle(h -> {
            h.execute(
                    "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at) VALUES (?, ?,"
                            + " 'deal', 'D-1', 'test', now())",
                    copy,
                    bench.pull.accountId);
            h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", copy);
        });
        try (RawImap other = client(server, user)) {
            other.command("SELECT INBOX");
            other.command("UID STORE 1 +FLAGS (\\Deleted)");
        }
        long command = bench.move(copy, bench.folder("Junk"));
        bench.pass();
        assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
        assertThat(bench.pull.id("SELECT folder_id FROM mail_copy WHERE id = " + copy))
                .isEqualTo(bench.folder("Junk"));
        assertThat(bench.pull.count("binding WHERE copy_id = " + copy)).isOne();
        try (RawImap other = client(server, user)) {
            assertThat(subjects(other, "Junk")).containsExactly("mail 2");
            boolean leaves = grade.equals("bare");
            assertThat(subjects(other, "INBOX"))
                    .containsExactlyElementsOf(
                            leaves ? List.of("mail 1", "mail 2", "mail 3") : List.of("mail 1", "mail 3"));
            if (leaves) {
                assertThat(bench.command(command).note()).contains("marked as deleted");
                assertThat(PushBench.server(other, "INBOX").get(2L)).isEqualTo(new Flags(Flags.DELETED, List.of()));
            } else {
                assertThat(bench.pull.count("mail_copy")).isEqualTo(3);
            }
        }
        bench.pass();
        assertThat(bench.pull.id("SELECT folder_id FROM mail_copy WHERE id = " + copy))
                .isEqualTo(bench.folder("Junk"));
        assertEveryChangeWasAskedFor(bench, server, user);
        assertThat(server.commands(user))
                .filteredOn(line -> !line.contains(" T"))
                .noneMatch(line -> grade.equals("bare") && line.contains("EXPUNGE"));
    }

    private static LocalDovecot server(String grade) {
        return switch (grade) {
            case "full" -> dovecot;
            case "without MOVE" -> withoutMove;
            default -> bare;
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "without MOVE"})
    void deletedMailGoesToTrashAndFromThereForGoodWithoutTheOthers(String grade) throws Exception {
        LocalDovecot server = server(grade);
        String user = "del" + grade.hashCode();
        PushBench bench = pulled(server, user, 2);
        long copy = bench.copy("mail 1");
        bench.trash(copy);
        bench.pass();
        try (RawImap other = client(server, user)) {
            assertThat(subjects(other, "Trash")).containsExactly("mail 1");
            other.appendText("Trash", mail("other deleted"), null);
            other.command("SELECT Trash");
            other.command("STORE 2 +FLAGS (\\Deleted)");
            assertThat(bench.pull.id("SELECT folder_id FROM mail_copy WHERE id = " + copy))
                    .isEqualTo(bench.folder("Trash"));
            long forGood = bench.expunge(copy);
            bench.pass();
            assertThat(bench.state(forGood)).isEqualTo(CommandState.DONE);
            assertThat(subjects(other, "Trash")).containsExactly("other deleted");
        }
        assertThat(bench.pull.count("mail_copy WHERE id = " + copy)).isZero();
        assertThat(bench.pull.count("mail_content WHERE copy_id = " + copy)).isZero();
        assertEveryChangeWasAskedFor(bench, server, user);
    }

    @Test
    void boundCopyIsNotRemovedEvenIfBoundAfterItWasAsked() throws Exception {
        PushBench bench = pulled(dovecot, "late", 1);
        long copy = bench.copy("mail 1");
        long command = bench.expunge(copy);
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", copy));
        bench.pass();
        assertThat(bench.state(command)).isEqualTo(CommandState.REFUSED);
        assertThat(bench.command(command).error()).contains("unbind");
        try (RawImap other = client(dovecot, "late")) {
            assertThat(subjects(other, "INBOX")).containsExactly("mail 1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "without MOVE"})
    void workerThatDiesBetweenAnyTwoStepsNeitherLosesNorDoubles(String grade) throws Exception {
        LocalDovecot server = server(grade);
        String user = "die" + grade.hashCode();
        PushBench bench = pulled(server, user, 12);
        int died = 0;
        for (int steps = 1; steps <= 12; steps++) {
            long copy = bench.copy("mail " + steps);
            long command = bench.move(copy, bench.folder("Junk"));
            bench.pull.pull(bench.pull.claim(bench.mailbox), new Dying(bench.pull, 3 + steps));
            died += bench.state(command).isOpen() ? 1 : 0;
            bench.waitedLongEnough();
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.state(command))
                    .as("after %s steps: %s", steps, bench.command(command).error())
                    .isEqualTo(CommandState.DONE);
            assertThat(bench.pull.id("SELECT folder_id FROM mail_copy WHERE id = " + copy))
                    .isEqualTo(bench.folder("Junk"));
        }
        assertThat(died).isGreaterThan(3);
        try (RawImap other = client(server, user)) {
            assertThat(subjects(other, "INBOX")).isEmpty();
            assertThat(subjects(other, "Junk")).hasSize(12).doesNotHaveDuplicates();
        }
        assertThat(bench.pull.count("mail_copy")).isEqualTo(12);
        assertEveryChangeWasAskedFor(bench, server, user);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"before COPY", "before STORE", "before EXPUNGE", "answer COPY", "answer STORE", "answer EXPUNGE"
            })
    void connectionCutAtAnyCommandOfAMoveNeitherLosesNorDoubles(String where) throws Exception {
        String user = "cut" + where.replace(" ", "").toLowerCase(java.util.Locale.ROOT);
        fill(withoutMove, user, 2);
        try (CutProxy proxy = new CutProxy(withoutMove.port())) {
            PushBench bench = new PushBench(postgres, keys, user, proxy.port());
            bench.pass();
            long copy = bench.copy("mail 1");
            long command = bench.move(copy, bench.folder("Junk"));
            String verb = where.substring(where.indexOf(' ') + 1);
            if (where.startsWith("before")) {
                proxy.cutBefore = line -> line.matches("U[0-9]+-[0-9]+ UID " + verb + " .*");
            } else {
                int[] asked = new int[1];
                proxy.cutAnswer = line -> {
                    asked[0]++;
                    return line.matches("U[0-9]+-[0-9]+ OK .*")
                            && proxy.fromClient.get(proxy.fromClient.size() - 1).contains("UID " + verb);
                };
            }
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.FAILED);
            assertThat(proxy.cuts.get()).isOne();
            bench.waitedLongEnough();
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
            try (RawImap other = client(withoutMove, user)) {
                assertThat(subjects(other, "INBOX")).containsExactly("mail 2");
                assertThat(subjects(other, "Junk")).containsExactly("mail 1");
            }
            assertThat(bench.pull.count("mail_copy")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"before", "answer", "none"})
    void draftIsSavedOnceAndReplacesTheOneBefore(String cut) throws Exception {
        String user = "draft" + cut;
        fill(dovecot, user, 1);
        try (CutProxy proxy = new CutProxy(dovecot.port())) {
            PushBench bench = new PushBench(postgres, keys, user, proxy.port());
            bench.pass();
            bench.draft(null, "<first@example.com>", draft("first"));
            bench.pass();
            long first = bench.copy("first");
            assertThat(bench.shown(first)).isEqualTo(new Flags(Flags.DRAFT | Flags.SEEN, List.of()));
            long command = bench.draft(first, "<second@example.com>", draft("second"));
            if (cut.equals("before")) {
                proxy.cutBefore = line -> line.contains("APPEND");
            } else if (cut.equals("answer")) {
                proxy.cutAnswer = line -> line.contains("APPENDUID");
            }
            bench.pass();
            bench.waitedLongEnough();
            bench.pass();
            assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
            try (RawImap other = client(dovecot, user)) {
                assertThat(subjects(other, "Drafts")).containsExactly("second");
            }
            assertThat(bench.pull.count("mail_copy WHERE subject IN ('first', 'second')"))
                    .isOne();
            assertThat(bench.pull.count("command_content")).isZero();
        }
    }

    private static byte[] draft(String subject) {
        return ("From: a@example.com\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject
                        + "@example.com>\r\n\r\ntext\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void foldersAreCreatedAndRenamedWithTheirCopies() throws Exception {
        PushBench bench = pulled(dovecot, "folders", 1);
        long created = bench.createFolder(null, "Entwürfe & Co");
        bench.pass();
        assertThat(bench.state(created)).as(bench.command(created).error()).isEqualTo(CommandState.DONE);
        long folder = bench.folder("Entwürfe & Co");
        bench.createFolder(folder, "Khách hàng");
        bench.pass();
        long child = bench.folder("Entwürfe & Co/Khách hàng");
        bench.move(bench.copy("mail 1"), child);
        bench.pass();
        long renamed = bench.renameFolder(folder, "Kunden");
        bench.pass();
        assertThat(bench.state(renamed)).as(bench.command(renamed).error()).isEqualTo(CommandState.DONE);
        assertThat(bench.folder("Kunden/Khách hàng")).isEqualTo(child);
        assertThat(bench.pull.id("SELECT folder_id FROM mail_copy")).isEqualTo(child);
        assertThat(bench.pull.count("folder WHERE gone_at IS NOT NULL")).isZero();
        try (RawImap other = client(dovecot, "folders")) {
            assertThat(other.command("LIST \"\" \"Kunden*\"")).hasSize(2);
        }
        assertEveryChangeWasAskedFor(bench, dovecot, "folders");
    }

    @Test
    void fullMailboxKeepsTheDraftHereAndIsNotHammered() throws Exception {
        try (LocalDovecot small = MailServers.dovecot(new LocalDovecot.Options(null, "50K", true))) {
            fill(small, "quota", 1);
            PushBench bench = new PushBench(postgres, keys, "quota", small.port());
            bench.pass();
            byte[] large = (new String(draft("large"), StandardCharsets.US_ASCII) + "0123456789abcde\r\n".repeat(5_000))
                    .getBytes(StandardCharsets.US_ASCII);
            long command = bench.draft(null, "<large@example.com>", large);
            assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.COMPLETED);
            assertThat(bench.state(command)).isEqualTo(CommandState.QUEUED);
            assertThat(bench.command(command).error()).contains("OVERQUOTA");
            assertThat(bench.pull.count("command_content")).isOne();
            bench.pass();
            assertThat(small.commands("quota").stream().filter(line -> line.contains("APPEND \"Drafts\"")))
                    .hasSize(1);
            for (int tries = 0; tries < 25; tries++) {
                bench.waitedLongEnough();
                bench.pass();
            }
            assertThat(bench.state(command)).isEqualTo(CommandState.REFUSED);
            assertThat(small.commands("quota").stream().filter(line -> line.contains("APPEND \"Drafts\"")))
                    .hasSize(20);
        }
    }

    @Test
    void renumberedFolderStopsTheCommandUntilItsOriginalIsFoundAgain() throws Exception {
        PushBench bench = pulled(dovecot, "renumbered", 3);
        long copy = bench.copy("mail 3");
        long command = bench.flags(copy, new FlagChange(Flags.FLAGGED, 0, List.of(), List.of()));
        dovecot.doveadm("mailbox", "update", "-u", "renumbered", "--uid-validity", "1888888888", "INBOX");
        bench.pass();
        assertThat(bench.state(command)).isEqualTo(CommandState.QUEUED);
        bench.waitedLongEnough();
        bench.pass();
        assertThat(bench.state(command)).as(bench.command(command).error()).isEqualTo(CommandState.DONE);
        try (RawImap other = client(dovecot, "renumbered")) {
            assertThat(PushBench.server(other, "INBOX").values())
                    .filteredOn(flags -> (flags.bits() & Flags.FLAGGED) != 0)
                    .hasSize(1);
        }
    }

    @Test
    void commandsOfPausedMailboxesAreCancelledAndShowNothing() throws Exception {
        PushBench bench = pulled(dovecot, "paused", 1);
        long copy = bench.copy("mail 1");
        long command = bench.flags(copy, new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'PAUSED_BY_PLAN'"));
        assertThat(bench.cancelStopped()).isOne();
        assertThat(bench.state(command)).isEqualTo(CommandState.CANCELLED);
        assertThat(bench.command(command).error()).contains("plan");
        assertThat(bench.shown(copy)).isEqualTo(Flags.NONE);
    }

    @Test
    void refusedCredentialsLetCommandsWait() throws Exception {
        PushBench bench = pulled(dovecot, "waiting", 1);
        long command = bench.flags(bench.copy("mail 1"), new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
        byte[] wrong = bench.pull.secrets.seal(bench.pull.accountId, bench.mailbox, "password", "wrong");
        bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET secret = ?", wrong));
        assertThat(bench.pass()).isEqualTo(MailboxPass.Outcome.REFUSED);
        assertThat(bench.state(command)).isEqualTo(CommandState.QUEUED);
        assertThat(bench.command(command).tries()).isZero();
    }

    @Test
    void twoSidedHistoriesOfFlagsConverge() throws Exception {
        long seed = Long.getLong("holdfast.seed", 20_190_501L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (String grade : List.of("full", "bare")) {
            LocalDovecot server = server(grade);
            String user = "history" + grade;
            PushBench bench = pulled(server, user, 5);
            try (RawImap other = client(server, user)) {
                for (int step = 0; step < 120; step++) {
                    step(bench, other, random);
                }
                bench.pass();
                bench.pass();
                var provider = PushBench.server(other, "INBOX");
                for (long uid = 1; uid <= 5; uid++) {
                    assertThat(bench.shown(bench.copy("mail " + uid)))
                            .as("%s, message %s, seed %s", grade, uid, seed)
                            .isEqualTo(provider.get(uid));
                }
            }
            assertThat(bench.pull.count("user_command WHERE state <> 'DONE'")).isZero();
            assertThat(bench.pull.count("agreed_flags")).isZero();
            assertEveryChangeWasAskedFor(bench, server, user);
        }
    }

    private static void step(PushBench bench, RawImap other, Random random) throws Exception {
        int uid = 1 + random.nextInt(5);
        int bit = 1 << random.nextInt(3);
        String word = "$K" + random.nextInt(3);
        boolean set = random.nextBoolean();
        switch (random.nextInt(5)) {
            case 0 -> bench.pass();
            case 1, 2 ->
                bench.flags(
                        bench.copy("mail " + uid),
                        set
                                ? new FlagChange(bit, 0, List.of(word), List.of())
                                : new FlagChange(0, bit, List.of(), List.of(word)));
            default -> {
                other.command("SELECT INBOX");
                other.command("UID STORE " + uid + (set ? " +" : " -") + "FLAGS ("
                        + List.of("\\Seen", "\\Answered", "\\Flagged").get(Integer.numberOfTrailingZeros(bit)) + " "
                        + word + ")");
            }
        }
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
}
