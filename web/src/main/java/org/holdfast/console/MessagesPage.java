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
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.holdfast.mailbox.MailboxLine;
import org.holdfast.mailbox.MailboxLineFilter;
import org.holdfast.mailbox.MailboxList;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.CopyCursor;
import org.holdfast.message.CopyFilter;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.MyMail;
import org.holdfast.search.MessageSearch;

/** Messages that the visitor may read: searched, chosen, and each with why it is here and when it goes. */
@Named
@ViewScoped
public class MessagesPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;
    private static final int MOST_MAILBOXES = 200;

    @Inject
    private Copies copies;

    @Inject
    private MessageSearch search;

    @Inject
    private MyMail myMail;

    @Inject
    private MailboxList mailboxes;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private String query;
    private Long mailbox;
    private String show;
    private long afterMicros;
    private long afterId;
    private boolean more;
    private boolean refused;
    private Trouble trouble;
    private transient List<Copy> list;
    private transient List<MailboxLine> own;

    /** Which copies are shown. */
    private static final List<String> SHOWN = List.of("all", "unbound", "bound", "leaving");

    private static final List<String> SEARCHED = SHOWN.subList(0, 3);

    public void refresh() {
        list = null;
        own = null;
        trouble = null;
        refused = false;
        getList();
    }

    /** Newest first, what leaves soonest first where that was asked; null when they could not be read. */
    public List<Copy> getList() {
        if (list == null && trouble == null && !refused) {
            try {
                List<Copy> read = read(afterId == 0 ? null : new CopyCursor(instant(), afterId));
                more = read.size() > PAGE;
                list = List.copyOf(more ? read.subList(0, PAGE) : read);
            } catch (Refusal e) {
                refused = true;
                FacesContext.getCurrentInstance()
                        .addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
            } catch (RuntimeException e) {
                trouble = Trouble.log("messages.trouble", clock.instant(), e);
            }
        }
        return list;
    }

    private List<Copy> read(CopyCursor after) {
        if (query != null) {
            String also = isShown("bound") ? " is:bound" : isShown("all") ? "" : " is:unbound";
            return search.find(query + also, mailbox, after, PAGE + 1);
        }
        if (isShown("leaving")) {
            return copies.inOrder(myMail.leaving(mailbox, after, PAGE + 1).stream()
                    .map(MyMail.Leaving::id)
                    .toList());
        }
        Boolean bound = isShown("all") ? null : Boolean.valueOf(isShown("bound"));
        return copies.page(new CopyFilter(null, mailbox, bound), after, PAGE + 1);
    }

    private Instant instant() {
        return Instant.EPOCH.plus(afterMicros, ChronoUnit.MICROS);
    }

    /** What there is to choose from; a search does not know what leaves soon. */
    public List<String> getShownNames() {
        return query == null ? SHOWN : SEARCHED;
    }

    public boolean isShown(String name) {
        return Objects.equals(show == null || !getShownNames().contains(show) ? "all" : show, name);
    }

    /** Whether something other than everything is asked for. */
    public boolean isFiltered() {
        return query != null || mailbox != null || !isShown("all");
    }

    /** Whether the search may overlook older mail, because it is being taken in. */
    public boolean isFilling() {
        return query != null && list != null && search.isFilling();
    }

    /** The address of the page with another choice. */
    public String address(String shown) {
        return "messages.xhtml?show=" + shown + rest();
    }

    public String getNext() {
        Copy last = list.get(list.size() - 1);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, last.clock());
        String now = show == null ? "all" : URLEncoder.encode(show, StandardCharsets.UTF_8);
        return "messages.xhtml?show=" + now + rest() + "&after=" + micros + "&id=" + last.id();
    }

    private String rest() {
        return (mailbox == null ? "" : "&mailbox=" + mailbox)
                + (query == null ? "" : "&q=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    }

    /** Address of a mailbox; its id where it is not among the first. */
    public String addressOf(long mailboxId) {
        return getMailboxes().stream()
                .filter(line -> line.id() == mailboxId)
                .map(MailboxLine::address)
                .findFirst()
                .orElse(Long.toString(mailboxId));
    }

    public List<MailboxLine> getMailboxes() {
        if (own == null) {
            try {
                own = mailboxes.page(new MailboxLineFilter(null, null, null), 0, MOST_MAILBOXES);
            } catch (RuntimeException e) {
                trouble = trouble == null ? Trouble.log("messages.trouble", clock.instant(), e) : trouble;
                own = List.of();
            }
        }
        return own;
    }

    public boolean isMore() {
        return more;
    }

    public Trouble getTrouble() {
        getList();
        return trouble;
    }

    public String getQuery() {
        return query;
    }

    public void setQuery(String query) {
        this.query = query == null || query.isBlank() ? null : query.strip();
    }

    public Long getMailbox() {
        return mailbox;
    }

    public void setMailbox(Long mailbox) {
        this.mailbox = mailbox;
    }

    public String getShow() {
        return show;
    }

    public void setShow(String show) {
        this.show = show;
    }

    public long getAfterMicros() {
        return afterMicros;
    }

    public void setAfterMicros(long micros) {
        this.afterMicros = micros;
    }

    public long getAfterId() {
        return afterId;
    }

    public void setAfterId(long id) {
        this.afterId = id;
    }
}
