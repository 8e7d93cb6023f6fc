package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.LegalHolds;
import org.holdfast.retention.RemovalFilter;
import org.holdfast.retention.RemovalLine;
import org.holdfast.retention.RemovalOutlook;
import org.holdfast.retention.Removals;

/** What leaves in the coming days by day, plan and account; keeps the last figures when a new reading fails. */
@Named
@ViewScoped
public class RemovalsPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final List<Integer> SPANS = List.of(7, 14, RemovalFilter.MOST_DAYS);
    private static final int ACCOUNTS = 25;
    private static final Duration STALE = Duration.ofHours(26);

    @Inject
    private Removals removals;

    @Inject
    private Plans plans;

    @Inject
    private LegalHolds holds;

    @Inject
    private Clock clock;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    @Inject
    private Moments moments;

    private int days = SPANS.get(0);
    private String plan;
    private long holdAccount;
    private String holdName;
    private String holdReason;
    private Trouble trouble;
    private Instant newerThan;
    private transient RemovalOutlook byDay;
    private transient RemovalOutlook byPlan;
    private transient RemovalOutlook byAccount;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            RemovalFilter filter = new RemovalFilter(days, Optional.ofNullable(plan), Optional.empty());
            RemovalOutlook readDays = removals.byDay(filter);
            byPlan = removals.byPlan(filter);
            byAccount = removals.worstAccounts(filter, ACCOUNTS);
            byDay = readDays;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("removals.trouble", clock.instant(), e);
        }
    }

    /** Has everything reckoned anew. */
    public void reckon() {
        try {
            newerThan = getAsOf();
            removals.request();
            refresh();
        } catch (RuntimeException e) {
            trouble = Trouble.log("removals.trouble", clock.instant(), e);
        }
    }

    /** Opens the hold of one account. */
    public void choose(long accountId) {
        holdAccount = accountId;
        holdName = null;
        holdReason = null;
    }

    /** Places a hold on everything of the chosen account. */
    public void hold() {
        try {
            holds.place(holdAccount, null, holdName, holdReason);
            holdAccount = 0;
            say(FacesMessage.SEVERITY_INFO, words.of("removals.held"));
            reckon();
            FacesContext.getCurrentInstance()
                    .getPartialViewContext()
                    .getRenderIds()
                    .add("removals:outlook");
        } catch (Refusal e) {
            sayInDialog(words.refusal(e));
        } catch (RuntimeException e) {
            Trouble failed = Trouble.log("removals.hold.trouble", clock.instant(), e);
            sayInDialog(words.of(failed.what()) + " " + words.of("trouble.reference") + " " + failed.reference());
        }
    }

    /** The dialog stays open. */
    private static void sayInDialog(String text) {
        say(FacesMessage.SEVERITY_ERROR, text);
        FacesContext.getCurrentInstance().validationFailed();
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** Day by day; null when it could not be read even once. */
    public RemovalOutlook getByDay() {
        if (byDay == null && trouble == null) {
            refresh();
        }
        return byDay;
    }

    public RemovalOutlook getByPlan() {
        return byPlan;
    }

    public RemovalOutlook getByAccount() {
        return byAccount;
    }

    /** When the figures were reckoned; null before the first time. */
    public Instant getAsOf() {
        return getByDay() == null ? null : byDay.asOf().orElse(null);
    }

    /** Whether a reckoning is awaited: then the page polls, else not. */
    public boolean isBusy() {
        if (getByDay() == null) {
            return false;
        }
        Instant asOf = getAsOf();
        return byDay.running() || asOf == null || asOf.equals(newerThan);
    }

    /** How far a reckoning is, in percent. */
    public long getPercent() {
        return byDay.accounts() == 0 ? 0 : Math.min(100, 100 * byDay.accountsDone() / byDay.accounts());
    }

    public boolean isStale() {
        return getAsOf() != null && getAsOf().plus(STALE).isBefore(clock.instant());
    }

    /** Whether nothing leaves and nothing is kept beside it; views cannot say "empty" after a dot. */
    public boolean isBlank() {
        return byDay.lines().isEmpty();
    }

    /** The chart as Chart.js takes it, in the viewer's colours and words. */
    public String getChart() {
        return new DayChart<>(byDay.lines(), line -> LocalDate.parse(line.key()), moments, viewer.isDark())
                .add(words.of("removals.leaving"), "leaving", DayChart.Colour.RED, RemovalLine::leaving)
                .add(words.of("col.bound"), "kept", DayChart.Colour.BLUE, RemovalLine::keptBound)
                .add(words.of("col.held"), "kept", DayChart.Colour.TEAL, RemovalLine::keptHeld)
                .add(words.of("col.grace"), "kept", DayChart.Colour.AMBER, RemovalLine::keptInGrace)
                .toJson();
    }

    public String day(RemovalLine line) {
        return moments.day(LocalDate.parse(line.key()));
    }

    public List<Integer> getSpans() {
        return SPANS;
    }

    public List<Plan> getPlans() {
        return plans.all();
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public int getDays() {
        return days;
    }

    /** From the address: one of the spans, or the first. */
    public void setDays(int days) {
        this.days = SPANS.contains(days) ? days : SPANS.get(0);
    }

    public String getPlan() {
        return plan;
    }

    /** From the address: a plan's code, or anything else for all. */
    public void setPlan(String plan) {
        this.plan = plan != null && plan.matches("[A-Z][A-Z0-9_]{0,31}") ? plan : null;
    }

    public long getHoldAccount() {
        return holdAccount;
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
}
