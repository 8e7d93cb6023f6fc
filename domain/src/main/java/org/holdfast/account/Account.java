package org.holdfast.account;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** The tenant that subscribes to a plan. */
@Entity
@Table(name = "account")
public class Account {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(nullable = false)
    private String name;

    @Column(nullable = false)
    private String zone;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "hold_count", nullable = false, insertable = false, updatable = false)
    private int holdCount;

    protected Account() {}

    /**
     * A new account, on no plan yet (and therefore FREE).
     *
     * @param name 1 to 200 characters, not blank
     * @param zone the zone in which the account's people read instants
     */
    public Account(String name, ZoneId zone, Instant createdAt) {
        if (name.isBlank() || name.length() > 200) {
            throw new IllegalArgumentException("An account's name has 1 to 200 characters");
        }
        this.name = name.strip();
        this.zone = zone.getId();
        this.createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
    }

    /** The database's key; null before the account is stored. */
    public Long id() {
        return id;
    }

    public String name() {
        return name;
    }

    public ZoneId zone() {
        return ZoneId.of(zone);
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** Whether a legal hold keeps every copy of this account. */
    public boolean isHeld() {
        return holdCount > 0;
    }
}
