package org.holdfast.work;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Long work of the caller. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Works {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /** Asks for work; it begins within seconds. What the caller may ask for is judged by who calls this. */
    public LongWork request(String kind, long accountId, JsonObject parameters) {
        Caller caller = currentCaller.get();
        WorkOrder order = new WorkOrder(kind, Optional.of(accountId), caller.userId(), caller.name(), parameters);
        return jdbi.withHandle(h -> {
            WorkRows rows = new WorkRows(h);
            return rows.find(rows.insert(order, clock.instant())).orElseThrow();
        });
    }

    /** One of the caller's own; not-found otherwise. */
    public LongWork get(long id) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> new WorkRows(h).find(id))
                .filter(work -> work.userId() == caller.userId())
                .filter(work -> caller.account().isEmpty() || work.accountId().equals(caller.account()))
                .orElseThrow(() -> Refusal.notFound("job", id));
    }

    /** The caller's own, latest first. */
    public List<LongWork> page(long beforeId, int limit) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(
                h -> new WorkRows(h).page(caller.userId(), caller.account().orElse(null), beforeId, limit));
    }

    /**
     * Ends work at its present step; what earlier steps did stays.
     *
     * @throws Refusal {@code job-ended} if it has ended
     */
    public LongWork cancel(long id) {
        LongWork work = get(id);
        if (!jdbi.withHandle(h -> new WorkRows(h).cancel(id))) {
            throw new Refusal(Refusal.Kind.CONFLICT, "job-ended", "Job " + id + " is " + get(id).status());
        }
        audit.record(currentCaller.get().name(), "job.cancel", "job:" + id, null, work.kind());
        return get(id);
    }
}
