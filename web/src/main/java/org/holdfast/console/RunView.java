package org.holdfast.console;

import java.time.Duration;
import java.time.Instant;
import org.holdfast.retention.Kept;
import org.holdfast.retention.PurgeRun;
import org.holdfast.retention.PurgeStatus;

/** One run with what a view computes of it. */
public final class RunView {

    private final PurgeRun run;
    private final Instant now;

    RunView(PurgeRun run, Instant now) {
        this.run = run;
        this.now = now;
    }

    public PurgeRun getRun() {
        return run;
    }

    public long getId() {
        return run.id();
    }

    public RunLook getLook() {
        return RunLook.of(run.status());
    }

    public boolean isActive() {
        return run.status().isActive();
    }

    public boolean isStoppable() {
        return isActive() && run.status() != PurgeStatus.STOPPING;
    }

    /** Whether it waits for somebody to let it go ahead. */
    public boolean isHeld() {
        return run.status() == PurgeStatus.HELD;
    }

    public boolean isCancellable() {
        return isHeld() || run.status() == PurgeStatus.QUEUED || run.control().windowClosed();
    }

    /** Whether the page looks again by itself. */
    public boolean isFollowed() {
        return run.status().isOpen() || run.control().windowClosed();
    }

    /** Copies that were still due when it completed; 0 while there are none or it is not known. */
    public long getLeft() {
        return run.left().orElse(0L);
    }

    public String getDecidedBy() {
        return run.control().decidedBy().orElse(null);
    }

    public Instant getDecidedAt() {
        return run.control().decidedAt().orElse(null);
    }

    /** Copies a second at most; null without a limit. */
    public Integer getLimit() {
        return run.control().copiesPerSecond().orElse(null);
    }

    public boolean isRestartable() {
        return run.status().isRestartable();
    }

    /** Until its end, or until now while it has none. */
    public Duration getTook() {
        Duration took = Duration.between(run.startedAt(), run.endedAt().orElse(now));
        return took.isNegative() ? Duration.ZERO : took;
    }

    /** What was due at the start; null until the run has looked. */
    public Long getDue() {
        return run.plan().map(PurgeRun.Due::copies).orElse(null);
    }

    public Long getDueBytes() {
        return run.plan().map(PurgeRun.Due::bytes).orElse(null);
    }

    /** Done of due, 0 to 100; a completed run is at 100 however much was due. */
    public int getPercent() {
        if (run.status() == PurgeStatus.COMPLETED) {
            return 100;
        }
        long due = run.plan().map(PurgeRun.Due::copies).orElse(0L);
        long done = run.purgedCopies() + run.progress().skipped();
        return due == 0 ? 0 : (int) Math.min(99, 100 * done / due);
    }

    public Kept getKept() {
        return run.kept().orElse(null);
    }

    /** Copies a second; 0 while there is nothing to measure. */
    public long getRate() {
        return Math.round(run.progress().perSecond());
    }

    public Duration getTimeLeft() {
        return run.progress().timeLeft().orElse(null);
    }

    public String getFailure() {
        return run.failure().orElse(null);
    }

    public String getSeal() {
        return run.seal().orElse(null);
    }

    public Instant getEndedAt() {
        return run.endedAt().orElse(null);
    }
}
