package org.holdfast.retention;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Says why a run must not begin without somebody's approval. Reads what {@link DueCounts} counted. */
final class RunBrake {

    /** Minutes by which a server's clock may be ahead of the database's. */
    private static final int CLOCKS_DIFFER = 1;

    /** By the database's own time: a server whose clock runs ahead is what it is there to catch. */
    private static final String AHEAD = "SELECT ceil(extract(epoch FROM CAST(:asOf AS timestamptz)"
            + " - clock_timestamp()) / 60)::bigint FROM (SELECT 1) one WHERE :asOf > clock_timestamp()"
            + " + " + CLOCKS_DIFFER + " * interval '1 minute'";

    /** Hours since the instant of the last run that went ahead; none for the first. */
    private static final String JUMP = "SELECT ceil(extract(epoch FROM CAST(:asOf AS timestamptz) - max(as_of)) / 3600)"
            + "::bigint FROM purge_run WHERE cleared AND id <> :run AND status NOT IN ('QUEUED', 'CANCELLED')"
            + " HAVING max(as_of) IS NOT NULL AND CAST(:asOf AS timestamptz) - max(as_of) > :allowed * interval '1 hour'";

    /** The account that would lose the largest share of its copies beyond what a preview says of it. */
    private static final String SHARE = "SELECT d.account_id, floor(100.0 * d.beyond / t.copies)::bigint AS share"
            + " FROM (SELECT d.account_id, sum(d.copies - least(d.copies, coalesce(x.due_copies, 0))) AS beyond FROM "
            + DueCounts.TABLE + " d LEFT JOIN (SELECT mailbox_id, max(due_copies) AS due_copies FROM preview_mailbox"
            + " WHERE preview_id = ANY(:previews) GROUP BY mailbox_id) x ON x.mailbox_id = d.mailbox_id"
            + " GROUP BY d.account_id) d CROSS JOIN LATERAL (SELECT count(*) AS copies FROM mail_copy c"
            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE m.account_id = d.account_id) t"
            + " WHERE 100.0 * d.beyond > :allowed * t.copies ORDER BY 2 DESC, 1 LIMIT 1";

    private final Handle handle;
    private final PurgeOrder order;

    RunBrake(Handle handle, PurgeOrder order) {
        this.handle = handle;
        this.order = order;
    }

    /** The reasons; none: it may go ahead. */
    List<HeldReason> reasons(RunLimits limits, List<Long> previews) {
        List<HeldReason> reasons = new ArrayList<>();
        handle.createQuery(AHEAD)
                .bind("asOf", order.asOf())
                .mapTo(Long.class)
                .findOne()
                .ifPresent(minutes -> reasons.add(whole(HeldReason.Code.CLOCK_AHEAD, minutes, CLOCKS_DIFFER)));
        limits.jumpHours().ifPresent(allowed -> jump(allowed).ifPresent(reasons::add));
        if (!previews.isEmpty()) {
            limits.brakePercent().ifPresent(percent -> over(percent, previews).ifPresent(reasons::add));
        }
        limits.sharePercent().ifPresent(percent -> share(percent, previews).ifPresent(reasons::add));
        return reasons;
    }

    private Optional<HeldReason> jump(int allowed) {
        return handle.createQuery(JUMP)
                .bind("asOf", order.asOf())
                .bind("run", order.runId())
                .bind("allowed", allowed)
                .mapTo(Long.class)
                .findOne()
                .map(hours -> whole(HeldReason.Code.CLOCK_JUMP, hours, allowed));
    }

    private Optional<HeldReason> over(int percent, List<Long> previews) {
        RunPreviews.Totals totals = new RunPreviews(handle, order).totals(previews);
        long allowed = totals.expected() + totals.expected() * percent / 100;
        return totals.due() > allowed
                ? Optional.of(whole(HeldReason.Code.OVER_PREVIEW, totals.due(), allowed))
                : Optional.empty();
    }

    private Optional<HeldReason> share(int percent, List<Long> previews) {
        return handle.createQuery(SHARE)
                .bind("previews", previews.toArray(Long[]::new))
                .bind("allowed", percent)
                .map((row, context) -> new HeldReason(
                        HeldReason.Code.ACCOUNT_SHARE,
                        row.getLong("share"),
                        percent,
                        Optional.of(row.getLong("account_id"))))
                .findOne();
    }

    private static HeldReason whole(HeldReason.Code code, long found, long allowed) {
        return new HeldReason(code, found, allowed, Optional.empty());
    }
}
