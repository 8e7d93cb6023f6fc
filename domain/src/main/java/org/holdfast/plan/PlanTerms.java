package org.holdfast.plan;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a plan grants in an interval of time, and since when we hold it to be so. Rows in force are
 * never edited, only superseded from a future instant.
 */
@Entity
@Table(name = "plan_terms")
public class PlanTerms {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(name = "plan_code", nullable = false)
    private String planCode;

    @Column(name = "valid_from", nullable = false)
    private Instant validFrom;

    @Column(name = "valid_until")
    private Instant validUntil;

    @Column(name = "known_from", nullable = false)
    private Instant knownFrom;

    @Column(name = "known_until")
    private Instant knownUntil;

    @Column(nullable = false)
    private boolean syncs;

    @Column(name = "unbound_days")
    private Integer unboundDays;

    @Column(name = "grace_days", nullable = false)
    private int graceDays;

    @Column(name = "mailboxes_per_user")
    private Integer mailboxesPerUser;

    @Column(name = "shared_mailboxes")
    private Integer sharedMailboxes;

    @Column(name = "recorded_by", nullable = false)
    private String recordedBy;

    @Column(nullable = false)
    private String reason;

    protected PlanTerms() {}

    public Long id() {
        return id;
    }

    public String planCode() {
        return planCode;
    }

    /** First instant at which these terms apply. */
    public Instant validFrom() {
        return validFrom;
    }

    /** First instant at which they no longer apply; empty while open. */
    public Optional<Instant> validUntil() {
        return Optional.ofNullable(validUntil);
    }

    /** When it was recorded. */
    public Instant knownFrom() {
        return knownFrom;
    }

    /** When it was superseded; empty while it is held to be so. */
    public Optional<Instant> knownUntil() {
        return Optional.ofNullable(knownUntil);
    }

    public String recordedBy() {
        return recordedBy;
    }

    public String reason() {
        return reason;
    }

    public boolean syncs() {
        return syncs;
    }

    public RetentionPeriod retention() {
        return RetentionPeriod.ofNullableDays(unboundDays);
    }

    public Duration grace() {
        return Duration.ofDays(graceDays);
    }

    public Allowance mailboxesPerUser() {
        return Allowance.ofNullable(mailboxesPerUser);
    }

    public Allowance sharedMailboxes() {
        return Allowance.ofNullable(sharedMailboxes);
    }
}
