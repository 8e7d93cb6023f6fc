package org.holdfast.retention;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * SHA-256 over what a preview was asked and what it found, one line for each row, in the order of keys. What
 * an approver sees is what was found: a row that is changed later no longer fits.
 */
public final class PreviewHash {

    private static final String UTC = "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'";

    private static final List<String> LINES = List.of(
            "SELECT concat_ws(' ', 'preview', kind, " + at("as_of") + ", " + at("baseline_at") + ", scope_kind,"
                    + " coalesce(scope_ref, '-'), coalesce(from_plan, '-'), coalesce(to_plan, '-'), accounts_touched,"
                    + " mailboxes, mailboxes_stopping, mailboxes_resuming, copies, due_copies, due_bytes, anyway_copies,"
                    + " anyway_bytes, kept_bound, kept_held, kept_young, kept_in_grace) FROM preview WHERE id = :preview",
            "SELECT concat_ws(' ', 'terms', change_id, plan_code, " + at("valid_from") + ", " + at("valid_until")
                    + ", syncs, coalesce(unbound_days::text, '-'), grace_days, coalesce(mailboxes_per_user::text, '-'),"
                    + " coalesce(shared_mailboxes::text, '-')) FROM preview_terms WHERE preview_id = :preview"
                    + " ORDER BY plan_code COLLATE \"C\", valid_from",
            "SELECT concat_ws(' ', 'subscription', account_id, plan_code, " + at("valid_from") + ", "
                    + at("valid_until") + ") FROM preview_subscription WHERE preview_id = :preview ORDER BY account_id",
            "SELECT concat_ws(' ', 'mailbox', mailbox_id, account_id, plan_code, due_copies, due_bytes, anyway_copies,"
                    + " anyway_bytes, kept_bound, kept_held, kept_young, kept_in_grace, coalesce(sync_change, '-'))"
                    + " FROM preview_mailbox WHERE preview_id = :preview ORDER BY mailbox_id",
            "SELECT concat_ws(' ', 'age', plan_code, age_days, due_copies, due_bytes, anyway_copies, kept_bound,"
                    + " kept_held, kept_young, kept_in_grace) FROM preview_age WHERE preview_id = :preview"
                    + " ORDER BY plan_code COLLATE \"C\", age_days");

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public PreviewHash(Handle handle) {
        this.handle = handle;
    }

    /** The 32 bytes over a preview as it lies in the database. */
    public byte[] of(long previewId) {
        MessageDigest digest = sha256();
        for (String lines : LINES) {
            try (Stream<String> rows =
                    handle
                            .createQuery(lines)
                            .bind("preview", previewId)
                            .setFetchSize(5_000)
                            .mapTo(String.class)
                            .stream()) {
                rows.forEach(line -> digest.update((line + '\n').getBytes(StandardCharsets.UTF_8)));
            }
        }
        return digest.digest();
    }

    private static String at(String column) {
        return "coalesce(to_char(" + column + " AT TIME ZONE 'UTC', " + UTC + "), '-')";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
