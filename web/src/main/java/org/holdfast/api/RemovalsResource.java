package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.retention.RemovalFilter;
import org.holdfast.retention.RemovalLine;
import org.holdfast.retention.RemovalOutlook;
import org.holdfast.retention.RemovalTable;
import org.holdfast.retention.Removals;

/** What leaves in the coming days and what stays beside it, as last reckoned. */
@Path("removals")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class RemovalsResource {

    private static final int USUAL_DAYS = 7;
    private static final int MOST_ACCOUNTS = 200;

    /** What lines are made of. */
    public enum By {
        DAY,
        PLAN,
        /** Those that lose most, first; up to 200. */
        ACCOUNT
    }

    /**
     * The outlook.
     *
     * @param asOf when the last complete reckoning began; null: there was none yet
     * @param running whether one is under way, which has done accountsDone of accounts
     */
    public record OutlookView(
            By by,
            int days,
            Optional<Instant> asOf,
            Optional<Long> tookMillis,
            boolean running,
            long accountsDone,
            long accounts,
            long leaving,
            long leavingBytes,
            List<RemovalLine> items) {}

    @Inject
    private Removals removals;

    /** Days: 1 to 36, today included; absent: 7. By: absent means by day. */
    @GET
    public OutlookView list(
            @QueryParam("by") By by,
            @QueryParam("days") Integer days,
            @QueryParam("plan") String plan,
            @QueryParam("account") Long account) {
        RemovalFilter filter = filter(days, plan, account);
        By chosen = by == null ? By.DAY : by;
        RemovalOutlook outlook =
                switch (chosen) {
                    case DAY -> removals.byDay(filter);
                    case PLAN -> removals.byPlan(filter);
                    case ACCOUNT -> removals.worstAccounts(filter, MOST_ACCOUNTS);
                };
        return new OutlookView(
                chosen,
                filter.days(),
                outlook.asOf(),
                outlook.took().map(Duration::toMillis),
                outlook.running(),
                outlook.accountsDone(),
                outlook.accounts(),
                outlook.leaving(),
                outlook.leavingBytes(),
                outlook.lines());
    }

    /** Has everything reckoned anew; running says when it is done. */
    @POST
    @Path("reckoning")
    @Answers(202)
    public Response reckon() {
        removals.request();
        return Response.accepted().build();
    }

    /** Account by account, each with its sums, as a table for a spreadsheet. */
    @GET
    @Path("export")
    @Produces("text/csv")
    @Answers
    public Response export(@QueryParam("days") Integer days, @QueryParam("plan") String plan) {
        RemovalTable table = new RemovalTable(removals, filter(days, plan, null));
        StreamingOutput lines = out -> table.write(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        return Response.ok(lines)
                .type("text/csv; charset=UTF-8")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"removals.csv\"")
                .build();
    }

    private static RemovalFilter filter(Integer days, String plan, Long account) {
        int ahead = days == null ? USUAL_DAYS : days;
        if (ahead < 1 || ahead > RemovalFilter.MOST_DAYS) {
            throw InvalidRequest.of("days", "is 1 to " + RemovalFilter.MOST_DAYS);
        }
        return new RemovalFilter(ahead, Optional.ofNullable(plan), Optional.ofNullable(account));
    }
}
