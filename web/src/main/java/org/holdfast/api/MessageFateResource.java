package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.plan.Cutoff;
import org.holdfast.retention.DueRule;
import org.holdfast.retention.Fate;
import org.holdfast.retention.Fates;

/** Why a copy is here and when it will go. */
@Path("messages/{id: [0-9]{1,18}}/fate")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class MessageFateResource {

    /**
     * The fate of a copy as plans are dated now.
     *
     * @param verdict DUE, or the first reason for which it stays
     * @param planCode the plan of its account at present
     * @param cutoff the present edge of the window; null: the plan keeps without limit
     * @param leavesAt the first instant from which a purge would remove it; null: never, as things stand
     */
    public record FateView(
            String messageId,
            DueRule.Verdict verdict,
            String planCode,
            String termsId,
            Optional<Instant> cutoff,
            Optional<Instant> leavesAt) {}

    @Inject
    private Fates fates;

    @GET
    public FateView get(@PathParam("id") long id) {
        Fate fate = fates.of(id);
        return new FateView(
                Id.of(id),
                fate.verdict(),
                fate.plan().planCode(),
                Id.of(fate.plan().termsId()),
                fate.cutoff().map(Cutoff::at),
                fate.leavesAt());
    }
}
