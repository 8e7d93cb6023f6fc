package org.holdfast.console;

import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
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

/**
 * Counts day by day, as bars that Chart.js draws: series of one stack lie on each other, stacks side by side.
 *
 * @param <T> what there is to count of one day
 */
final class DayChart<T> {

    /** Those of the style sheet, which a canvas cannot read. */
    enum Colour {
        BLUE("#1565c0", "#90caf9"),
        TEAL("#0e8a94", "#4dd0c4"),
        RED("#c62828", "#ef9a9a"),
        AMBER("#9a6a00", "#ffd54f"),
        WORDS("#5f6b76", "#a3b1bf"),
        LINES("#e3e8ee", "#2a3644");

        private final String light;
        private final String dark;

        Colour(String light, String dark) {
            this.light = light;
            this.dark = dark;
        }
    }

    private final List<T> days;
    private final BarData data = new BarData();
    private final boolean dark;

    /** A chart without series; the days are labelled as the viewer's language writes them. */
    DayChart(List<T> days, Function<T, LocalDate> day, Moments moments, boolean dark) {
        this.days = days;
        this.dark = dark;
        data.addLabels(days.stream().map(day).map(moments::dayAndMonth).toArray(String[]::new));
    }

    /**
     * Adds a series.
     *
     * @param label its name in the legend
     */
    DayChart<T> add(String label, String stack, Colour colour, ToLongFunction<T> count) {
        BarDataset series = new BarDataset()
                .setLabel(label)
                .setBackgroundColor((Object) shade(colour))
                .setStack(stack)
                .setMaxBarThickness(20);
        days.forEach(day -> series.addDataUnchecked(count.applyAsLong(day)));
        data.addDataset(series);
        return this;
    }

    String toJson() {
        LegendOptions legend = new LegendOptions()
                .setPosition("bottom")
                .setLabels(new LegendOptions.Labels()
                        .setColor(shade(Colour.WORDS))
                        .setBoxWidth(12)
                        .setBoxHeight(12));
        BarOptions options = new BarOptions()
                .setResponsive(true)
                .setMaintainAspectRatio(false)
                .setAnimation(false)
                .setPlugins(new Plugins().setLegend(legend))
                .setScales(new Scales().addScale("x", axis(12, false)).addScale("y", axis(6, true)));
        return new BarChart(data, options).toJson();
    }

    private CartesianScaleOptions axis(int ticks, boolean lines) {
        return new CartesianScaleOptions()
                .setStacked(true)
                .setGrid(new GridLineConfiguration().setDisplay(lines).setColor(shade(Colour.LINES)))
                .setTicks(new CartesianTickOptions()
                        .setColor(shade(Colour.WORDS))
                        .setMaxRotation(0)
                        .setAutoSkipPadding(12)
                        .setMaxTicksLimit(ticks));
    }

    private String shade(Colour colour) {
        return dark ? colour.dark : colour.light;
    }
}
