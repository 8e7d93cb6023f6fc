package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.holdfast.account.AccountSummaries;
import org.holdfast.account.AccountSummary;
import org.holdfast.account.Accounts;
import org.holdfast.account.AuditEntry;
import org.holdfast.account.User;
import org.holdfast.account.Users;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxChoice;
import org.holdfast.mailbox.MailboxFilter;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.plan.EntitlementSpan;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.Hold;
import org.holdfast.retention.LegalHolds;

/** One account: its plan over time, its mailboxes and which of them stay, holds, people, history. */
@Named
@ViewScoped
public class AccountPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST_MAILBOXES = 500;
    private static final int MOST_USERS = 200;
    private static final int HISTORY = 25;

    @Inject
    private AccountSummaries summaries;

    @Inject
    private Accounts accounts;

    @Inject
    private PlanPolicy policy;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private MailboxChoice choice;

    @Inject
    private Users users;

    @Inject
    private LegalHolds legalHolds;

    @Inject
    private Visitor visitor;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private long id;
    private String holdName;
    private String holdReason;
    private Trouble trouble;
    private Instant asOf;
    private transient AccountSummary account;
    private transient List<EntitlementSpan> timeline;
    private transient List<MailboxGroup> groups;
    private transient List<Hold> holds;
    private transient List<User> people;
    private transient List<AuditEntry> history;

    /** Sends on to the page for what is not there, before anything is shown. */
    public void enter() throws IOException {
        try {
            read();
        } catch (Refusal e) {
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, "no such account");
            faces.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("account.trouble", clock.instant(), e);
        }
    }

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            read();
        } catch (RuntimeException e) {
            trouble = Trouble.log("account.trouble", clock.instant(), e);
        }
    }

    private void read() {
        Instant now = clock.instant();
        AccountSummary read = summaries.get(id);
        timeline = policy.timeline(id, accounts.get(id).createdAt());
        people = visitor.isOperator() ? users.page(id, 0, MOST_USERS) : List.of();
        groups = group(mailboxes.page(new MailboxFilter(id, null), 0, MOST_MAILBOXES));
        holds = visitor.isOperator() ? legalHolds.page(id, null, HISTORY) : List.of();
        history = visitor.isOperator() ? summaries.history(id, null, HISTORY) : List.of();
        account = read;
        asOf = now;
        trouble = null;
    }

    private List<MailboxGroup> group(List<Mailbox> all) {
        Map<String, List<MailboxLine>> lines = new LinkedHashMap<>();
        for (Mailbox mailbox : all) {
            if (mailbox.state() != MailboxState.DISCONNECTED) {
                String key = mailbox.isShared() ? "shared" : Long.toString(mailbox.ownerId());
                lines.computeIfAbsent(key, any -> new ArrayList<>()).add(new MailboxLine(mailbox));
            }
        }
        List<MailboxGroup> found = new ArrayList<>();
        lines.forEach((key, of) -> found.add(new MailboxGroup(key, ownerOf(of.get(0)), key.equals("shared"), of)));
        return found;
    }

    private String ownerOf(MailboxLine line) {
        return people.stream()
                .filter(user -> user.id() == line.getMailbox().ownerId())
                .map(User::email)
                .findFirst()
                .orElse(visitor.isOperator() ? "" : visitor.getName());
    }

    /** The ticked mailboxes of a group stay; the others of its limit follow. */
    public void choose(MailboxGroup group) {
        act("account.chosen", () -> choice.choose(id, group.ticked()));
    }

    /** Keeps a user out. */
    public void disable(long userId) {
        act("account.user.disabled.done", () -> users.disable(userId));
    }

    /** Lets a user in again. */
    public void enable(long userId) {
        act("account.user.enabled.done", () -> users.enable(userId));
    }

    /** Keeps everything of the account from now on, whatever its plan. */
    public void hold() {
        act("account.hold.done", () -> {
            legalHolds.place(id, null, holdName == null ? "" : holdName, holdReason == null ? "" : holdReason);
            holdName = null;
            holdReason = null;
        });
    }

    private void act(String done, Runnable action) {
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            action.run();
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_INFO, words.of(done), null));
        } catch (Refusal e) {
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
        } catch (RuntimeException e) {
            trouble = Trouble.log("account.change.trouble", clock.instant(), e);
            return;
        }
        refresh();
    }

    /** The instant in the account's zone, to the minute, with the zone. */
    public String inZone(Instant instant) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm (VV)", Locale.ENGLISH)
                .withZone(ZoneId.of(account.zone()))
                .format(instant);
    }

    public AccountSummary getAccount() {
        if (account == null && trouble == null) {
            refresh();
        }
        return account;
    }

    /** What the account could do since it was made, and every dated change to come. */
    public List<EntitlementSpan> getTimeline() {
        return timeline;
    }

    /** Whether a span of the timeline is the one that applies now. */
    public boolean isNow(EntitlementSpan span) {
        return timeline.stream()
                .filter(each -> !each.from().isAfter(asOf))
                .reduce((a, b) -> b)
                .filter(span::equals)
                .isPresent();
    }

    /** The mailboxes by limit; kept between requests so that ticks find their lines. */
    public List<MailboxGroup> getGroups() {
        if (groups == null && trouble == null) {
            refresh();
        }
        return groups;
    }

    public List<Hold> getHolds() {
        return holds;
    }

    public String getHoldName() {
        return holdName;
    }

    public void setHoldName(String name) {
        this.holdName = name;
    }

    public String getHoldReason() {
        return holdReason;
    }

    public void setHoldReason(String reason) {
        this.holdReason = reason;
    }

    public List<User> getPeople() {
        if (people == null && trouble == null) {
            refresh();
        }
        return people;
    }

    public List<AuditEntry> getHistory() {
        return history;
    }

    public Instant getAsOf() {
        return asOf;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public long getId() {
        return id;
    }

    public void setId(long id) {
        this.id = id;
    }
}
