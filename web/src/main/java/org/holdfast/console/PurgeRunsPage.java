package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.holdfast.retention.PurgeRun;
import org.holdfast.retention.PurgeRuns;
import org.holdfast.retention.PurgeStatus;

/** The purge runs, latest first; which ones is said by the address. */
@Named
@ViewScoped
public class PurgeRunsPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int PAGE = 20;

    @Inject
    private PurgeRuns purgeRuns;

    @Inject
    private Clock clock;

    private String status;
    private long before;
    private Trouble trouble;
    private transient List<RunView> runs;
    private boolean more;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            List<RunView> read = new ArrayList<>();
            more = collect(read);
            runs = read;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("runs.trouble", clock.instant(), e);
        }
    }

    /** Walks back by key until a page is full; true if there is more. */
    private boolean collect(List<RunView> found) {
        long key = before;
        while (true) {
            List<PurgeRun> chunk = purgeRuns.page(key, 100);
            for (PurgeRun run : chunk) {
                key = run.id();
                if (status == null || run.status().name().equals(status)) {
                    if (found.size() == PAGE) {
                        return true;
                    }
                    found.add(new RunView(run, clock.instant()));
                }
            }
            if (chunk.size() < 100) {
                return false;
            }
        }
    }

    /** The runs; null when they could not be read even once. */
    public List<RunView> getRuns() {
        if (runs == null && trouble == null) {
            refresh();
        }
        return runs;
    }

    /** Whether a run goes on or waits for its turn: then the page polls, else not. */
    public boolean isBusy() {
        return getRuns() != null && runs.stream().anyMatch(RunView::isFollowed);
    }

    /** When the schedule starts the next run; null without a schedule. */
    public Instant getNextScheduled() {
        return purgeRuns.nextScheduled().orElse(null);
    }

    public boolean isFiltered() {
        return status != null || before > 0;
    }

    public List<String> getStatuses() {
        return Arrays.stream(PurgeStatus.values())
                .filter(s -> s != PurgeStatus.STARTING && s != PurgeStatus.STOPPING)
                .map(Enum::name)
                .toList();
    }

    public boolean isMore() {
        return more;
    }

    /** The key of the next, older page. */
    public long getOldest() {
        return runs.get(runs.size() - 1).getId();
    }

    public Trouble getTrouble() {
        return trouble;
    }

    public Instant getNow() {
        return clock.instant();
    }

    public String getStatus() {
        return status;
    }

    /** From the address: a status, or anything else for all. */
    public void setStatus(String status) {
        this.status = getStatuses().contains(status) ? status : null;
    }

    public long getBefore() {
        return before;
    }

    public void setBefore(long before) {
        this.before = before;
    }
}
