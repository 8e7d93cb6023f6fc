package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.holdfast.notice.NoticeChange;
import org.holdfast.notice.Notices;

/** Dated changes by which copies of an account go earlier or its mailboxes stop, newest first. */
@Path("notice-changes")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class NoticeChangesResource {

    private static final String COLLECTION = "notice-changes";

    /**
     * One change of one account.
     *
     * @param oldDays how long unbound copies stayed before; null: without limit
     * @param newDays how long they stay from then on; null: without limit
     * @param firstAt when copies first go by it, or mailboxes stop; null: nobody loses anything as things stand
     */
    public record ChangeView(
            String id,
            String accountId,
            Instant effectiveAt,
            NoticeChange.Kind kind,
            String oldPlan,
            String newPlan,
            Optional<Integer> oldDays,
            Optional<Integer> newDays,
            boolean syncStops,
            Optional<Instant> firstAt,
            NoticeChange.Status status) {

        static ChangeView of(NoticeChange change) {
            return new ChangeView(
                    Id.of(change.id()),
                    Id.of(change.accountId()),
                    change.effectiveAt(),
                    change.kind(),
                    change.oldPlan(),
                    change.newPlan(),
                    boxed(change.oldDays()),
                    boxed(change.newDays()),
                    change.syncStops(),
                    change.firstAt(),
                    change.status());
        }

        private static Optional<Integer> boxed(OptionalInt number) {
            return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
        }
    }

    @Inject
    private Notices notices;

    @GET
    public Page<ChangeView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        long before = Page.afterId(cursor, COLLECTION);
        return Page.byId(
                notices.changes(before == 0 ? null : before, size + 1),
                size,
                COLLECTION,
                NoticeChange::id,
                ChangeView::of);
    }
}
