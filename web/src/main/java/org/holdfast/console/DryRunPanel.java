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
import java.util.List;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.Comparison;
import org.holdfast.retention.HeldReason;
import org.holdfast.retention.Preview;
import org.holdfast.retention.Previews;
import org.holdfast.retention.PurgeRequest;
import org.holdfast.retention.PurgeRun;
import org.holdfast.retention.PurgeRuns;
import org.holdfast.retention.PurgeScope;
import org.holdfast.retention.RunForecast;

/** Shows what a purge would remove, and starts exactly that purge. */
@Named
@ViewScoped
public class DryRunPanel implements Serializable {

    /** From this many copies on, the number has to be typed. */
    public static final long TYPED_FROM = 100;

    private static final long serialVersionUID = 1L;

    private static final String EVERYTHING = "EVERYTHING";

    @Inject
    private Previews previews;

    @Inject
    private PurgeRuns purgeRuns;

    @Inject
    private Plans plans;

    @Inject
    private Clock clock;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    private String plan = EVERYTHING;
    private String asOf;
    private String typed;
    private Trouble trouble;
    private transient Preview preview;
    private transient RunForecast forecast;

    /** Looks, and changes nothing. */
    public void look() {
        preview = null;
        forecast = null;
        trouble = null;
        typed = null;
        try {
            preview = previews.dryRun(scope(), instant());
            forecast = preview.asOf().isAfter(clock.instant())
                    ? null
                    : purgeRuns.forecast(PurgeRequest.of(preview.scope(), preview.asOf(), null));
        } catch (DateTimeException e) {
            refuse(words.of("dryrun.asof.bad"));
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("dryrun.trouble", clock.instant(), e);
        }
    }

    /** Starts the run that was previewed, as of the same instant, and goes to it. */
    public void start() throws IOException {
        if (preview == null) {
            refuse(words.of("dryrun.first"));
            return;
        }
        if (isTyped() && !Long.toString(preview.due()).equals(digits(typed))) {
            refuse(words.of("dryrun.typed.wrong", preview.due()));
            return;
        }
        try {
            PurgeRun run = purgeRuns.start(preview.scope(), preview.asOf(), null);
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext()
                    .redirect(faces.getExternalContext().getRequestContextPath() + "/console/purge-run.xhtml?id="
                            + run.id());
        } catch (Refusal e) {
            refuse(words.refusal(e));
        } catch (RuntimeException e) {
            trouble = Trouble.log("dryrun.start.trouble", clock.instant(), e);
        }
    }

    private PurgeScope scope() {
        return EVERYTHING.equals(plan) ? PurgeScope.EVERYTHING : new PurgeScope(PurgeScope.Kind.PLAN, plan);
    }

    /** The field's local time in the viewer's zone; now when it is empty. */
    private Instant instant() {
        return asOf == null || asOf.isBlank()
                ? clock.instant()
                : LocalDateTime.parse(asOf).atZone(viewer.getZone()).toInstant();
    }

    /** Only the digits, so that 1,204 and 1.204 and 1204 are the same number. */
    private static String digits(String text) {
        return text == null ? "" : text.replaceAll("[\\s.,\\u00a0\\u202f]", "");
    }

    private static void refuse(String why) {
        FacesContext.getCurrentInstance().addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, why, null));
    }

    public Preview getPreview() {
        return preview;
    }

    /** Why a run of this would be held; empty if it would go ahead, or cannot be started yet. */
    public List<HeldReason> getReasons() {
        return forecast == null ? List.of() : forecast.reasons();
    }

    /** What it would find against the previews of published changes; null where none speaks. */
    public Comparison getComparison() {
        return forecast == null ? null : forecast.comparison().orElse(null);
    }

    /** Why it would be held, as a sentence. */
    public String sentence(HeldReason reason) {
        return words.of(
                "held." + reason.code(),
                reason.found(),
                reason.allowed(),
                reason.accountId().map(Object::toString).orElse(""));
    }

    public List<Plan> getPlans() {
        return plans.all();
    }

    public boolean isTyped() {
        return preview != null && preview.due() >= TYPED_FROM;
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

    public String getAsOf() {
        return asOf;
    }

    public void setAsOf(String asOf) {
        this.asOf = asOf;
    }

    public String getTypedNumber() {
        return typed;
    }

    public void setTypedNumber(String number) {
        this.typed = number;
    }
}
