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
import java.time.Duration;
import java.util.List;
import org.holdfast.plan.PlanTerms;
import org.holdfast.plan.Plans;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsChanges;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.PreviewAge;
import org.holdfast.retention.PreviewMailbox;
import org.holdfast.retention.PreviewRequest;
import org.holdfast.retention.StoredPreview;
import org.holdfast.retention.StoredPreviews;
import org.holdfast.setting.Setting;

/** One change of terms on its way: previewed on the real data, approved, published, withdrawn. */
@Named
@ViewScoped
public class PlanChangePage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MAILBOXES = 20;

    @Inject
    private TermsChanges changes;

    @Inject
    private StoredPreviews previews;

    @Inject
    private Plans plans;

    @Inject
    private Visitor visitor;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private long id;
    private String withdrawReason;
    private Trouble trouble;
    private boolean secondPerson;
    private transient TermsChange change;
    private transient PlanTerms before;
    private transient StoredPreview preview;
    private transient List<PreviewAge> ages;
    private transient List<PreviewMailbox> mailboxes;

    /** Reads the change of the address; one that is not there is answered 404. */
    public void enter() throws IOException {
        try {
            read();
        } catch (Refusal e) {
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, e.code());
            faces.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("change.trouble", clock.instant(), e);
        }
    }

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            read();
        } catch (RuntimeException e) {
            trouble = Trouble.log("change.trouble", clock.instant(), e);
        }
    }

    private void read() {
        TermsChange read = changes.get(id);
        before = plans.termsAt(read.effectiveAt().minusMillis(1)).stream()
                .filter(terms -> terms.planCode().equals(read.planCode()))
                .findFirst()
                .orElse(null);
        preview = read.previewId().map(previews::get).orElseGet(() -> previews.ofTermsChange(id, 1).stream()
                .findFirst()
                .orElse(null));
        boolean ready = preview != null && preview.isReady();
        ages = ready ? previews.ages(preview.id()) : List.of();
        mailboxes = ready ? previews.mostTouched(preview.id(), MAILBOXES) : List.of();
        secondPerson = changes.needsSecondPerson();
        change = read;
        trouble = null;
    }

    public void preview() {
        act(() -> previews.request(PreviewRequest.ofTerms(List.of(id))), "change.preview.asked");
    }

    public void cancelPreview() {
        act(() -> previews.cancel(shown().id()), "change.preview.cancelled");
    }

    /** On the very preview that is on the screen. */
    public void approve() {
        act(() -> changes.approve(id, shown().id(), shown().hash().orElse(null)), "change.approved.done");
    }

    public void publish() {
        act(() -> changes.publish(id), "change.published.done");
    }

    public void withdraw() {
        if (withdrawReason == null || withdrawReason.isBlank()) {
            say(FacesMessage.SEVERITY_ERROR, words.of("change.withdraw.why"));
        } else {
            act(() -> changes.withdraw(id, withdrawReason.strip()), "change.withdrawn.done");
        }
    }

    /** Sends every mailbox of the preview as a file. */
    public void download() throws IOException {
        PreviewDownload.send(previews, shown().id());
    }

    /** The preview that the page shows, read again after a request of its own. */
    private StoredPreview shown() {
        if (preview == null) {
            read();
        }
        if (preview == null) {
            throw Refusal.notFound("preview of change", id);
        }
        return preview;
    }

    private void act(Runnable action, String done) {
        try {
            action.run();
            say(FacesMessage.SEVERITY_INFO, words.of(done));
        } catch (Refusal e) {
            say(FacesMessage.SEVERITY_ERROR, words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("change.step.trouble", clock.instant(), e);
            return;
        }
        refresh();
    }

    private static void say(FacesMessage.Severity severity, String text) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(severity, text, null));
    }

    /** The change; null when it could not be read even once. */
    public TermsChange getChange() {
        if (change == null && trouble == null) {
            refresh();
        }
        return change;
    }

    /** What the plan grants until then; null if nothing. */
    public PlanTerms getBefore() {
        return before;
    }

    /** The preview that it rests on, or the latest of it; null if there is none. */
    public StoredPreview getPreview() {
        return preview;
    }

    public List<PreviewAge> getAges() {
        return ages;
    }

    public List<PreviewMailbox> getMailboxes() {
        return mailboxes;
    }

    /** Whether somebody works on the preview: then the page polls, else not. */
    public boolean isBusy() {
        return preview != null && preview.status().isOpen();
    }

    /** Whether the preview is too old to approve on. */
    public boolean isStale() {
        return isDraft()
                && preview != null
                && preview.endedAt()
                        .map(at -> at.plus(Duration.ofHours(Setting.PREVIEW_AGE.intValue(1, 8_760)))
                                .isBefore(clock.instant()))
                        .orElse(false);
    }

    public boolean isDraft() {
        return change != null && change.status() == TermsChange.Status.DRAFT;
    }

    /** Whether the person who looks may approve: another than who drafted it, where that is asked for. */
    public boolean isApprovable() {
        return isDraft()
                && visitor.isAdministrator()
                && preview != null
                && preview.isReady()
                && !isStale()
                && !isWaitingForAnother();
    }

    /** Whether somebody else than the person who looks has to approve. */
    public boolean isWaitingForAnother() {
        return isDraft() && secondPerson && change.drafted().by().equals(visitor.getName());
    }

    public boolean isPublishable() {
        return change != null && change.status() == TermsChange.Status.APPROVED && visitor.isAdministrator();
    }

    /** Until its date. */
    public boolean isWithdrawable() {
        return change != null
                && visitor.isAdministrator()
                && change.status() != TermsChange.Status.WITHDRAWN
                && (change.status() != TermsChange.Status.PUBLISHED
                        || change.effectiveAt().isAfter(clock.instant()));
    }

    /** How many of the four steps are done. */
    public int getStepsDone() {
        if (change == null || change.status() == TermsChange.Status.WITHDRAWN) {
            return 0;
        }
        return switch (change.status()) {
            case PUBLISHED -> 4;
            case APPROVED -> 3;
            default -> preview != null && preview.isReady() && !isStale() ? 2 : 1;
        };
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

    public String getWithdrawReason() {
        return withdrawReason;
    }

    public void setWithdrawReason(String reason) {
        this.withdrawReason = reason;
    }
}
