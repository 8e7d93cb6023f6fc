package org.holdfast.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.retention.PlanTotal;
import org.holdfast.retention.RunForecast;

/**
 * What a run would find, as the API shows it.
 *
 * @param comparison with the previews; null where none speaks
 * @param held why it would be held; empty: it would go ahead
 */
public record PurgeForecastView(
        String scope,
        Instant asOf,
        long due,
        long dueBytes,
        List<PlanTotal> plans,
        List<String> previewIds,
        Optional<PurgeReportView.ComparisonView> comparison,
        List<PurgeRunView.Reason> held) {

    static PurgeForecastView of(RunForecast forecast) {
        return new PurgeForecastView(
                Scopes.of(forecast.scope()),
                forecast.asOf(),
                forecast.dueCopies(),
                forecast.dueBytes(),
                forecast.plans(),
                forecast.previews().stream().map(Id::of).toList(),
                forecast.comparison().map(PurgeReportView.ComparisonView::of),
                forecast.reasons().stream().map(PurgeRunView.Reason::of).toList());
    }
}
