package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Grant;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsChanges;
import org.holdfast.refusal.Refusal;
import org.holdfast.setting.Setting;

/** The first step of a change of terms: which plan, what it grants, and from when on. */
@Named
@ViewScoped
public class DraftPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Plans plans;

    @Inject
    private TermsChanges changes;

    @Inject
    private Clock clock;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    private String plan;
    private String date;
    private boolean syncs = true;
    private String days;
    private String grace;
    private String perUser;
    private String shared;
    private String reason;
    private Trouble trouble;

    /** Fills the fields with what the plan of the address grants now. */
    public void enter() {
        try {
            if (plan == null || plans.all().stream().map(Plan::code).noneMatch(plan::equals)) {
                plan = Plan.FREE;
            }
            fill();
        } catch (RuntimeException e) {
            trouble = Trouble.log("plans.trouble", clock.instant(), e);
        }
    }

    /** Fills the fields with what the chosen plan grants now. */
    public void fill() {
        plans.termsAt(clock.instant()).stream()
                .filter(terms -> terms.planCode().equals(plan))
                .findFirst()
                .map(TermsWords::grant)
                .ifPresent(this::fill);
        if (date == null || date.isBlank()) {
            Instant earliest = clock.instant().plus(Duration.ofDays(Setting.TERMS_NOTICE.intValue(0, 365)));
            date = earliest.atZone(viewer.getZone())
                    .plusDays(1)
                    .truncatedTo(ChronoUnit.DAYS)
                    .toLocalDateTime()
                    .toString();
        }
    }

    private void fill(Grant grant) {
        syncs = grant.syncs();
        days = text(grant.retention().days());
        grace = Long.toString(grant.grace().toDays());
        perUser = text(grant.mailboxesPerUser().count());
        shared = text(grant.sharedMailboxes().count());
    }

    /** Drafts, and goes on to the draft. */
    public void draft() throws IOException {
        trouble = null;
        try {
            Instant effective =
                    LocalDateTime.parse(date).atZone(viewer.getZone()).toInstant();
            TermsChange change = changes.draft(plan, effective, grant(), reason);
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext()
                    .redirect(faces.getExternalContext().getRequestContextPath() + "/console/plan-change.xhtml?id="
                            + change.id());
        } catch (DateTimeException e) {
            refuse(words.of("draft.date.bad"));
        } catch (NumberFormatException e) {
            refuse(words.of("draft.number.bad"));
        } catch (IllegalArgumentException e) {
            refuse(words.of("draft.range.bad"));
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("draft.trouble", clock.instant(), e);
        }
    }

    private Grant grant() {
        if (reason == null || reason.isBlank() || reason.length() > 2_000) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "reason-missing", "Say why: 1 to 2,000 characters");
        }
        return new Grant(
                syncs,
                RetentionPeriod.ofNullableDays(number(days)),
                Duration.ofDays(Integer.parseInt(grace.strip())),
                Allowance.ofNullable(number(perUser)),
                Allowance.ofNullable(number(shared)));
    }

    /** No number: no limit; 0 is 0. */
    private static Integer number(String text) {
        return text == null || text.isBlank() ? null : Integer.valueOf(text.strip());
    }

    private static String text(java.util.OptionalInt number) {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "";
    }

    private static void refuse(String why) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, why, null));
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public long getNoticeDays() {
        return Setting.TERMS_NOTICE.intValue(0, 365);
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

    public boolean isSyncs() {
        return syncs;
    }

    public void setSyncs(boolean syncs) {
        this.syncs = syncs;
    }

    public String getDays() {
        return days;
    }

    public void setDays(String days) {
        this.days = days;
    }

    public String getGrace() {
        return grace;
    }

    public void setGrace(String grace) {
        this.grace = grace;
    }

    public String getPerUser() {
        return perUser;
    }

    public void setPerUser(String perUser) {
        this.perUser = perUser;
    }

    public String getShared() {
        return shared;
    }

    public void setShared(String shared) {
        this.shared = shared;
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }
}
