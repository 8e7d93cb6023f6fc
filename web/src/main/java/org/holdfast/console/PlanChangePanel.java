package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.holdfast.account.AccountSummaries;
import org.holdfast.account.PlanOutlook;
import org.holdfast.plan.ChangeSubscription;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;
import org.holdfast.plan.Subscriptions;
import org.holdfast.refusal.Refusal;

/** Changes an account's plan, now or on a date, after showing what that would remove and pause. */
@Named
@ViewScoped
public class PlanChangePanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private AccountSummaries summaries;

    @Inject
    private Subscriptions subscriptions;

    @Inject
    private Plans plans;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    @Inject
    private AccountPage page;

    private String plan;
    private String date;
    private String reason;
    private String typed;
    private Trouble trouble;
    private transient PlanOutlook outlook;
    private transient Instant from;

    /** Looks, and changes nothing. */
    public void look() {
        outlook = null;
        trouble = null;
        typed = null;
        try {
            from = instant();
            outlook = summaries.outlook(page.getId(), plan, from);
        } catch (DateTimeException e) {
            refuse(words.of("change.date.bad"));
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("account.plan.change.trouble", clock.instant(), e);
        }
    }

    /** Makes the change that was looked at. */
    public void change() {
        if (outlook == null) {
            refuse(words.of("change.first"));
        } else if (reason == null || reason.isBlank()) {
            refuse(words.of("change.reason.missing"));
        } else if (isTyped() && !Long.toString(outlook.due()).equals(digits())) {
            refuse(words.of("dryrun.typed.wrong", outlook.due()));
        } else {
            record();
        }
    }

    private void record() {
        try {
            subscriptions.change(page.getId(), new ChangeSubscription(outlook.planCode(), from, null, reason.strip()));
            FacesContext.getCurrentInstance()
                    .addMessage(
                            null,
                            new FacesMessage(
                                    FacesMessage.SEVERITY_INFO, words.of("change.done", outlook.planCode()), null));
            outlook = null;
            reason = null;
            page.refresh();
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("account.plan.change.trouble", clock.instant(), e);
        }
    }

    /** The field's local time in the account's zone; null for now when it is empty. */
    private Instant instant() {
        return date == null || date.isBlank()
                ? null
                : LocalDateTime.parse(date)
                        .atZone(ZoneId.of(page.getAccount().zone()))
                        .toInstant();
    }

    private String digits() {
        return typed == null ? "" : typed.replaceAll("[\\s.,\\u00a0\\u202f]", "");
    }

    private static void refuse(String why) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, why, null));
    }

    public PlanOutlook getOutlook() {
        return outlook;
    }

    /** Whether the number of copies has to be typed. */
    public boolean isTyped() {
        return outlook != null && outlook.due() >= DryRunPanel.TYPED_FROM;
    }

    public List<Plan> getPlans() {
        return plans.all();
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public String getPlan() {
        return plan;
    }

    public void setPlan(String plan) {
        this.plan = plan;
    }

    public String getDate() {
        return date;
    }

    public void setDate(String date) {
        this.date = date;
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }

    public String getTypedNumber() {
        return typed;
    }

    public void setTypedNumber(String number) {
        this.typed = number;
    }
}
