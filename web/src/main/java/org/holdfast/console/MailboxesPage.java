package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.holdfast.account.Role;
import org.holdfast.mailbox.MailboxLine;
import org.holdfast.mailbox.MailboxLineFilter;
import org.holdfast.mailbox.MailboxList;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.sync.SyncRequests;

/** The mailboxes that the visitor sees; which ones is said by the address. */
@Named
@ViewScoped
public class MailboxesPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;

    @Inject
    private MailboxList mailboxList;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private SyncRequests syncRequests;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private Long account;
    private String state;
    private String find;
    private long after;
    private boolean more;
    private Instant asOf;
    private Trouble trouble;
    private transient List<MailboxLineView> lines;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            Caller caller = currentCaller.get();
            MailboxLineFilter filter =
                    new MailboxLineFilter(account, state == null ? null : MailboxState.valueOf(state), find);
            List<MailboxLine> read = mailboxList.page(filter, after, PAGE + 1);
            more = read.size() > PAGE;
            lines = read.stream()
                    .limit(PAGE)
                    .map(line -> new MailboxLineView(line, mayChange(caller, line)))
                    .toList();
            asOf = clock.instant();
            trouble = null;
        } catch (Refusal e) {
            lines = List.of();
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("mailboxes.trouble", clock.instant(), e);
        }
    }

    private static boolean mayChange(Caller caller, MailboxLine line) {
        return caller.isAdministrator() || (caller.role() == Role.OWNER && caller.userId() == line.ownerId());
    }

    public void syncNow(long id) {
        change(syncRequests::syncNow, id, "mailboxes.sync.asked");
    }

    public void pause(long id) {
        change(mailboxes::pause, id, "mailboxes.pause.done");
    }

    public void resume(long id) {
        change(mailboxes::resume, id, "mailboxes.resume.done");
    }

    public void disconnect(long id) {
        change(mailboxes::disconnect, id, "mailboxes.disconnect.done");
    }

    private void change(LongConsumer action, long id, String done) {
        try {
            action.accept(id);
            say(FacesMessage.SEVERITY_INFO, words.of(done));
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("mailboxes.change.trouble", clock.instant(), e);
            return;
        }
        refresh();
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** The lines; null when they could not be read even once. */
    public List<MailboxLineView> getLines() {
        if (lines == null && trouble == null) {
            refresh();
        }
        return lines;
    }

    /** Whether a pass runs in what is shown: then the page polls, else not. */
    public boolean isBusy() {
        return getLines() != null && lines.stream().anyMatch(v -> v.getLine().running());
    }

    public boolean isFiltered() {
        return account != null || state != null || find != null || after > 0;
    }

    public List<String> getStates() {
        return Arrays.stream(MailboxState.values()).map(Enum::name).toList();
    }

    /** The address of this page with another state; null for any. */
    public String address(String otherState) {
        return "mailboxes.xhtml" + query(otherState, 0);
    }

    /** The address of the next page. */
    public String getNextPage() {
        return "mailboxes.xhtml"
                + query(state, lines.get(lines.size() - 1).getLine().id());
    }

    private String query(String ofState, long afterId) {
        StringBuilder query = new StringBuilder();
        if (account != null) {
            query.append("&account=").append(account);
        }
        if (ofState != null) {
            query.append("&state=").append(ofState);
        }
        if (find != null) {
            query.append("&find=").append(URLEncoder.encode(find, StandardCharsets.UTF_8));
        }
        if (afterId > 0) {
            query.append("&after=").append(afterId);
        }
        return query.length() == 0 ? "" : "?" + query.substring(1);
    }

    public boolean isMore() {
        return more;
    }

    public Instant getAsOf() {
        return asOf;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public Long getAccount() {
        return account;
    }

    public void setAccount(Long account) {
        this.account = account;
    }

    public String getState() {
        return state;
    }

    /** From the address: a state, or anything else for all. */
    public void setState(String state) {
        this.state = getStates().contains(state) ? state : null;
    }

    public String getFind() {
        return find;
    }

    public void setFind(String find) {
        this.find = find == null || find.isBlank() ? null : find.strip();
    }

    public long getAfter() {
        return after;
    }

    public void setAfter(long after) {
        this.after = after;
    }
}
