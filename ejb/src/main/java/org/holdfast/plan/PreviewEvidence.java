package org.holdfast.plan;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Handle;

/** Whether a stored preview is one on which a change may rest: complete, of that change, and recent. */
public final class PreviewEvidence {

    private final Handle handle;
    private final Instant now;

    /** Works in the transaction of the handle; now by the business clock. */
    public PreviewEvidence(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    /**
     * Lets a change of terms on to its approval.
     *
     * @param hash what the approver saw; null: does not matter
     * @throws Refusal if the preview is not there, does not suppose this change, is not ready, is too old or was
     *     worked out before the plan's terms changed, or has another hash
     */
    public void requireFor(TermsChange change, long previewId, String hash) {
        Evidence preview = find(previewId);
        boolean supposed = exists(
                "preview_terms t WHERE t.preview_id = :preview AND t.change_id = :subject", previewId, change.id());
        preview.requireUsable("change " + change.id(), supposed, now);
        if (hash != null && !preview.hash().equalsIgnoreCase(hash)) {
            throw conflict("preview-hash-differs", "Preview " + previewId + " has another hash: look at it again");
        }
        boolean overtaken = handle.createQuery("SELECT EXISTS (SELECT FROM plan_terms t WHERE t.plan_code = :plan"
                        + " AND (t.known_from > :requested OR t.known_until > :requested))")
                .bind("plan", change.planCode())
                .bind("requested", preview.requestedAt())
                .mapTo(Boolean.class)
                .one();
        if (overtaken) {
            throw conflict(
                    "preview-overtaken",
                    "The terms of " + change.planCode() + " changed after preview " + previewId + ": preview again");
        }
    }

    /**
     * Lets a plan change of an account rest on a preview.
     *
     * @throws Refusal if the preview is not there, does not suppose this plan for this account from then or
     *     earlier, is not ready or is too old
     */
    public void requireFor(long accountId, String planCode, Instant from, long previewId) {
        boolean supposed = handle.createQuery(
                        "SELECT EXISTS (SELECT FROM preview_subscription WHERE preview_id = :preview"
                                + " AND account_id = :account AND plan_code = :plan AND valid_from <= :from)")
                .bind("preview", previewId)
                .bind("account", accountId)
                .bind("plan", planCode)
                .bind("from", from)
                .mapTo(Boolean.class)
                .one();
        find(previewId).requireUsable("account " + accountId + " on " + planCode, supposed, now);
    }

    private boolean exists(String rows, long previewId, long subject) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM " + rows + ")")
                .bind("preview", previewId)
                .bind("subject", subject)
                .mapTo(Boolean.class)
                .one();
    }

    private Evidence find(long previewId) {
        return handle.createQuery("SELECT id, status, requested_at, ended_at, hash FROM preview WHERE id = :id")
                .bind("id", previewId)
                .map((row, context) -> evidence(row))
                .findOne()
                .orElseThrow(() -> Refusal.notFound("preview", previewId));
    }

    private static Evidence evidence(ResultSet row) throws SQLException {
        return new Evidence(
                row.getLong("id"),
                row.getString("status"),
                row.getTimestamp("requested_at").toInstant(),
                Optional.ofNullable(row.getTimestamp("ended_at")).map(java.sql.Timestamp::toInstant),
                row.getBytes("hash") == null ? "" : HexFormat.of().formatHex(row.getBytes("hash")));
    }

    private record Evidence(long id, String status, Instant requestedAt, Optional<Instant> endedAt, String hash) {

        void requireUsable(String subject, boolean supposed, Instant now) {
            if (!supposed) {
                throw conflict(
                        "preview-of-something-else",
                        "Preview " + id + " does not suppose " + subject + ": preview that");
            }
            if (!"READY".equals(status)) {
                throw conflict("preview-not-ready", "Preview " + id + " is " + status + ": wait for it, or ask again");
            }
            Duration most = Duration.ofHours(Setting.PREVIEW_AGE.intValue(1, 8_760));
            if (endedAt.orElseThrow().plus(most).isBefore(now)) {
                throw conflict(
                        "preview-too-old",
                        "Preview " + id + " is of " + endedAt.get() + ", more than " + most.toHours()
                                + " hours ago: preview again");
            }
        }
    }

    private static Refusal conflict(String code, String message) {
        return new Refusal(Refusal.Kind.CONFLICT, code, message);
    }
}
