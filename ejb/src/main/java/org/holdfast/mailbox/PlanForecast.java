package org.holdfast.mailbox;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Which mailboxes of an account would stop or go on if it had another plan at an instant, by their addresses.
 *
 * @param stopping synchronised now, or tried
 * @param resuming paused by the plan now
 */
public record PlanForecast(List<String> stopping, List<String> resuming) {

    public PlanForecast {
        stopping = List.copyOf(stopping);
        resuming = List.copyOf(resuming);
    }

    /** Reads it; changes nothing. */
    public static PlanForecast read(Handle handle, long accountId, String planCode, Instant at) {
        List<String[]> changes = handle.createQuery("SELECT m.address, v.stop IS NOT NULL AS stops FROM "
                        + PlanStops.supposing() + " JOIN mailbox m ON m.id = v.id"
                        + " WHERE (v.stop IS NOT NULL AND v.state IN ('ACTIVE', 'UNREACHABLE'))"
                        + " OR (v.stop IS NULL AND v.state = 'PAUSED_BY_PLAN') ORDER BY m.id")
                .bind("account", accountId)
                .bind("plan", planCode)
                .bind("at", at)
                .map((row, context) -> new String[] {row.getString("address"), row.getString("stops")})
                .list();
        return new PlanForecast(
                changes.stream().filter(c -> c[1].equals("t")).map(c -> c[0]).toList(),
                changes.stream().filter(c -> c[1].equals("f")).map(c -> c[0]).toList());
    }
}
