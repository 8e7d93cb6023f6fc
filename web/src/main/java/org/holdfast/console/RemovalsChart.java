package org.holdfast.console;

import java.time.LocalDate;
import java.util.List;
import java.util.function.ToLongFunction;
import org.holdfast.retention.RemovalLine;
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

/** What leaves day by day beside what stays, as bars that Chart.js draws. */
final class RemovalsChart {

    /** Those of the style sheet, which a canvas cannot read. */
    private record Colours(String leaving, String bound, String held, String grace, String words, String lines) {

        static final Colours LIGHT = new Colours("#c62828", "#1565c0", "#0e8a94", "#9a6a00", "#5f6b76", "#e3e8ee");
        static final Colours DARK = new Colours("#ef9a9a", "#90caf9", "#4dd0c4", "#ffd54f", "#a3b1bf", "#2a3644");
    }

    private final List<RemovalLine> lines;
    private final Words words;
    private final Moments moments;
    private final Colours colours;

    RemovalsChart(List<RemovalLine> lines, Words words, Moments moments, boolean dark) {
        this.lines = lines;
        this.words = words;
        this.moments = moments;
        this.colours = dark ? Colours.DARK : Colours.LIGHT;
    }

    String toJson() {
        BarData data = new BarData()
                .addLabels(lines.stream()
                        .map(line -> moments.dayAndMonth(LocalDate.parse(line.key())))
                        .toArray(String[]::new))
                .addDataset(series("removals.leaving", "leaving", colours.leaving(), RemovalLine::leaving))
                .addDataset(series("col.bound", "kept", colours.bound(), RemovalLine::keptBound))
                .addDataset(series("col.held", "kept", colours.held(), RemovalLine::keptHeld))
                .addDataset(series("col.grace", "kept", colours.grace(), RemovalLine::keptInGrace));
        return new BarChart(data, options()).toJson();
    }

    /** What leaves is one stack, what stays another beside it. */
    private BarDataset series(String key, String stack, String colour, ToLongFunction<RemovalLine> count) {
        BarDataset series = new BarDataset()
                .setLabel(words.of(key))
                .setBackgroundColor((Object) colour)
                .setStack(stack)
                .setMaxBarThickness(22);
        lines.forEach(line -> series.addDataUnchecked(count.applyAsLong(line)));
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
                .setScales(new Scales().addScale("x", axis(12, false)).addScale("y", axis(6, true)));
    }

    private CartesianScaleOptions axis(int ticks, boolean grid) {
        return new CartesianScaleOptions()
                .setStacked(true)
                .setGrid(new GridLineConfiguration().setDisplay(grid).setColor(colours.lines()))
                .setTicks(new CartesianTickOptions()
                        .setColor(colours.words())
                        .setMaxRotation(0)
                        .setAutoSkipPadding(12)
                        .setMaxTicksLimit(ticks));
    }
}
