package org.holdfast.command;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.holdfast.account.Role;
import org.holdfast.binding.BindingRepository;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.mailbox.MailboxDue;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.mailbox.PlanPause;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What users ask of their providers: flags, moves, deletes and folders. Everything is queued here and done
 * soon; only the mailbox's owner and those it is shared with may ask.
 */
@Stateless
@RolesAllowed(Role.OWNER_NAME)
public class UserCommands {

    private static final int MOST = 1_000;

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private PlanPause plan;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    @Inject
    private Event<MailboxDue> due;

    /**
     * Makes the flags of a copy what is wanted; only the difference goes to the provider.
     *
     * @param wanted makes the wanted flags from the present ones
     * @throws Refusal if the copy is not the caller's, or its original is gone
     */
    public UserCommand changeFlags(long copyId, Function<Flags, Flags> wanted, Idempotency once) {
        return ask(
                once,
                caller -> jdbi.withHandle(h -> {
                    ShownFlags shown = new ShownFlags(h);
                    ShownFlags.Located copy = usable(caller, shown, copyId);
                    FlagChange change = FlagChange.between(copy.flags(), wanted.apply(copy.flags()));
                    shown.supersede(copyId, change);
                    shown.change(copy, change);
                    return new CommandQueue(h)
                            .add(ofCopy(CommandKind.FLAGS, caller, copy).changing(change), once);
                }));
    }

