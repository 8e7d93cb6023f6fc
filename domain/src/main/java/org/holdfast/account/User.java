package org.holdfast.account;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** A person: an administrator or auditor of the installation, or an owner in one account. */
@Entity
@Table(name = "app_user")
public class User {

    private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[^\\s@\\p{Cntrl}]{1,255}");

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(name = "account_id", updatable = false)
    private Long accountId;

    @Column(nullable = false)
    private String email;

    @Column(name = "display_name", nullable = false)
    private String displayName;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false, updatable = false)
    private Role role;

    @Column(name = "password_hash")
    private String passwordHash;

    @Column(nullable = false)
    private String language = "en";

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "disabled_at")
    private Instant disabledAt;

    protected User() {}

    private User(Role role, Long accountId, String email, String displayName, Instant createdAt) {
        if (!isEmail(email)) {
            throw new IllegalArgumentException("Not a mail address: " + email);
        }
        this.role = role;
        this.accountId = accountId;
        this.email = email;
        this.displayName = displayName.isBlank() ? email : displayName.strip();
        this.createdAt = createdAt.truncatedTo(ChronoUnit.MICROS);
    }

    /** An employee of the account. */
    public static User owner(long accountId, String email, String displayName, Instant createdAt) {
        return new User(Role.OWNER, accountId, email, displayName, createdAt);
    }

    /**
     * Somebody who runs or reads the installation.
     *
     * @throws IllegalArgumentException if the role is {@link Role#OWNER}, which belongs to an account
     */
    public static User operator(Role role, String email, String displayName, Instant createdAt) {
        if (role == Role.OWNER) {
            throw new IllegalArgumentException("An owner belongs to an account");
        }
        return new User(role, null, email, displayName, createdAt);
    }

    /** Whether text has the form of a mail address; says nothing about whether it exists. */
    public static boolean isEmail(String text) {
        return EMAIL.matcher(text).matches();
    }

    public Long id() {
        return id;
    }

    /** The account of an owner; empty for administrators and auditors. */
    public Optional<Long> accountId() {
        return Optional.ofNullable(accountId);
    }

    public String email() {
        return email;
    }

    public String displayName() {
        return displayName;
    }

    public Role role() {
        return role;
    }

    /** BCP 47 tag of the console's language: {@code en} or {@code vi}. */
    public String language() {
        return language;
    }

    /** Argon2id in its encoded form; empty when this user signs in by token only. */
    public Optional<String> passwordHash() {
        return Optional.ofNullable(passwordHash);
    }

    /** Replaces the password's hash; an encoded Argon2id string. */
    public void changePasswordHash(String encoded) {
        this.passwordHash = Objects.requireNonNull(encoded);
    }

    /** From now on this user cannot come in; what was done before keeps the name. */
    public void disable(Instant at) {
        disabledAt = at.truncatedTo(ChronoUnit.MICROS);
    }

    /** Lets the user in again. */
    public void enable() {
        disabledAt = null;
    }

    public boolean isEnabled() {
        return disabledAt == null;
    }

    public Instant createdAt() {
        return createdAt;
    }
}
