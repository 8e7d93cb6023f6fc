package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.holdfast.overview.Attention;
import org.holdfast.overview.DatedChange;
import org.holdfast.overview.DayOfCopies;
import org.holdfast.overview.LastPurge;
import org.holdfast.overview.Overview;
import org.holdfast.overview.Situation;
import org.holdfast.retention.PurgeStatus;

/** How things stand; keeps the last figures when a new reading fails. */
@Named
@ViewScoped
public class OverviewPage implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Overview overview;

    @Inject
    private Clock clock;

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    @Inject
    private Moments moments;

    private transient Situation situation;
    private Trouble trouble;

    /** Reads anew. */
    public void refresh() {
        try {
            situation = overview.now(viewer.getZone());
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("overview.trouble", clock.instant(), e);
        }
    }

    /** The figures; null when they could not be read even once. */
    public Situation getSituation() {
        if (situation == null && trouble == null) {
            refresh();
        }
        return situation;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    /** The chart as Chart.js takes it, in the viewer's colours and words. */
    public String getChart() {
        return new DayChart<>(getSituation().days(), DayOfCopies::day, moments, viewer.isDark())
                .add(words.of("chart.kept"), "copied", DayChart.Colour.BLUE, DayOfCopies::kept)
                .add(words.of("chart.temporary"), "copied", DayChart.Colour.TEAL, DayOfCopies::temporary)
                .add(words.of("chart.purged"), "removed", DayChart.Colour.RED, DayOfCopies::purged)
                .toJson();
    }

    public LastPurge getLastPurge() {
        return getSituation().lastPurge().orElse(null);
    }

    public RunLook getLastPurgeLook() {
        return RunLook.of(PurgeStatus.valueOf(getLastPurge().status()));
    }

    /** The soonest dated change; null when none is recorded. */
    public DatedChange getNextChange() {
        return getSituation().changes().isEmpty()
                ? null
                : getSituation().changes().get(0);
    }

    public String sentence(DatedChange change) {
        String key = "change." + change.kind();
        return words.of(key, change.planCode(), change.account().orElse(""));
    }

    /** Days, hours, minutes until then, largest two. */
    public String countdown(Instant until) {
        Duration left = Duration.between(clock.instant(), until);
        if (left.isNegative()) {
            return words.of("countdown.minutes", 0, 0);
        }
        if (left.toDays() > 0) {
            return words.of("countdown.days", left.toDays(), left.toHoursPart());
        }
        return words.of("countdown.minutes", left.toHours(), left.toMinutesPart());
    }

    public Tone tone(Attention attention) {
        return switch (attention.kind().severity()) {
            case DANGER -> Tone.BAD;
            case WARNING -> Tone.WARNING;
            case NOTICE -> Tone.NOTICE;
        };
    }

    /** How many more there are than the list shows. */
    public long getAttentionBeyond() {
        return getSituation().attentionInAll() - getSituation().attention().size();
    }
}
