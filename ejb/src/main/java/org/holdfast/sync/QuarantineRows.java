package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** SQL around originals that could not be read: tried in vain, given up, and asked for again later. */
public final class QuarantineRows {

    /** After so many tries an original is left where it is for a long while. */
    public static final int GIVEN_UP = 3;

    private static final Duration FIRST_RETRY = Duration.ofDays(1);
    private static final int MOST_DOUBLINGS = 5;

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public QuarantineRows(Handle handle) {
        this.handle = handle;
    }

    /** UIDs that were given up and are not to be asked for yet. */
    Set<Long> waiting(long folderId, UidValidity validity, Instant now) {
        return new HashSet<>(handle.createQuery(
                        "SELECT uid FROM quarantined_original WHERE folder_id = :folder"
                                + " AND uid_validity = :validity AND tries >= :givenUp AND (retry_at IS NULL OR retry_at > :now)")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("givenUp", GIVEN_UP)
                .bind("now", now)
                .mapTo(Long.class)
                .list());
    }

    /** UIDs that were given up and are asked for again now. */
    Set<Long> due(long folderId, UidValidity validity, Instant now) {
        return new HashSet<>(handle.createQuery("SELECT uid FROM quarantined_original WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND retry_at <= :now")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("now", now)
                .mapTo(Long.class)
                .list());
    }

    /** How often each was tried in vain. */
    Map<Long, Integer> tries(long folderId, UidValidity validity) {
        return handle.createQuery("SELECT uid, tries FROM quarantined_original WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND tries > 0")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .reduceRows(new HashMap<>(), (found, row) -> {
                    found.put(row.getColumn("uid", Long.class), row.getColumn("tries", Integer.class));
                    return found;
                });
    }

    void tried(long folderId, UidValidity validity, Collection<Long> uids, String reason, Instant now) {
        handle.createUpdate("INSERT INTO quarantined_original AS q (folder_id, uid_validity, uid, reason, first_seen,"
                        + " last_tried) SELECT :folder, :validity, tried.uid, :reason, :now, :now"
                        + " FROM unnest(CAST(:uids AS bigint[])) AS tried (uid)"
                        + " ON CONFLICT (folder_id, uid_validity, uid) DO UPDATE SET reason = excluded.reason,"
                        + " last_tried = excluded.last_tried, tries = q.tries + 1, retry_at = "
                        + retryAt("q.tries + 1"))
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .bind("reason", reason)
                .bind("now", now)
                .bind("givenUp", GIVEN_UP)
                .bind("first", FIRST_RETRY.toSeconds())
                .bind("doublings", MOST_DOUBLINGS)
                .execute();
    }

    /** Takes the last try back. */
    void untried(long folderId, UidValidity validity, long uid) {
        handle.createUpdate(
                        "UPDATE quarantined_original SET tries = tries - 1, retry_at = CASE WHEN tries - 1 >= :givenUp"
                                + " THEN last_tried END WHERE folder_id = :folder AND uid_validity = :validity AND uid = :uid")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("uid", uid)
                .bind("givenUp", GIVEN_UP)
                .execute();
        handle.createUpdate("DELETE FROM quarantined_original WHERE folder_id = :folder AND uid_validity = :validity"
                        + " AND uid = :uid AND tries <= 0")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("uid", uid)
                .execute();
    }

    /** Gives one up; it is asked for again after a day, then after twice as long each time. */
    void giveUp(long folderId, UidValidity validity, long uid, String reason, Instant now) {
        handle.createUpdate("INSERT INTO quarantined_original AS q (folder_id, uid_validity, uid, reason, first_seen,"
                        + " last_tried, tries, retry_at) VALUES (:folder, :validity, :uid, :reason, :now, :now, :givenUp,"
                        + " CAST(:now AS timestamptz) + :first * interval '1 second')"
                        + " ON CONFLICT (folder_id, uid_validity, uid) DO UPDATE SET reason = excluded.reason,"
                        + " last_tried = excluded.last_tried, tries = greatest(excluded.tries, q.tries),"
                        + " retry_at = " + retryAt("greatest(excluded.tries, q.tries)"))
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("uid", uid)
                .bind("reason", reason)
                .bind("now", now)
                .bind("givenUp", GIVEN_UP)
                .bind("first", FIRST_RETRY.toSeconds())
                .bind("doublings", MOST_DOUBLINGS)
                .execute();
    }

    private static String retryAt(String tries) {
        return "CASE WHEN " + tries
                + " >= :givenUp THEN CAST(:now AS timestamptz) + :first * power(2, least(:doublings, " + tries
                + " - :givenUp)) * interval '1 second' END";
    }

    void release(long folderId, UidValidity validity, Collection<Long> uids) {
        handle.createUpdate("DELETE FROM quarantined_original WHERE folder_id = :folder AND uid_validity = :validity"
                        + " AND uid = ANY (:uids)")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
    }

    /**
     * Lets originals be asked for again in the next pass.
     *
     * @param uid null: all of the folder's
     * @return how many there are
     */
    public int retryNow(long folderId, Long uid, Instant now) {
        return handle.createUpdate("UPDATE quarantined_original SET retry_at = :now WHERE folder_id = :folder"
                        + " AND (CAST(:uid AS bigint) IS NULL OR uid = :uid)")
                .bind("folder", folderId)
                .bind("uid", uid)
                .bind("now", now)
                .execute();
    }
}
