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
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.Comparison;
import org.holdfast.retention.Difference;
import org.holdfast.retention.HeldReason;
import org.holdfast.retention.PurgeRuns;
import org.holdfast.retention.RunReport;
import org.holdfast.retention.SliceProgress;

/** One purge run while it runs and afterwards. */
@Named
@ViewScoped
public class PurgeRunPage implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Differing mailboxes shown one by one; the report has more. */
    private static final int SHOWN = 20;

    @Inject
    private PurgeRuns purgeRuns;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private long id;
    private Integer rate;
    private Trouble trouble;
    private transient RunView run;
    private transient RunReport report;

    /** Reads the run of the address; one that is not there is answered 404. */
    public void enter() throws IOException {
        try {
            read();
            rate = report.run().control().copiesPerSecond().orElse(null);
        } catch (Refusal e) {
            FacesContext faces = FacesContext.getCurrentInstance();
            faces.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, e.code());
            faces.responseComplete();
        } catch (RuntimeException e) {
            trouble = Trouble.log("run.trouble", clock.instant(), e);
        }
    }

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            read();
        } catch (RuntimeException e) {
            trouble = Trouble.log("run.trouble", clock.instant(), e);
        }
    }

    private void read() {
        RunReport read = purgeRuns.report(id);
        run = new RunView(read.run(), clock.instant());
        report = read;
        trouble = null;
    }

    public void stop() {
        change(purgeRuns::stop, "run.stop.asked");
    }

    public void approve() {
        change(purgeRuns::approve, "run.approve.done");
    }

    public void cancel() {
        change(purgeRuns::cancel, "run.cancel.done");
    }

    /** Sets the limit that was entered; none where the field was left empty. */
    public void changeRate() {
        change(run -> purgeRuns.rate(run, Optional.ofNullable(rate)), "run.limit.done");
    }

    /** Whether the run works or waits: one that has ended has no use for a limit. */
    public boolean isAdjustable() {
        return getRun() != null && (run.isStoppable() || run.isHeld() || run.isCancellable());
    }

    /** The limit to be set, in copies a second; null: none. Begins as the run's own. */
    public Integer getRate() {
        return rate;
    }

    public void setRate(Integer rate) {
        this.rate = rate;
    }

    public void restart() {
        change(purgeRuns::restart, "run.restart.asked");
    }

    private void change(LongConsumer action, String done) {
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            action.accept(id);
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_INFO, words.of(done), null));
        } catch (Refusal e) {
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
        } catch (RuntimeException e) {
            trouble = Trouble.log("run.change.trouble", clock.instant(), e);
            return;
        }
        refresh();
    }

    /** The run; null when it could not be read even once. */
    public RunView getRun() {
        if (run == null && trouble == null) {
            refresh();
        }
        return run;
    }

    public List<SliceProgress> getSlices() {
        return report == null ? List.of() : report.slices();
    }

    /** Everything that is recorded of it; null when it could not be read even once. */
    public RunReport getReport() {
        return report;
    }

    /** What it found against its previews; null without one. */
    public Comparison getComparison() {
        return report == null ? null : report.comparison().orElse(null);
    }

    /** The mailboxes that differ most. */
    public List<Difference> getDifferences() {
        return getComparison() == null
                ? List.of()
                : getComparison().largest().stream().limit(SHOWN).toList();
    }

    /** The completed run of the same scope before it; null if it is the first. */
    public RunView getEarlier() {
        return report == null
                ? null
                : report.earlier()
                        .map(earlier -> new RunView(earlier, clock.instant()))
                        .orElse(null);
    }

    /** Why it is held, as a sentence. */
    public String sentence(HeldReason reason) {
        return words.of(
                "held." + reason.code(),
                reason.found(),
                reason.allowed(),
                reason.accountId().map(Object::toString).orElse(""));
    }

    /** Done of due in one range, 0 to 100. */
    public int percent(SliceProgress slice) {
        if (slice.done() || slice.dueCopies() == 0) {
            return slice.done() ? 100 : 0;
        }
        return (int) Math.min(99, 100 * (slice.purgedCopies() + slice.skippedCopies()) / slice.dueCopies());
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
}
