package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.AccountFilter;
import org.holdfast.account.AccountSummaries;
import org.holdfast.account.AccountSummary;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;

/** Accounts at a glance; which ones is said by the address. */
@Named
@ViewScoped
public class AccountsPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;

    @Inject
    private AccountSummaries summaries;

    @Inject
    private Plans plans;

    @Inject
    private Clock clock;

    private String name;
    private String plan;
    private boolean paused;
    private long after;
    private Trouble trouble;
    private transient List<AccountSummary> accounts;
    private Instant asOf;
    private boolean more;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        Instant now = clock.instant();
        try {
            List<AccountSummary> read = summaries.page(new AccountFilter(name, plan, paused), after, PAGE + 1);
            more = read.size() > PAGE;
            accounts = more ? read.subList(0, PAGE) : read;
            asOf = now;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("accounts.trouble", now, e);
        }
    }

    /** The accounts; null when they could not be read even once. */
    public List<AccountSummary> getAccounts() {
        if (accounts == null && trouble == null) {
            refresh();
        }
        return accounts;
    }

    /** The address of the next page with the same filters. */
    public String getNext() {
        return "?after=" + accounts.get(accounts.size() - 1).id()
                + (name == null ? "" : "&name=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
                + (plan == null ? "" : "&plan=" + plan)
                + (paused ? "&paused=true" : "");
    }

    public List<Plan> getPlans() {
        return plans.all();
    }

    public boolean isFiltered() {
        return name != null || plan != null || paused || after > 0;
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

    public String getName() {
        return name;
    }

    /** From the address: what names begin with. */
    public void setName(String name) {
        this.name = name == null || name.isBlank() ? null : name.strip();
    }

    public String getPlan() {
        return plan;
    }

    /** From the address: a plan's code, or anything else for all. */
    public void setPlan(String plan) {
        this.plan = plan != null && plan.matches("[A-Z][A-Z0-9_]{0,31}") ? plan : null;
    }

    public boolean isPaused() {
        return paused;
    }

    public void setPaused(boolean paused) {
        this.paused = paused;
    }

    public long getAfter() {
        return after;
    }

    public void setAfter(long after) {
        this.after = after;
    }
}
