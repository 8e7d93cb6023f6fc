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
import java.util.function.LongConsumer;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.PurgeRuns;
import org.holdfast.retention.SliceProgress;

/** One purge run while it runs and afterwards. */
@Named
@ViewScoped
public class PurgeRunPage implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private PurgeRuns purgeRuns;

    @Inject
    private Clock clock;

    @Inject
    private Words words;

    private long id;
    private Trouble trouble;
    private transient RunView run;
    private transient List<SliceProgress> slices;

    /** Reads the run of the address; one that is not there is answered 404. */
    public void enter() throws IOException {
        try {
            read();
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
        RunView read = new RunView(purgeRuns.get(id), clock.instant());
        slices = purgeRuns.slices(id);
        run = read;
        trouble = null;
    }

    public void stop() {
        change(purgeRuns::stop, "run.stop.asked");
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
        return slices;
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
