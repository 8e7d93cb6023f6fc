package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.holdfast.retention.Kept;
import org.holdfast.retention.Preview;
import org.holdfast.retention.Previews;

/** The dry run: what a purge as of an instant would remove and keep. */
@Path("purge/preview")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class PurgePreviewResource {

    /** What a run would do, in all and for each plan. */
    public record PreviewView(
            String scope, Instant asOf, long copies, long due, long dueBytes, Kept kept, List<Preview.PlanLine> plans) {

        static PreviewView of(Preview preview) {
            return new PreviewView(
                    Scopes.of(preview.scope()),
                    preview.asOf(),
                    preview.copies(),
                    preview.due(),
                    preview.dueBytes(),
                    preview.kept(),
                    preview.plans());
        }
    }

    @Inject
    private Previews previews;

    /** As of: absent means now; scope: absent means everything that the caller sees. */
    @GET
    public PreviewView preview(@QueryParam("asOf") Instant asOf, @QueryParam("scope") String scope) {
        return PreviewView.of(previews.dryRun(Scopes.parse(scope), asOf));
    }
}