    /** Moves the original of a copy to another folder of its mailbox; the copy follows. */
    public UserCommand move(long copyId, long folderId, Idempotency once) {
        return ask(
                once,
                caller -> jdbi.withHandle(h -> {
                    ShownFlags.Located copy = usable(caller, new ShownFlags(h), copyId);
                    requireFolder(h, copy.mailboxId(), folderId);
                    if (copy.folderId() == folderId) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT, "same-folder", "The message is in that folder already");
                    }
                    return new CommandQueue(h)
                            .add(ofCopy(CommandKind.MOVE, caller, copy).into(folderId), once);
                }));
    }

    /**
     * Deletes the original of a copy: into Trash; from Trash and Drafts for good.
     *
     * @throws Refusal with code {@code copy-bound}, naming the bindings, or {@code no-trash-folder}
     */
    public UserCommand delete(long copyId, Idempotency once) {
        return ask(
                once,
                caller -> jdbi.withHandle(h -> {
                    ShownFlags.Located copy = usable(caller, new ShownFlags(h), copyId);
                    if (copy.bound()) {
                        throw bound(h, copyId);
                    }
                    MailFolders folders = new MailFolders(h);
                    boolean forGood =
                            folders.isFor(copy.folderId(), "\\Trash") || folders.isFor(copy.folderId(), "\\Drafts");
                    NewCommand command = forGood
                            ? ofCopy(CommandKind.EXPUNGE, caller, copy)
                            : ofCopy(CommandKind.TRASH, caller, copy).into(trash(folders, copy));
                    return new CommandQueue(h).add(command, once);
                }));
    }

    private static long trash(MailFolders folders, ShownFlags.Located copy) {
        return folders.find(copy.mailboxId(), "\\Trash")
                .orElseThrow(() -> new Refusal(
                        Refusal.Kind.CONFLICT,
                        "no-trash-folder",
                        "The mailbox has no folder for deleted mail: create one named Trash"));
    }

    private static Refusal bound(Handle handle, long copyId) {
        List<String> names = new BindingRepository(handle)
                .of(copyId).stream().map(each -> each.target().toString()).toList();
        return new Refusal(
                Refusal.Kind.CONFLICT,
                "copy-bound",
                "The message is bound to " + String.join(", ", names) + ": unbind it first");
    }

    /**
     * Creates a folder.
     *
     * @param parentId under which; null: at the top
     * @param name of its level, as people read it
     */
    public UserCommand createFolder(long mailboxId, Long parentId, String name, Idempotency once) {
        return ask(
                once,
                caller -> jdbi.withHandle(h -> {
                    new MailboxRows(h).lock(mailboxId);
                    requireUsable(caller, mailboxId);
                    MailFolders folders = new MailFolders(h);
                    if (parentId != null) {
                        requireFolder(h, mailboxId, parentId);
                    }
                    folders.requireName(mailboxId, name);
                    return new CommandQueue(h)
                            .add(
                                    NewCommand.ofFolder(
                                            CommandKind.CREATE_FOLDER,
                                            mailboxId,
                                            caller.userId(),
                                            clock.instant(),
                                            parentId,
                                            name),
                                    once);
                }));
    }

    /** Gives the last level of a folder's name another name; its copies stay as they are. */
    public UserCommand renameFolder(long mailboxId, long folderId, String name, Idempotency once) {
        return ask(
                once,
                caller -> jdbi.withHandle(h -> {
                    new MailboxRows(h).lock(mailboxId);
                    requireUsable(caller, mailboxId);
                    MailFolders folders = new MailFolders(h);
                    requireFolder(h, mailboxId, folderId);
                    folders.requireRenamable(folderId);
                    folders.requireName(mailboxId, name);
                    return new CommandQueue(h)
                            .add(
                                    NewCommand.ofFolder(
                                            CommandKind.RENAME_FOLDER,
                                            mailboxId,
                                            caller.userId(),
                                            clock.instant(),
                                            folderId,
                                            name),
                                    once);
                }));
    }

    /**
     * Cancels a command of which nothing has left yet.
     *
     * @throws Refusal with code {@code command-under-way} if it is too late
     */
    public UserCommand cancel(long id) {
        Caller caller = currentCaller.get();
        UserCommand command = get(id);
        requireAccess(caller, command.mailboxId());
        boolean cancelled = jdbi.withHandle(h -> {
            new MailboxRows(h).lock(command.mailboxId());
            return new CommandQueue(h).cancel(id, "Cancelled by " + caller.name(), clock.instant());
        });
        if (!cancelled) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "command-under-way",
                    "The command is " + get(id).state() + ": it can be cancelled only while it is queued");
        }
        audit.record(caller.name(), "command.cancel", "command:" + id, null, null);
        return get(id);
    }

    /**
     * Tries a refused draft, or the copy of a sent message that could not be filed, once more.
     *
     * @throws Refusal with code {@code command-not-kept} if its content is not kept any more, or never was
     */
    public UserCommand retry(long id) {
        Caller caller = currentCaller.get();
        UserCommand command = get(id);
        jdbi.useHandle(h -> new MailboxRows(h).lock(command.mailboxId()));
        requireUsable(caller, command.mailboxId());
        if (!jdbi.withHandle(h -> new CommandQueue(h).retry(id))) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "command-not-kept",
                    "Only refused drafts and unfiled copies of sent messages can be tried again: ask for it anew");
        }
        audit.record(caller.name(), "command.retry", "command:" + id, null, null);
        jdbi.useHandle(h -> new MailboxRows(h).dueNow(command.mailboxId()));
        due.fire(new MailboxDue(command.mailboxId()));
        return get(id);
    }

    /** One command: its kind and state, never content. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public UserCommand get(long id) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> new CommandQueue(h).find(id))
                .filter(found -> new MailboxAccess(jdbi).sees(caller, found.accountId(), found.mailboxId()))
                .orElseThrow(() -> Refusal.notFound("command", id));
    }

    /**
     * Commands of a mailbox, the newest first.
     *
     * @param beforeId the last id of the page before; {@link Long#MAX_VALUE} for the first
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<UserCommand> page(long mailboxId, long beforeId, int limit) {
        mailboxes.get(mailboxId);
        return jdbi.withHandle(h -> new CommandQueue(h).page(mailboxId, beforeId, Math.max(1, Math.min(limit, MOST))));
    }

    private UserCommand ask(Idempotency once, Function<Caller, Long> add) {
        Caller caller = currentCaller.get();
        Optional<Long> before = jdbi.withHandle(h -> new CommandQueue(h).before(caller.userId(), once));
        long id = before.orElseGet(() -> add.apply(caller));
        UserCommand command = get(id);
        if (before.isEmpty()) {
            audit.record(
                    caller.name(),
                    "command." + command.kind().name().toLowerCase(java.util.Locale.ROOT),
                    "command:" + id,
                    null,
                    command.copyId() == null ? null : "copy:" + command.copyId());
            jdbi.useHandle(h -> new MailboxRows(h).dueNow(command.mailboxId()));
            due.fire(new MailboxDue(command.mailboxId()));
        }
        return command;
    }

    private NewCommand ofCopy(CommandKind kind, Caller caller, ShownFlags.Located copy) {
        return NewCommand.ofCopy(kind, copy.mailboxId(), caller.userId(), clock.instant(), copy.copyId());
    }

    private ShownFlags.Located usable(Caller caller, ShownFlags shown, long copyId) {
        ShownFlags.Located copy = shown.lockWithMailbox(copyId)
                .filter(each -> new MailboxAccess(jdbi).sees(caller, each.accountId(), each.mailboxId()))
                .orElseThrow(() -> Refusal.notFound("message", copyId));
        requireUsable(caller, copy.mailboxId());
        if (copy.gone()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "original-gone",
                    "The original is gone at the provider: nothing can be changed");
        }
        return copy;
    }

    /** Whether the mailbox may be told anything now or later. */
    private void requireUsable(Caller caller, long mailboxId) {
        Mailbox mailbox = mailboxes.get(mailboxId);
        requireAccess(caller, mailboxId);
        if (mailbox.state() == MailboxState.DISCONNECTED) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "mailbox-disconnected", "The mailbox was disconnected: connect it again");
        }
        plan.of(mailboxId).ifPresent(stop -> {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "plan-does-not-sync",
                    "The plan does not let this mailbox be used: " + stop);
        });
    }

    private void requireAccess(Caller caller, long mailboxId) {
        if (!new MailboxAccess(jdbi).has(caller.userId(), mailboxId)) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN, "content-private", "Only the mailbox's owner and those it is shared with");
        }
    }

    private static void requireFolder(Handle handle, long mailboxId, long folderId) {
        if (!new MailFolders(handle).has(mailboxId, folderId)) {
            throw Refusal.notFound("folder", folderId);
        }
    }
}
