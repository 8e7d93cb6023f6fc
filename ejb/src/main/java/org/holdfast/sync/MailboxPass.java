package org.holdfast.sync;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.holdfast.mailbox.Followed;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.mailbox.HostRefused;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.message.Texts;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.SecretBox;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CertificateRefused;
import org.holdfast.sync.failure.ConnectionInsecure;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.failure.ProviderSilent;
import org.holdfast.sync.imap.Credential;
import org.holdfast.sync.imap.ImapClient;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Tether;
import org.holdfast.sync.oauth.SignIn;
import org.holdfast.sync.oauth.TokenEndpoint;

/**
 * Synchronises one mailbox under a lease: asks the plan, connects, goes through the folders, and says in the
 * database how it ended. Talks to the provider, so it must not run in a transaction.
 */
public final class MailboxPass {

    private static final System.Logger LOG = System.getLogger(MailboxPass.class.getName());
    private static final int FAILURES_UNTIL_UNREACHABLE = 10;
    private static final Duration AFTER_CANCEL = Duration.ofHours(1);
    private static final Duration LEAST_WAIT = Duration.ofMinutes(1);
    private static final Duration MOST_WAIT = Duration.ofHours(1);

    private final ShortTransaction transactions;
    private final PlanAnswer plan;
    private final SignIn signIn;
    private final ImapClient client;
    private final Clock clock;
    private volatile Pass current;
    private final Tether tether = new Tether();
    private final Consumer<Followed> whenFollowed;
    private volatile PassStopped stopped;
    private KeptConnections connections;
    private boolean wasKept;

    /**
     * A pass.
     *
     * @param whenFollowed told, in the transaction, which mailboxes the plan paused when it stopped this pass
     */
    public MailboxPass(
            ShortTransaction transactions,
            PlanAnswer plan,
            SecretBox secrets,
            ImapClient client,
            Clock clock,
            Consumer<Followed> whenFollowed) {
        this.transactions = transactions;
        this.plan = plan;
        ImapClient.TokenRequests tokens = client.tokens();
        this.signIn = new SignIn(
                transactions::call, secrets, new TokenEndpoint(tokens.hosts(), tokens.limits(), tokens.tls()), clock);
        this.client = client;
        this.clock = clock;
        this.whenFollowed = whenFollowed;
    }

    /** Uses connections that were kept, and hands its own over. */
    MailboxPass keeping(KeptConnections kept) {
        connections = kept;
        return this;
    }

    /** How a pass ended. */
    public enum Outcome {
        /** Everything was seen. */
        COMPLETED,
        /** Plan or owner do not allow it now. */
        STOPPED,
        /** Refused for a reason that only a person removes. */
        REFUSED,
        /** To be tried again. */
        FAILED,
        /** Another worker has the mailbox. */
        FENCED
    }

    /**
     * Ends the pass from another thread, wherever it is: its connection is closed and no other opened.
     *
     * @param byPlan whether the plan is the reason, else the mailbox's owner
     */
    public void stop(String reason, boolean byPlan) {
        stopped = byPlan ? new Pass.PlanStopped(reason) : new PassStopped(reason);
        tether.cut();
    }

    /** Runs the pass and gives the lease back. Never throws for what a provider does. */
    public Outcome run(Lease lease) {
        try {
            return attempt(lease);
        } catch (LeaseLost e) {
            LOG.log(System.Logger.Level.INFO, e.getMessage());
            return Outcome.FENCED;
        } finally {
            if (wasKept) {
                connections.release(lease.mailboxId());
            }
        }
    }

    /** How long nothing has been done for it here: it waits for its provider. */
    public Duration idle() {
        Pass pass = current;
        return pass == null ? Duration.ZERO : pass.idle();
    }

    private Outcome attempt(Lease lease) {
        Pass pass = new Pass(lease, transactions, plan, clock);
        current = pass;
        try {
            pullOrStop(lease, pass);
            return Outcome.COMPLETED;
        } catch (LeaseLost e) {
            throw e;
        } catch (Pass.PlanStopped e) {
            return pause(lease, pass, e.getMessage());
        } catch (Pass.Cancelled e) {
            return cancel(lease, pass, e.getMessage());
        } catch (PassStopped e) {
            return refuse(lease, pass, Outcome.STOPPED, null, e.getMessage());
        } catch (AuthenticationRejected e) {
            return refuse(lease, pass, Outcome.REFUSED, MailboxState.AUTH_FAILED, e.getMessage());
        } catch (CertificateRefused | ConnectionInsecure e) {
            return refuse(lease, pass, Outcome.REFUSED, MailboxState.CERTIFICATE_REFUSED, e.getMessage());
        } catch (HostRefused e) {
            return refuse(lease, pass, Outcome.REFUSED, MailboxState.UNREACHABLE, e.getMessage());
        } catch (ProviderBusy e) {
            return fail(lease, pass, e, e.requestedWait().orElse(null));
        } catch (IOException | RuntimeException e) {
            return fail(lease, pass, e, null);
        }
    }

