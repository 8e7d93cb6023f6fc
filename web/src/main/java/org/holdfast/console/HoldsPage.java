package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.holdfast.retention.Hold;
import org.holdfast.retention.HoldQuery;
import org.holdfast.retention.LegalHolds;

/** Legal holds, newest first, with what they keep and how far they are; which account's is said by the address. */
@Named
@ViewScoped
public class HoldsPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;

    @Inject
    private LegalHolds holds;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    @Inject
    private Moments moments;

    @Inject
    private Outcomes outcomes;

    private long account;
    private long before;
    private boolean more;
    private String[] chosen = {};
    private String reason;
    private Trouble trouble;
    private transient List<Hold> list;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            List<Hold> read = holds.page(account == 0 ? null : account, before == 0 ? null : before, PAGE + 1);
            more = read.size() > PAGE;
            list = more ? List.copyOf(read.subList(0, PAGE)) : read;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("holds.trouble", clock.instant(), e);
        }
    }

    /** Ends the ticked holds, each on its own; what only they kept stays for the grace of its plan. */
    public void release() {
        List<Long> ids = Arrays.stream(chosen).map(Long::valueOf).toList();
        if (ids.isEmpty() || reason == null || reason.isBlank()) {
            outcomes.refuse(words.of("holds.release.why"));
            return;
        }
        try {
            outcomes.say(holds.releaseAll(ids, reason.strip()), "holds.released");
            chosen = new String[0];
            reason = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("holds.release.trouble", clock.instant(), e);
            return;
        }
        refresh();
    }

    /** Which copies a hold means, in words. */
    public String what(Hold hold) {
        String where = hold.mailboxId().isPresent()
                ? words.of("holds.on.mailbox", hold.mailboxId().get().toString())
                : words.of("holds.on.account");
        return hold.query().map(query -> where + ": " + what(query)).orElse(where);
    }

    private String what(HoldQuery query) {
        StringBuilder all = new StringBuilder();
        query.sender().ifPresent(sender -> add(all, words.of("holds.query.sender", sender)));
        query.words().ifPresent(text -> add(all, words.of("holds.query.words", text)));
        query.from().ifPresent(from -> add(all, words.of("holds.query.from", moments.day(from))));
        query.until().ifPresent(until -> add(all, words.of("holds.query.until", moments.day(until))));
        return all.toString();
    }

    private static void add(StringBuilder all, String condition) {
        all.append(all.isEmpty() ? "" : ", ").append(condition);
    }

    public Tone tone(Hold hold) {
        return switch (hold.status()) {
            case PLACING, RELEASING -> Tone.BUSY;
            case IN_FORCE -> Tone.NOTICE;
            case RELEASED -> Tone.WAITING;
        };
    }

    /** Whether a hold is still walked over its copies: then the page polls, else not. */
    public boolean isBusy() {
        return getList() != null
                && list.stream()
                        .anyMatch(
                                hold -> hold.status() == Hold.Status.PLACING || hold.status() == Hold.Status.RELEASING);
    }

    /** Those on the page that nobody has ended. */
    public List<Hold> getOpen() {
        return getList() == null
                ? List.of()
                : list.stream().filter(hold -> hold.released().isEmpty()).toList();
    }

    /** Whether somebody can end one of those on the page. */
    public boolean isReleasable() {
        return !getOpen().isEmpty();
    }

    /** The holds; null when they could not be read even once. */
    public List<Hold> getList() {
        if (list == null && trouble == null) {
            refresh();
        }
        return list;
    }

    /** What failed; stands above the list, so that it has to see to the reading. */
    public Trouble getTrouble() {
        getList();
        return trouble;
    }

    public boolean isMore() {
        return more;
    }

    /** The key of the next, older page. */
    public long getOldest() {
        return list.get(list.size() - 1).id();
    }

    public long getAccount() {
        return account;
    }

    public void setAccount(long account) {
        this.account = account;
    }

    public long getBefore() {
        return before;
    }

    public void setBefore(long before) {
        this.before = before;
    }

    public String[] getChosen() {
        return chosen.clone();
    }

    public void setChosen(String[] ids) {
        this.chosen = ids.clone();
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }
}
