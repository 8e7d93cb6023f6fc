package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/**
 * Previews that are worked out in the background and kept with their hash: administrators ask for them,
 * auditors read them. They cover more than one account, so no owner sees them.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class StoredPreviews {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private AuditTrail audit;

    @Inject
    private Event<PreviewWaiting> waiting;

    /**
     * Asks for a preview; a worker takes it up at once.
     *
     * @return its id
     * @throws Refusal if something that it names is not there or cannot be supposed
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public long request(PreviewRequest request) {
        Caller caller = currentCaller.get();
        long id = jdbi.withHandle(h -> new PreviewIntake(h).record(request, caller.name(), clock.instant()));
        audit.record(
                caller.name(),
                "preview.request",
                "preview:" + id,
                null,
                request.kind().name());
        waiting.fire(new PreviewWaiting(id));
        return id;
    }

    /**
     * A preview as it stands now.
     *
     * @throws Refusal if it is not there
     */
    public StoredPreview get(long id) {
        return jdbi.withHandle(h -> new PreviewRepository(h).find(id))
                .orElseThrow(() -> Refusal.notFound("preview", id));
    }

    /**
     * Previews, newest first.
     *
     * @param beforeId the last id of the page before; null for the first page
     * @param limit 1 to 201
     */
    public List<StoredPreview> page(Long beforeId, int limit) {
        return jdbi.withHandle(h -> new PreviewRepository(h).page(beforeId, limit));
    }

    /** The previews that suppose a drafted change of terms, newest first. */
    public List<StoredPreview> ofTermsChange(long changeId, int limit) {
        return jdbi.withHandle(h -> new PreviewRepository(h).ofTermsChange(changeId, limit));
    }

    /**
     * The mailboxes of a preview by their ids; of one that is not READY those found so far.
     *
     * @param afterMailbox the last id of the page before; 0 for the first page
     * @throws Refusal if the preview is not there
     */
    public List<PreviewMailbox> mailboxes(long id, long afterMailbox, int limit) {
        get(id);
        return jdbi.withHandle(h -> new PreviewRepository(h).mailboxes(id, afterMailbox, limit));
    }

    /**
     * The mailboxes that lose most copies which would stay otherwise, then those that stop or resume.
     *
     * @throws Refusal if the preview is not there
     */
    public List<PreviewMailbox> mostTouched(long id, int limit) {
        get(id);
        return jdbi.withHandle(h -> new PreviewRepository(h).mostTouched(id, limit));
    }

    /**
     * The copies by plan and age.
     *
     * @throws Refusal if the preview is not there
     */
    public List<PreviewAge> ages(long id) {
        get(id);
        return jdbi.withHandle(h -> new PreviewRepository(h).ages(id));
    }

    /**
     * Some of the due copies by their ids: never what was written.
     *
     * @param afterCopy the last id of the page before; 0 for the first page
     * @throws Refusal if the preview is not there
     */
    public List<PreviewSample> samples(long id, long afterCopy, int limit) {
        get(id);
        return jdbi.withHandle(h -> new PreviewRepository(h).samples(id, afterCopy, limit));
    }

    /**
     * Ends a preview that is not complete; its worker stores nothing more.
     *
     * @throws Refusal if it is not there, or has ended
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void cancel(long id) {
        Caller caller = currentCaller.get();
        if (!jdbi.withHandle(h -> new PreviewIntake(h).cancel(id, clock.instant()))) {
            StoredPreview ended = get(id);
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "preview-ended",
                    "Preview " + id + " is " + ended.status() + ": there is nothing to cancel");
        }
        audit.record(caller.name(), "preview.cancel", "preview:" + id, null, null);
    }
}
