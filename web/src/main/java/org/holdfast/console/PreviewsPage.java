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
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsChanges;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.PreviewRequest;
import org.holdfast.retention.PurgeScope;
import org.holdfast.retention.StoredPreview;
import org.holdfast.retention.StoredPreviews;

/** The stored previews, and asking for one: of several drafts together, of another plan for many accounts, of a date. */
@Named
@ViewScoped
public class PreviewsPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 25;
    private static final int DRAFTS = 50;

    @Inject
    private StoredPreviews previews;

    @Inject
    private TermsChanges changes;

    @Inject
    private Plans plans;

    @Inject
    private Clock clock;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    private long before;
    private boolean more;
    private String[] chosen = {};
    private String accounts;
    private String fromPlan;
    private String toPlan;
    private String changeDate;
    private String date;
    private String scopePlan;
    private Trouble trouble;
    private transient List<StoredPreview> list;
    private transient List<TermsChange> drafts;
    private transient List<Plan> allPlans;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            List<StoredPreview> read = previews.page(before == 0 ? null : before, PAGE + 1);
            drafts = changes.page(null, DRAFTS).stream()
                    .filter(change -> change.status() == TermsChange.Status.DRAFT
                            || change.status() == TermsChange.Status.APPROVED)
                    .toList();
            allPlans = plans.all();
            more = read.size() > PAGE;
            list = more ? List.copyOf(read.subList(0, PAGE)) : read;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("previews.trouble", clock.instant(), e);
        }
    }

    /** Of the ticked drafts, as if all of them were published. */
    public void ofDrafts() {
        List<Long> ids = Arrays.stream(chosen).map(Long::valueOf).toList();
        if (ids.isEmpty()) {
            refuse(words.of("previews.drafts.none.chosen"));
        } else {
            ask(() -> PreviewRequest.ofTerms(ids));
        }
    }

    /** Of another plan for the named accounts, or for all that have a plan. */
    public void ofPlanChange() {
        ask(() -> PreviewRequest.ofPlanChange(new PreviewRequest.PlanChange(
                Ids.parse(accounts), text(fromPlan), toPlan, instant(changeDate), Optional.empty())));
    }

    /** Of what is known for a date. */
    public void ofDate() {
        ask(() -> PreviewRequest.ofDate(
                instant(date).orElse(null),
                text(scopePlan)
                        .map(plan -> new PurgeScope(PurgeScope.Kind.PLAN, plan))
                        .orElse(PurgeScope.EVERYTHING)));
    }

    private interface Question {
        PreviewRequest ask();
    }

    /** Goes on to the preview that was asked for. */
    private void ask(Question question) {
        try {
            long id = previews.request(question.ask());
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext()
                    .redirect(faces.getExternalContext().getRequestContextPath() + "/console/plan-preview.xhtml?id="
                            + id);
        } catch (DateTimeException e) {
            refuse(words.of("draft.date.bad"));
        } catch (NumberFormatException e) {
            refuse(words.of("previews.accounts.bad"));
        } catch (IllegalArgumentException e) {
            refuse(words.of("previews.whose"));
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException | IOException e) {
            trouble = Trouble.log("previews.ask.trouble", clock.instant(), e);
        }
    }

    private Optional<Instant> instant(String local) {
        return text(local)
                .map(at -> LocalDateTime.parse(at).atZone(viewer.getZone()).toInstant());
    }

    private static Optional<String> text(String field) {
        return Optional.ofNullable(field).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static void refuse(String why) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, why, null));
    }

    /** What a preview supposes, in words. */
    public String what(StoredPreview preview) {
        return preview.planChange()
                .map(change -> change.fromPlan().isPresent()
                        ? words.of("previews.what.plan", change.fromPlan().get(), change.toPlan())
                        : words.of("previews.what.accounts", change.toPlan()))
                .orElseGet(() -> preview.termsChanges().isEmpty()
                        ? words.of(
                                "previews.what.date",
                                words.of(
                                        "scope." + preview.scope().kind(),
                                        preview.scope().reference()))
                        : words.of(
                                "previews.what.drafts",
                                preview.termsChanges().size(),
                                preview.termsChanges().stream()
                                        .map(String::valueOf)
                                        .reduce((a, b) -> a + ", " + b)
                                        .orElse("")));
    }

    /** The previews; null when they could not be read even once. */
    public List<StoredPreview> getList() {
        if (list == null && trouble == null) {
            refresh();
        }
        return list;
    }

    /** The drafts that can be previewed, newest first. */
    public List<TermsChange> getDrafts() {
        getList();
        return drafts;
    }

    public List<Plan> getPlans() {
        getList();
        return allPlans;
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

    public String getAccounts() {
        return accounts;
    }

    public void setAccounts(String numbers) {
        this.accounts = numbers;
    }

    public String getFromPlan() {
        return fromPlan;
    }

    public void setFromPlan(String plan) {
        this.fromPlan = plan;
    }

    public String getToPlan() {
        return toPlan;
    }

    public void setToPlan(String plan) {
        this.toPlan = plan;
    }

    public String getChangeDate() {
        return changeDate;
    }

    public void setChangeDate(String local) {
        this.changeDate = local;
    }

    public String getDate() {
        return date;
    }

    public void setDate(String local) {
        this.date = local;
    }

    public String getScopePlan() {
        return scopePlan;
    }

    public void setScopePlan(String plan) {
        this.scopePlan = plan;
    }
}
