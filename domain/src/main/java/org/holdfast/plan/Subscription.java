package org.holdfast.plan;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Which plan an account has in an interval of time, and since when we hold it to be so. */
@Entity
@Table(name = "subscription")
public class Subscription {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(name = "account_id", nullable = false, updatable = false)
    private long accountId;

    @Column(name = "plan_code", nullable = false, updatable = false)
    private String planCode;

    @Column(name = "valid_from", nullable = false, updatable = false)
    private Instant validFrom;

    @Column(name = "valid_until", updatable = false)
    private Instant validUntil;

    @Column(name = "known_from", nullable = false, updatable = false)
    private Instant knownFrom;

    @Column(name = "known_until")
    private Instant knownUntil;

    @Column(name = "recorded_by", nullable = false, updatable = false)
    private String recordedBy;

    @Column(nullable = false, updatable = false)
    private String reason;

    @Column(name = "preview_id", updatable = false)
    private Long previewId;

    protected Subscription() {}

    /**
     * A subscription as recorded now.
     *
     * @param validFrom first instant at which it applies
     * @param validUntil first instant at which it no longer applies, after validFrom; null: open
     * @param recorded who recorded it, when and why
     */
    public Subscription(long accountId, String planCode, Instant validFrom, Instant validUntil, Recorded recorded) {
        if (validUntil != null && !validUntil.isAfter(validFrom)) {
            throw new IllegalArgumentException("A subscription ends after it begins");
        }
        this.accountId = accountId;
        this.planCode = Objects.requireNonNull(planCode);
        this.validFrom = Objects.requireNonNull(validFrom);
        this.validUntil = validUntil;
        this.knownFrom = recorded.at();
        this.recordedBy = recorded.by();
        this.reason = recorded.reason();
    }

    /** Who recorded a change, when and why. */
    public record Recorded(String by, Instant at, String reason) {

        public Recorded {
            Objects.requireNonNull(by);
            Objects.requireNonNull(at);
            Objects.requireNonNull(reason);
        }
    }

    /** No longer held to be so from this instant on; the row stays as what was known before. */
    public void supersedeAt(Instant instant) {
        if (knownUntil != null) {
            throw new IllegalStateException("Subscription " + id + " was superseded at " + knownUntil);
        }
        if (!instant.isAfter(knownFrom)) {
            throw new IllegalArgumentException("A row is superseded after it was recorded");
        }
        knownUntil = instant;
    }

    /** Names the stored preview that the change rests on; null: none. */
    public void restOn(Long preview) {
        previewId = preview;
    }

    /** The stored preview that the change rests on. */
    public Optional<Long> previewId() {
        return Optional.ofNullable(previewId);
    }

    public long accountId() {
        return accountId;
    }

    public String planCode() {
        return planCode;
    }

    public Instant validFrom() {
        return validFrom;
    }

    public Optional<Instant> validUntil() {
        return Optional.ofNullable(validUntil);
    }

    public Instant knownFrom() {
        return knownFrom;
    }

    public String recordedBy() {
        return recordedBy;
    }

    public String reason() {
        return reason;
    }
}
