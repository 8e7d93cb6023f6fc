package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.HoldPreview;
import org.holdfast.retention.HoldQuery;
import org.holdfast.retention.LegalHolds;
import org.holdfast.retention.NewHold;

/** Placing a hold on one account or many, on everything or by query, after it was counted what it keeps. */
@Named
@ViewScoped
public class HoldPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    /** As the API takes at once. */
    private static final int MOST = 500;

    @Inject
    private LegalHolds holds;

    @Inject
    private HoldsPage page;

    @Inject
    private Clock clock;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    @Inject
    private Outcomes outcomes;

    private String accounts;
    private String mailbox;
    private String sender;
    private String text;
    private String from;
    private String until;
    private String ends;
    private String name;
    private String reason;
    private Trouble trouble;
    private transient HoldPreview counted;

    /** Counts what it would keep; nothing is changed. */
    public void count() {
        counted = null;
        act(orders -> {
            long copies = 0;
            long newly = 0;
            long bytes = 0;
            for (NewHold order : orders) {
                HoldPreview one = holds.preview(order);
                copies += one.copies();
                newly += one.newlyKept();
                bytes += one.bytes();
            }
            counted = new HoldPreview(copies, newly, bytes);
        });
    }

    /** Places it on each account, each on its own. */
    public void place() {
        act(orders -> {
            outcomes.say(holds.placeAll(orders), "holds.placed");
            counted = null;
            name = null;
            reason = null;
            page.refresh();
        });
    }

    private interface Action {
        void take(List<NewHold> orders);
    }

    private void act(Action action) {
        trouble = null;
        try {
            action.take(orders());
        } catch (DateTimeException e) {
            outcomes.refuse(words.of("draft.date.bad"));
        } catch (NumberFormatException e) {
            outcomes.refuse(words.of("previews.accounts.bad"));
        } catch (IllegalArgumentException e) {
            outcomes.refuse(words.of("holds.query.bad"));
        } catch (Refusal e) {
            outcomes.refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("holds.place.trouble", clock.instant(), e);
        }
    }

    private List<NewHold> orders() {
        List<Long> ids = Ids.parse(getAccounts());
        if (ids.isEmpty() || ids.size() > MOST) {
            throw new NumberFormatException("1 to " + MOST + " accounts");
        }
        Optional<HoldQuery> query = query();
        Optional<Instant> end = instant(ends);
        Optional<Long> only = given(mailbox).map(Long::valueOf);
        return ids.stream()
                .map(id -> new NewHold(id, only, query, name == null ? "" : name, reason == null ? "" : reason, end))
                .toList();
    }

    private Optional<HoldQuery> query() {
        Optional<String> of = given(sender);
        Optional<String> with = given(text);
        Optional<Instant> first = instant(from);
        Optional<Instant> last = instant(until);
        boolean any = of.isPresent() || with.isPresent() || first.isPresent() || last.isPresent();
        return any ? Optional.of(new HoldQuery(of, with, first, last)) : Optional.empty();
    }

    private Optional<Instant> instant(String local) {
        return given(local)
                .map(at -> LocalDateTime.parse(at).atZone(viewer.getZone()).toInstant());
    }

    private static Optional<String> given(String field) {
        return Optional.ofNullable(field).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** What was counted last for what the fields say; null before. */
    public HoldPreview getCounted() {
        return counted;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    /** The account of the address, until others are typed. */
    public String getAccounts() {
        return accounts == null && page.getAccount() != 0 ? Long.toString(page.getAccount()) : accounts;
    }

    public void setAccounts(String numbers) {
        this.accounts = numbers;
    }

    public String getMailbox() {
        return mailbox;
    }

    public void setMailbox(String number) {
        this.mailbox = number;
    }

    public String getSender() {
        return sender;
    }

    public void setSender(String sender) {
        this.sender = sender;
    }

    public String getText() {
        return text;
    }

    public void setText(String text) {
        this.text = text;
    }

    public String getFrom() {
        return from;
    }

    public void setFrom(String local) {
        this.from = local;
    }

    public String getUntil() {
        return until;
    }

    public void setUntil(String local) {
        this.until = local;
    }

    public String getEnds() {
        return ends;
    }

    public void setEnds(String local) {
        this.ends = local;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }
}
