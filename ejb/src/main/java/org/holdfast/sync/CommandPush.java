package org.holdfast.sync;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.holdfast.command.CommandJournal;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.ShownFlags;
import org.holdfast.command.UserCommand;
import org.holdfast.message.Texts;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.imap.CommandSession;
import org.holdfast.sync.imap.ImapSession;

/**
 * Does at the provider what users have asked for, in their order, before a pass reads what is new (RFC 4549
 * section 3): under the mailbox's lease, each command in its own name, and each step noted before it leaves.
 */
final class CommandPush {

    private static final System.Logger LOG = System.getLogger(CommandPush.class.getName());
    private static final int MOST_TRIES = 20;

    /** What lies in two places is worth more patience: about a week. */
    private static final int MOST_TRIES_HALF_DONE = 40;

    private static final int MOST_ROUNDS = 500;
    private static final Duration LEAST_WAIT = Duration.ofSeconds(30);
    private static final Duration MOST_WAIT = Duration.ofHours(6);

    private final Pass pass;
    private final Lease lease;
    private final ImapSession session;

    CommandPush(Pass pass, Lease lease, ImapSession session) {
        this.pass = pass;
        this.lease = lease;
        this.session = session;
    }

    /** Everything that is due. */
    void run() throws IOException {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<UserCommand> due = pass.read(h -> new CommandQueue(h).due(lease.mailboxId()));
            if (due.isEmpty()) {
                return;
            }
            for (UserCommand command : due) {
                pass.requireAllowed();
                if (pass.fenced(h -> new CommandQueue(h).begin(command.id(), lease.token(), pass.now()))) {
                    run(command);
                }
            }
        }
    }

    private void run(UserCommand command) throws IOException {
        try (CommandSession provider = session.begin(command.id())) {
            step(new PushStep(pass, session, provider, command));
        } catch (PutOff e) {
            putOff(command, e.getMessage(), e.delay());
        } catch (CommandRefused e) {
            refuse(command, e.getMessage());
        } catch (ProviderBusy e) {
            putOff(command, e.getMessage(), e.requestedWait().orElse(null));
            if (e.requestedWait().isPresent()) {
                throw e;
            }
        } catch (IOException e) {
            // What may have left is in the journal: the next try looks for it first.
            putOff(command, e.getMessage(), null);
            throw e;
        } catch (LeaseLost e) {
            throw e;
        } catch (RuntimeException e) {
            // A defect of ours or of the data must not stop the other commands, nor the pull behind them.
            LOG.log(System.Logger.Level.WARNING, "User command " + command.id() + " failed", e);
            putOff(command, "Internal error: " + e.getMessage(), null);
        }
    }

    private static void step(PushStep step) throws IOException {
        switch (step.command().kind()) {
            case FLAGS -> new FlagPush(step).run();
            case MOVE, TRASH -> new MovePush(step).run();
            case EXPUNGE -> new RemovalPush(step).run();
            case CREATE_FOLDER, RENAME_FOLDER -> new FolderPush(step).run();
            case SAVE_DRAFT -> new DraftPush(step).run();
            case FILE_SENT, LOOK_IN_SENT -> new SentPush(step).run();
        }
    }

    private void refuse(UserCommand command, String reason) {
        String text = Texts.clean(reason, 500);
        LOG.log(System.Logger.Level.INFO, "User command {0} was refused: {1}", Long.toString(command.id()), text);
        pass.fenced(h -> {
            // Flags that the provider will not keep stay here; they are not tried again.
            new CommandQueue(h).refuse(command, text, command.kind() == CommandKind.FLAGS, pass.now());
            if (command.copyId() != null) {
                new ShownFlags(h).settle(command.copyId(), null);
            }
            return command;
        });
    }

    /** Later, twice as late after each try; not for ever. */
    private void putOff(UserCommand command, String reason, Duration asked) {
        boolean halfDone = command.journal().step() == CommandJournal.Step.PUT;
        int tries = command.tries() + 1;
        if (tries >= (halfDone ? MOST_TRIES_HALF_DONE : MOST_TRIES)) {
            String left = halfDone ? "; the message may lie in both folders" : "";
            refuse(command, "Given up after " + tries + " tries: " + reason + left);
            return;
        }
        long doubled = LEAST_WAIT.toMillis() << Math.min(command.tries(), 12);
        Duration wait = asked != null ? asked : Duration.ofMillis(Math.min(MOST_WAIT.toMillis(), doubled));
        pass.fenced(h -> {
            new CommandQueue(h).later(command.id(), Texts.clean(reason, 500), wait);
            return command;
        });
    }

    /** To be tried again, though nothing is wrong with the connection. */
    static final class PutOff extends IOException {

        private static final long serialVersionUID = 1L;

        private final transient Duration delay;

        /**
         * Later.
         *
         * @param delay null: as after a failure
         */
        PutOff(String message, Duration delay) {
            super(message);
            this.delay = delay;
        }

        Duration delay() {
            return delay;
        }
    }
}
