package org.holdfast.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Our stored replica of an original. Rows are written in bulk by the sync and removed in bulk by the
 * purge; this entity reads them. What decides over its life (bindings, holds) changes only through
 * statements that re-check the row, never through this object.
 */
@Entity
@Table(name = "mail_copy")
public class Copy {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(name = "account_id", nullable = false, updatable = false)
    private long accountId;

    @Column(name = "mailbox_id", nullable = false, updatable = false)
    private long mailboxId;

    @Column(name = "folder_id", nullable = false)
    private long folderId;

    @Column(name = "uid_validity", nullable = false)
    private long uidValidity;

    @Column(nullable = false)
    private long uid;

    @Column(nullable = false)
    private Instant clock;

    @Column(name = "received_at")
    private Instant receivedAt;

    @Column(name = "sent_at")
    private Instant sentAt;

    @Column(name = "copied_at", nullable = false)
    private Instant copiedAt;

    @Column(name = "size_bytes", nullable = false)
    private long sizeBytes;

    @Column(name = "content_sha256", nullable = false)
    private byte[] contentSha256;

    @Column(nullable = false)
    private short flags;

    @Column(columnDefinition = "text[]")
    private String[] keywords;

    @Column(name = "message_id")
    private String messageId;

    private String subject;

    private String sender;

    private String recipients;

    @Column(name = "parse_note")
    private String parseNote;

    @Column(name = "bind_count", nullable = false, insertable = false, updatable = false)
    private int bindCount;

    @Column(name = "hold_count", nullable = false, insertable = false, updatable = false)
    private int holdCount;

    @Column(name = "keep_until", insertable = false, updatable = false)
    private Instant keepUntil;

    @Column(name = "original_gone_at", insertable = false, updatable = false)
    private Instant originalGoneAt;

    protected Copy() {}

    /**
     * The retention clock: when the original was received (INTERNALDATE), or the import where that is
     * missing or later than the import. The Date header is never the clock.
     *
     * @param receivedAt INTERNALDATE, or null
     */
    public static Instant clockOf(Instant receivedAt, Instant copiedAt) {
        return receivedAt == null || receivedAt.isAfter(copiedAt) ? copiedAt : receivedAt;
    }

    public Long id() {
        return id;
    }

    public long accountId() {
        return accountId;
    }

    public long mailboxId() {
        return mailboxId;
    }

    public long folderId() {
        return folderId;
    }

    public long uid() {
        return uid;
    }

    public Instant clock() {
        return clock;
    }

    /** INTERNALDATE of the original; empty where the provider gave none. */
    public Optional<Instant> receivedAt() {
        return Optional.ofNullable(receivedAt);
    }

    /** The Date header where it could be read. For display only. */
    public Optional<Instant> sentAt() {
        return Optional.ofNullable(sentAt);
    }

    public Instant copiedAt() {
        return copiedAt;
    }

    /** Length of the raw content in bytes. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** SHA-256 of the raw content, 32 bytes. */
    public byte[] contentSha256() {
        return contentSha256.clone();
    }

    public Flags flags() {
        return new Flags(flags, keywords == null ? List.of() : List.of(keywords));
    }

    public Optional<String> messageId() {
        return Optional.ofNullable(messageId);
    }

    public Optional<String> subject() {
        return Optional.ofNullable(subject);
    }

    public Optional<String> sender() {
        return Optional.ofNullable(sender);
    }

    public Optional<String> recipients() {
        return Optional.ofNullable(recipients);
    }

    /** What could not be understood of the content; empty when all was. */
    public Optional<String> parseNote() {
        return Optional.ofNullable(parseNote);
    }

    public boolean isBound() {
        return bindCount > 0;
    }

    public boolean isHeld() {
        return holdCount > 0;
    }

    /** End of the release grace; empty if it never was bound or held. */
    public Optional<Instant> keepUntil() {
        return Optional.ofNullable(keepUntil);
    }

    /** When the original was found gone at the provider; empty while it is there. */
    public Optional<Instant> originalGoneAt() {
        return Optional.ofNullable(originalGoneAt);
    }
}
