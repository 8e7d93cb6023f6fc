package org.holdfast.sending;

import java.time.Instant;
import java.util.List;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.jdbi.v3.core.Handle;

/** Binds what was sent to the record that it was sent for, as soon as its copy is there. */
final class SentBindings {

    private static final int AT_ONCE = 50;

    private final Handle handle;

    SentBindings(Handle handle) {
        this.handle = handle;
    }

    /** How many were bound. */
    int apply(Instant now) {
        List<Wanted> wanted = handle.createQuery("SELECT s.id, s.account_id, s.asked_by, s.bind_kind, s.bind_reference,"
                        + " c.id AS copy FROM sending s JOIN mail_copy c ON c.folder_id = s.filed_folder_id"
                        + " AND c.uid_validity = s.filed_validity AND c.uid = s.filed_uid"
                        + " WHERE s.bind_kind IS NOT NULL AND s.bound_copy_id IS NULL AND s.state = 'SENT'"
                        + " ORDER BY s.id LIMIT :most")
                .bind("most", AT_ONCE)
                .map((row, context) -> new Wanted(
                        row.getLong("id"),
                        row.getLong("account_id"),
                        row.getString("asked_by"),
                        new BindingTarget(row.getString("bind_kind"), row.getString("bind_reference")),
                        row.getLong("copy")))
                .list();
        wanted.forEach(each -> bind(each, now));
        return wanted.size();
    }

    private void bind(Wanted wanted, Instant now) {
        BindingRepository bindings = new BindingRepository(handle);
        if (bindings.lockCopy(wanted.copyId()).isPresent()) {
            bindings.bind(wanted.copyId(), wanted.accountId(), wanted.target(), wanted.by(), now);
            handle.createUpdate("UPDATE sending SET bound_copy_id = :copy WHERE id = :id")
                    .bind("copy", wanted.copyId())
                    .bind("id", wanted.sendingId())
                    .execute();
        }
    }

    private record Wanted(long sendingId, long accountId, String by, BindingTarget target, long copyId) {}
}
