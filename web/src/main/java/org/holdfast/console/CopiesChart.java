package org.holdfast.console;

import java.util.List;
import java.util.function.ToLongFunction;
import org.holdfast.overview.DayOfCopies;
import software.xdev.chartjs.model.charts.BarChart;
import software.xdev.chartjs.model.data.BarData;
import software.xdev.chartjs.model.dataset.BarDataset;
import software.xdev.chartjs.model.options.BarOptions;
import software.xdev.chartjs.model.options.LegendOptions;
import software.xdev.chartjs.model.options.Plugins;
import software.xdev.chartjs.model.options.scale.GridLineConfiguration;
import software.xdev.chartjs.model.options.scale.Scales;
import software.xdev.chartjs.model.options.scale.cartesian.CartesianScaleOptions;
import software.xdev.chartjs.model.options.scale.cartesian.CartesianTickOptions;

/** Copies made and removed day by day, as bars that Chart.js draws. */
final class CopiesChart {

    /** Kept, temporary, purged, words, lines: those of the style sheet, which a canvas cannot read. */
    private record Colours(String kept, String temporary, String purged, String words, String lines) {

        static final Colours LIGHT = new Colours("#1565c0", "#0e8a94", "#c62828", "#5f6b76", "#e3e8ee");
        static final Colours DARK = new Colours("#90caf9", "#4dd0c4", "#ef9a9a", "#a3b1bf", "#2a3644");
    }

    private final List<DayOfCopies> days;
    private final Words words;
    private final Moments moments;
    private final Colours colours;

    CopiesChart(List<DayOfCopies> days, Words words, Moments moments, boolean dark) {
        this.days = days;
        this.words = words;
        this.moments = moments;
        this.colours = dark ? Colours.DARK : Colours.LIGHT;
    }

    String toJson() {
        BarData data = new BarData()
                .addLabels(
                        days.stream().map(day -> moments.dayAndMonth(day.day())).toArray(String[]::new))
                .addDataset(series("chart.kept", colours.kept(), DayOfCopies::kept))
                .addDataset(series("chart.temporary", colours.temporary(), DayOfCopies::temporary))
                .addDataset(series("chart.purged", colours.purged(), DayOfCopies::purged));
        return new BarChart(data, options()).toJson();
    }

    /** What was copied is one stack, what was removed another beside it. */
    private BarDataset series(String key, String colour, ToLongFunction<DayOfCopies> count) {
        BarDataset series = new BarDataset()
                .setLabel(words.of(key))
                .setBackgroundColor((Object) colour)
                .setStack("chart.purged".equals(key) ? "removed" : "copied")
                .setMaxBarThickness(18);
        days.forEach(day -> series.addDataUnchecked(count.applyAsLong(day)));
        return series;
    }

    private BarOptions options() {
        LegendOptions legend = new LegendOptions()
                .setPosition("bottom")
                .setLabels(new LegendOptions.Labels()
                        .setColor(colours.words())
                        .setBoxWidth(12)
                        .setBoxHeight(12));
        return new BarOptions()
                .setResponsive(true)
                .setMaintainAspectRatio(false)
                .setAnimation(false)
                .setPlugins(new Plugins().setLegend(legend))
                .setScales(new Scales().addScale("x", axis(10, false)).addScale("y", axis(6, true)));
    }

    private CartesianScaleOptions axis(int ticks, boolean lines) {
        return new CartesianScaleOptions()
                .setStacked(true)
                .setGrid(new GridLineConfiguration().setDisplay(lines).setColor(colours.lines()))
                .setTicks(new CartesianTickOptions()
                        .setColor(colours.words())
                        .setMaxRotation(0)
                        .setAutoSkipPadding(12)
                        .setMaxTicksLimit(ticks));
    }
}
