package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.holdfast.clock.DemonstrationClock;

/** The clock that the rules read; it can be moved on a demonstration only. */
@Path("clock")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class ClockResource {

    /** The time as the rules see it. */
    public record ClockView(Instant now, boolean adjustable) {}

    /** The time to be, not before the present one. */
    public record NewTime(Instant now) {}

    @Inject
    private DemonstrationClock clock;

    @GET
    public ClockView now() {
        return new ClockView(clock.now(), clock.isAdjustable());
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    public ClockView move(NewTime request) {
        clock.moveTo(request.now());
        return now();
    }
}
