package org.holdfast.sync;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.CommandState;
import org.holdfast.command.Idempotency;
import org.holdfast.command.NewCommand;
import org.holdfast.command.ShownFlags;
import org.holdfast.command.UserCommand;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;

/** Asks for commands as the beans do, and runs real passes over them. */
final class PushBench {

    final PullBench pull;
    final long mailbox;

    PushBench(LocalPostgres postgres, Path keys, String login, int port) {
        this(new PullBench(postgres, keys, "PROFESSIONAL"), login, port);
    }

    PushBench(PullBench pull, String login, int port) {
        this.pull = pull;
        mailbox = pull.mailbox(login, port);
    }

    long copy(String subject) {
        return pull.id("SELECT id FROM mail_copy WHERE subject = '" + subject + "'");
    }

    long folder(String name) {
        return pull.id("SELECT id FROM folder WHERE gone_at IS NULL AND name = '" + name + "'");
    }

    long flags(long copy, FlagChange change) {
        return pull.jdbi.inTransaction(h -> {
            ShownFlags shown = new ShownFlags(h);
            ShownFlags.Located located = shown.lockWithMailbox(copy).orElseThrow();
            FlagChange delta = FlagChange.between(located.flags(), change.applyTo(located.flags()));
            shown.supersede(copy, delta);
            shown.change(located, delta);
            return new CommandQueue(h).add(of(CommandKind.FLAGS, copy).changing(delta), Idempotency.of(null, ""));
        });
    }

    long move(long copy, long folder) {
        return add(of(CommandKind.MOVE, copy).into(folder));
    }

    long trash(long copy) {
        return add(of(CommandKind.TRASH, copy).into(folder("Trash")));
    }

    long expunge(long copy) {
        return add(of(CommandKind.EXPUNGE, copy));
    }

    long createFolder(Long parent, String name) {
        return add(NewCommand.ofFolder(CommandKind.CREATE_FOLDER, mailbox, pull.userId, PullBench.NOW, parent, name));
    }

    long renameFolder(long folder, String name) {
        return add(NewCommand.ofFolder(CommandKind.RENAME_FOLDER, mailbox, pull.userId, PullBench.NOW, folder, name));
    }

    long draft(Long replaces, String messageId, byte[] raw) {
        return pull.jdbi.inTransaction(h -> {
            NewCommand command = replaces == null
                    ? new NewCommand(
                            CommandKind.SAVE_DRAFT,
                            mailbox,
                            pull.userId,
                            PullBench.NOW,
                            null,
                            null,
                            folder("Drafts"),
                            FlagChange.NONE,
                            null,
                            null,
                            Duration.ZERO)
                    : of(CommandKind.SAVE_DRAFT, replaces).into(folder("Drafts"));
            long id = new CommandQueue(h).add(command, Idempotency.of(null, ""));
            h.execute("INSERT INTO command_content (command_id, message_id, raw) VALUES (?, ?, ?)", id, messageId, raw);
            return id;
        });
    }

    private NewCommand of(CommandKind kind, long copy) {
        return NewCommand.ofCopy(kind, mailbox, pull.userId, PullBench.NOW, copy);
    }

    long add(NewCommand command) {
        return pull.jdbi.inTransaction(h -> new CommandQueue(h).add(command, Idempotency.of(null, "")));
    }

    UserCommand command(long id) {
        return pull.jdbi.withHandle(h -> new CommandQueue(h).find(id).orElseThrow());
    }

    CommandState state(long id) {
        return command(id).state();
    }

    MailboxPass.Outcome pass() {
        return pull.pull(mailbox);
    }

    /** As after the wait for the next try. */
    void waitedLongEnough() {
        pull.jdbi.useHandle(h -> {
            h.execute("UPDATE user_command SET due_at = clock_timestamp() - interval '1 s'");
            h.execute("UPDATE mailbox_sync SET lease_until = NULL, due_at = clock_timestamp() - interval '1 s'");
            h.execute("UPDATE mailbox SET state = 'ACTIVE' WHERE state = 'UNREACHABLE'");
        });
    }

    /** The wait for the next try is over; nothing else is due for it. */
    void commandsDue() {
        pull.jdbi.useHandle(h -> h.execute("UPDATE user_command SET due_at = clock_timestamp() - interval '1 s'"));
    }

    void commandsLater() {
        pull.jdbi.useHandle(h -> h.execute("UPDATE user_command SET due_at = clock_timestamp() + interval '1 hour'"));
    }

    boolean cancel(long id) {
        return pull.jdbi.inTransaction(h -> new CommandQueue(h).cancel(id, "test", pull.now));
    }

    void refuse(long id) {
        pull.jdbi.useTransaction(h -> new CommandQueue(h).refuse(command(id), "test", false, pull.now));
    }

    boolean retry(long id) {
        return pull.jdbi.inTransaction(h -> new CommandQueue(h).retry(id));
    }

    /** As the timer does. */
    void sweep() {
        pull.jdbi.useTransaction(h -> CommandQueue.sweep(h, pull.now));
    }

    /** As the timer does; how many commands. */
    int cancelStopped() {
        return cancelStopped(pull.jdbi);
    }

    static int cancelStopped(Jdbi jdbi) {
        int cancelled = 0;
        for (long each : jdbi.withHandle(CommandQueue::stopped)) {
            cancelled += jdbi.<Integer, RuntimeException>inTransaction(h -> CommandQueue.cancelIfStopped(h, each));
        }
        return cancelled;
    }

    Flags shown(long copy) {
        return pull.jdbi.withHandle(
                h -> new ShownFlags(h).lock(copy).orElseThrow().flags());
    }

    /** What a real server has in a folder: flags by UID. */
    static Map<Long, Flags> server(RawImap imap, String folder) throws Exception {
        imap.command("EXAMINE \"" + folder + "\"");
        Map<Long, Flags> found = new java.util.TreeMap<>();
        java.util.regex.Pattern line = java.util.regex.Pattern.compile(".*FETCH \\(UID ([0-9]+) FLAGS \\(([^)]*)\\).*");
        for (String text : imap.command("UID FETCH 1:* (FLAGS)")) {
            java.util.regex.Matcher match = line.matcher(text);
            if (match.matches()) {
                found.put(
                        Long.valueOf(match.group(1)),
                        Flags.ofNames(List.of(
                                match.group(2).isEmpty()
                                        ? new String[0]
                                        : match.group(2).split(" ", -1))));
            }
        }
        return found;
    }
}