    /** What fails because the connection was closed from outside is no failure of the provider. */
    private void pullOrStop(Lease lease, Pass pass) throws IOException {
        try {
            String error = pull(lease, pass);
            pass.end(Outcome.COMPLETED.name(), error, h -> {
                new SyncStore(h).enter(lease.mailboxId(), MailboxState.ACTIVE, null, clock.instant());
                Leases leases = new Leases(h);
                leases.complete(lease, pass.hasNews(), error, clock.instant());
                if (pass.goesOn()) {
                    leases.dueAgain(lease.mailboxId());
                }
            });
        } catch (LeaseLost e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            PassStopped reason = stopped;
            if (reason != null) {
                throw reason;
            }
            throw e;
        }
    }

    /** Says which folder could not be read, if others could; null if all could. */
    private String pull(Lease lease, Pass pass) throws IOException {
        PullTarget target = pass.read(h -> new SyncStore(h).target(lease.mailboxId()))
                .orElseThrow(() -> new PassStopped("The mailbox is not there any more"));
        try {
            return pull(lease, target, pass, true);
        } catch (LineTooLong e) {
            // What vanished may fill a line beyond any bound: then ask in another way.
            LOG.log(System.Logger.Level.INFO, "Mailbox {0}: {1}; going on without QRESYNC", lease.mailboxId(), e);
            return pull(lease, target, pass, false);
        }
    }

    private String pull(Lease lease, PullTarget target, Pass pass, boolean qresync) throws IOException {
        pass.requireAllowed();
        ImapSession session = session(target, qresync, pass);
        boolean handedOver = false;
        try {
            new CommandPush(pass, lease, session).run();
            String told = pull(target, session, pass);
            handedOver = handOver(target, session, pass);
            return told;
        } finally {
            if (!handedOver) {
                session.close();
            }
        }
    }

    private String pull(PullTarget target, ImapSession session, Pass pass) throws IOException {
        List<FoundFolder> listed = session.folders();
        String missing = new FolderTree(pass, session, target.mailboxId()).follow(listed);
        Set<String> there = listed.stream().map(FoundFolder::wireName).collect(Collectors.toSet());
        List<KnownFolder> folders =
                pass.read(h -> new FolderRows(h).selected(target.mailboxId(), clock.instant())).stream()
                        .filter(folder -> there.contains(folder.wireName()))
                        .toList();
        pass.expect(folders.size());
        return new FolderRound(pass, session, target.mailboxId()).run(folders, there, missing);
    }

    private ImapSession session(PullTarget target, boolean qresync, Pass pass) throws IOException {
        Optional<ImapSession> before = connections == null ? Optional.empty() : connections.take(target, tether);
        if (before.isPresent()) {
            wasKept = true;
            if (qresync) {
                return before.get();
            }
            before.get().close();
        }
        Credential credential = signIn.of(target.accountId(), target.mailboxId(), target.login(), target.secret());
        return signedIn(target, credential, qresync, pass);
    }

    /**
     * Keeps the connection if there is a place for it. The inbox is looked at once more: from then on the server
     * tells what happens there, so that nothing falls between the pass and the watch.
     */
    private boolean handOver(PullTarget target, ImapSession session, Pass pass) throws IOException {
        if (connections == null || !session.canIdle()) {
            return false;
        }
        Optional<KnownFolder> inbox =
                pass.read(h -> new FolderRows(h).selected(target.mailboxId(), clock.instant())).stream()
                        .filter(folder -> folder.wireName().equalsIgnoreCase("INBOX"))
                        .findFirst();
        if (inbox.isEmpty() || !pass.reserve(connections)) {
            return false;
        }
        wasKept = true;
        try {
            new FolderPull(pass, session, inbox.get()).run();
            connections.keep(target, session);
            wasKept = false;
            return true;
        } catch (ProviderFailure e) {
            LOG.log(System.Logger.Level.INFO, "Mailbox {0} is not watched: {1}", target.mailboxId(), e.getMessage());
            return false;
        }
    }

