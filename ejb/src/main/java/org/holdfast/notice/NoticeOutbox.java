package org.holdfast.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Hands out notices that are due, one node each, and records what came of them. A notice whose node was lost
 * while it was being sent becomes UNKNOWN and is not sent again by itself.
 */
public final class NoticeOutbox {

    /** Longer than a try to send can last. */
    static final Duration TERM = Duration.ofMinutes(30);

    private static final Duration[] WAITS = {
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(3),
        Duration.ofHours(6)
    };

    private final Handle handle;

    NoticeOutbox(Handle handle) {
        this.handle = handle;
    }

    /** A notice that this node alone sends. */
    public record Claim(
            long id,
            long token,
            NoticeKind kind,
            Optional<Long> changeId,
            long userId,
            int days,
            Optional<String> messageId,
            Optional<Notice.Text> text) {}

    /** Claims the notice that has waited longest; those that others claim meanwhile are passed over. */
    Optional<Claim> claim(String owner, Instant now) {
        return handle.createQuery("UPDATE notice SET status = 'SENDING', lease_owner = :owner,"
                        + " lease_token = lease_token + 1, tries = tries + 1,"
                        + " lease_until = clock_timestamp() + :term * interval '1 second' WHERE id = (SELECT id FROM notice"
                        + " WHERE status = 'PLANNED' AND due_at <= :now AND try_at <= clock_timestamp()"
                        + " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *")
                .bind("owner", owner)
                .bind("term", TERM.toSeconds())
                .bind("now", now)
                .map((row, context) -> new Claim(
                        row.getLong("id"),
                        row.getLong("lease_token"),
                        NoticeKind.valueOf(row.getString("kind")),
                        Optional.ofNullable(row.getObject("change_id", Long.class)),
                        row.getLong("user_id"),
                        row.getInt("days"),
                        Optional.ofNullable(row.getString("message_id")),
                        Optional.ofNullable(row.getString("subject")).map(subject -> text(subject, row))))
                .findOne();
    }

    private static Notice.Text text(String subject, java.sql.ResultSet row) {
        try {
            return new Notice.Text(subject, row.getString("plain"), row.getString("html"));
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes down what is about to be sent; a text that was written before keeps the counts it names. */
    void write(Claim claim, NoticeLetter letter) {
        int written = handle.createUpdate(
                        "UPDATE notice SET message_id = :messageId, language = :language,"
                                + " recipient = :recipient, subject = :subject, plain = :plain, html = :html,"
                                + " copies = coalesce(CAST(:copies AS bigint), copies),"
                                + " bytes = coalesce(CAST(:bytes AS bigint), bytes) WHERE id = :id AND lease_token = :token AND status = 'SENDING'")
                .bind("messageId", letter.messageId())
                .bind("language", letter.language())
                .bind("recipient", letter.to().address())
                .bind("subject", letter.text().subject())
                .bind("plain", letter.text().plain())
                .bind("html", letter.text().html())
                .bind("copies", letter.copies())
                .bind("bytes", letter.bytes())
                .bind("id", claim.id())
                .bind("token", claim.token())
                .execute();
        if (written != 1) {
            throw new IllegalStateException("Notice " + claim.id() + " is no longer this node's to send");
        }
    }

    /**
     * Records what came of a try. A node that was slower than its lease still knows best, unless a person has
     * had it sent again meanwhile.
     */
    boolean record(Claim claim, Relay.Delivery delivery, Instant now) {
        return switch (delivery.outcome()) {
            case TAKEN -> set(claim, NoticeStatus.SENT, now, null);
            case REFUSED -> set(claim, NoticeStatus.FAILED, null, delivery.detail());
            case UNKNOWN -> set(claim, NoticeStatus.UNKNOWN, null, delivery.detail());
            case POSTPONED -> postpone(claim, delivery.detail());
        };
    }

    /** Takes a notice off the list that turned out not to be needed. */
    void cancel(Claim claim, String why) {
        set(claim, NoticeStatus.CANCELLED, null, why);
    }

    private boolean set(Claim claim, NoticeStatus status, Instant sentAt, String error) {
        return handle.createUpdate("UPDATE notice SET status = :status, sent_at = :sent, error = :error,"
                                + " lease_owner = NULL, lease_until = NULL WHERE id = :id AND lease_token = :token"
                                + " AND status IN ('SENDING', 'UNKNOWN')")
                        .bind("status", status)
                        .bind("sent", sentAt)
                        .bind("error", error)
                        .bind("id", claim.id())
                        .bind("token", claim.token())
                        .execute()
                == 1;
    }

    /** Puts a notice back, to be tried again after a wait that grows with the tries. */
    boolean postpone(Claim claim, String error) {
        return handle.createUpdate("UPDATE notice SET status = 'PLANNED', error = :error, lease_owner = NULL,"
                                + " lease_until = NULL, try_at = clock_timestamp() + interval '1 second'"
                                + " * (CAST(:waits AS bigint[]))[least(tries, :most)]"
                                + " WHERE id = :id AND lease_token = :token AND status IN ('SENDING', 'UNKNOWN')")
                        .bind("error", error)
                        .bindArray("waits", Long.class, seconds())
                        .bind("most", WAITS.length)
                        .bind("id", claim.id())
                        .bind("token", claim.token())
                        .execute()
                == 1;
    }

    private static Object[] seconds() {
        Object[] seconds = new Object[WAITS.length];
        for (int i = 0; i < WAITS.length; i++) {
            seconds[i] = WAITS[i].toSeconds();
        }
        return seconds;
    }

    /**
     * Says of notices whose node was lost while it sent them that nobody knows whether they went. One that was
     * not even written yet has not gone, and is planned again.
     */
    int giveUpOnLost() {
        handle.createUpdate("UPDATE notice SET status = 'PLANNED', lease_until = NULL"
                        + " WHERE status = 'SENDING' AND message_id IS NULL AND lease_until < clock_timestamp()")
                .execute();
        return handle.createUpdate("UPDATE notice SET status = 'UNKNOWN', lease_until = NULL,"
                        + " error = 'The server ' || lease_owner || ' was lost while it sent this notice'"
                        + " WHERE status = 'SENDING' AND lease_until < clock_timestamp()")
                .execute();
    }

    /**
     * Has a notice sent again that failed or of which nobody knows.
     *
     * @return whether it was in such a state
     */
    boolean resend(long id, String by, Instant now) {
        return handle.createUpdate("UPDATE notice SET status = 'PLANNED', due_at = :now, try_at = clock_timestamp(),"
                                + " tries = 0, lease_token = lease_token + 1, resent_by = :by,"
                                + " may_have_arrived = may_have_arrived OR status = 'UNKNOWN'"
                                + " WHERE id = :id AND status IN ('FAILED', 'UNKNOWN')")
                        .bind("now", now)
                        .bind("by", by)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /** Plans a look at a template for the one who asks for it. */
    long test(long userId, String language, Notice.Text text, Instant now) {
        return handle.createQuery("INSERT INTO notice (kind, user_id, days, due_at, status, recorded_at, language,"
                        + " subject, plain, html) VALUES ('TEST', :user, 0, :now, 'PLANNED', :now, :language, :subject,"
                        + " :plain, :html) RETURNING id")
                .bind("user", userId)
                .bind("now", now)
                .bind("language", language)
                .bind("subject", text.subject())
                .bind("plain", text.plain())
                .bind("html", text.html())
                .mapTo(Long.class)
                .one();
    }
}