    /** A token that is refused before its time is renewed once; a password never. */
    private ImapSession signedIn(PullTarget target, Credential credential, boolean qresync, Pass pass)
            throws IOException {
        try {
            return open(target, credential, qresync, pass);
        } catch (AuthenticationRejected e) {
            Optional<Credential> another = signIn.anew(target.accountId(), target.mailboxId(), credential);
            if (another.isEmpty()) {
                throw e;
            }
            return open(target, another.get(), qresync, pass);
        }
    }

    /** Whether the host can be reached concerns all its mailboxes; how it takes a login concerns only one. */
    private ImapSession open(PullTarget target, Credential credential, boolean qresync, Pass pass) throws IOException {
        String host = target.imap().host();
        ImapClient.Reached reached;
        try {
            reached = client.reach(target.imap(), tether);
        } catch (ConnectionLost | ProviderSilent | ProviderBusy e) {
            pass.fenced(h -> {
                new ProviderHosts(h).failed(host, target.accountId(), reason(e), clock.instant());
                return host;
            });
            throw e;
        }
        try {
            if (target.hostInDoubt()) {
                pass.fenced(h -> {
                    new ProviderHosts(h).succeeded(host);
                    return host;
                });
            }
            return reached.login(credential, qresync);
        } catch (IOException | RuntimeException e) {
            reached.close();
            throw e;
        }
    }

    /** The mailbox follows the plan; in a transaction before the pass ends, whose lease would be in the way. */
    private Outcome pause(Lease lease, Pass pass, String reason) {
        LOG.log(System.Logger.Level.INFO, "Mailbox {0}: {1}", lease.mailboxId(), reason);
        transactions.call(h -> new SyncStore(h).target(lease.mailboxId()).map(target -> {
            Followed followed = new PlanFollower(h).accounts(List.of(target.accountId()), clock.instant());
            whenFollowed.accept(followed);
            return followed;
        }));
        return refuse(lease, pass, Outcome.STOPPED, null, reason);
    }

    /** Ends in a state that holds until the plan or a person changes it; nothing is inferred about mail. */
    private Outcome refuse(Lease lease, Pass pass, Outcome outcome, MailboxState state, String reason) {
        pass.end(outcome.name(), outcome == Outcome.REFUSED ? reason : null, h -> {
            if (state != null) {
                new SyncStore(h).enter(lease.mailboxId(), state, reason, clock.instant());
            }
            new Leases(h).release(lease, outcome == Outcome.REFUSED ? reason : null);
        });
        return outcome;
    }

    /** What is stored stays; the rest goes on when somebody asks, or after a while. */
    private Outcome cancel(Lease lease, Pass pass, String reason) {
        pass.end(Outcome.STOPPED.name(), reason, h -> new Leases(h).rest(lease, reason, AFTER_CANCEL));
        return Outcome.STOPPED;
    }

    private Outcome fail(Lease lease, Pass pass, Exception e, Duration asked) {
        String reason = reason(e);
        LOG.log(System.Logger.Level.WARNING, "Mailbox " + lease.mailboxId() + " was not synchronised", e);
        pass.end(Outcome.FAILED.name(), reason, h -> {
            Leases leases = new Leases(h);
            int failures = leases.failures(lease.mailboxId());
            if (failures + 1 >= FAILURES_UNTIL_UNREACHABLE) {
                new SyncStore(h).enter(lease.mailboxId(), MailboxState.UNREACHABLE, reason, clock.instant());
            }
            leases.fail(lease, reason, wait(failures, asked), asked != null);
        });
        return Outcome.FAILED;
    }

    static String reason(Exception e) {
        boolean told = e instanceof IOException || e instanceof Refusal;
        return Texts.clean(told ? e.getMessage() : "Internal error: " + e, 500);
    }

    /** What the provider asked for, else twice as long after each failure, with jitter. */
    static Duration wait(int failures, Duration asked) {
        if (asked != null) {
            return asked.plusSeconds(1);
        }
        long millis = Math.min(MOST_WAIT.toMillis(), LEAST_WAIT.toMillis() << Math.min(failures, 10));
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}
