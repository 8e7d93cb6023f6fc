package org.holdfast.mailbox;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** A connection to one external mail address, personal or shared with named users. */
@Entity
@Table(name = "mailbox")
public class Mailbox {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private Long id;

    @Column(name = "account_id", nullable = false, updatable = false)
    private long accountId;

    @Column(name = "owner_id", nullable = false)
    private long ownerId;

    @Column(nullable = false)
    private String address;

    @Column(nullable = false)
    private boolean shared;

    @Column(name = "imap_host", nullable = false)
    private String imapHost;

    @Column(name = "imap_port", nullable = false)
    private int imapPort;

    @Enumerated(EnumType.STRING)
    @Column(name = "imap_security", nullable = false)
    private TransportSecurity imapSecurity;

    @Column(name = "smtp_host")
    private String smtpHost;

    @Column(name = "smtp_port")
    private Integer smtpPort;

    @Enumerated(EnumType.STRING)
    @Column(name = "smtp_security")
    private TransportSecurity smtpSecurity;

    @Column(nullable = false)
    private String login;

    private byte[] secret;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private MailboxState state;

    @Column(name = "state_since", nullable = false)
    private Instant stateSince;

    @Column(name = "state_reason")
    private String stateReason;

    @Column(name = "connected_at", nullable = false)
    private Instant connectedAt;

    @Column(name = "disconnected_at")
    private Instant disconnectedAt;

    @Enumerated(EnumType.STRING)
    @Column(name = "plan_stop", insertable = false, updatable = false)
    private PlanStop.Cause planStop;

    @Column(name = "plan_stopped_at", insertable = false, updatable = false)
    private Instant planStoppedAt;

    @Column(name = "chosen_at", insertable = false, updatable = false)
    private Instant chosenAt;

    @Column(name = "secret_erased_at", insertable = false, updatable = false)
    private Instant secretErasedAt;

    protected Mailbox() {}

    /**
     * A mailbox whose servers were checked just now.
     *
     * @param ownerId the user who answers for it
     * @param address the mail address, as its owner writes it
     * @param imap where mail is read
     * @param login the user name at the provider
     */
    public Mailbox(long accountId, long ownerId, String address, MailServer imap, String login, Instant connectedAt) {
        this.accountId = accountId;
        this.ownerId = ownerId;
        this.address = Objects.requireNonNull(address);
        this.imapHost = imap.host();
        this.imapPort = imap.port();
        this.imapSecurity = imap.security();
        this.login = Objects.requireNonNull(login);
        this.connectedAt = Objects.requireNonNull(connectedAt);
        this.state = MailboxState.ACTIVE;
        this.stateSince = connectedAt;
    }

    /** Where mail is sent from; without it the mailbox only receives. */
    public void sendThrough(MailServer smtp) {
        smtpHost = smtp.host();
        smtpPort = smtp.port();
        smtpSecurity = smtp.security();
    }

    /** Shared with named users of the account, not personal. */
    public void share() {
        shared = true;
    }

    /** Keeps the encrypted secret; the key and the clear text never come near this class. */
    public void keepSecret(byte[] ciphertext) {
        secret = ciphertext.clone();
    }

    /**
     * Moves to another state.
     *
     * @param reason in words for its owner; null where the state says it all
     * @throws IllegalStateException if it was disconnected: that is final
     */
    public void enter(MailboxState next, String reason, Instant at) {
        if (state == MailboxState.DISCONNECTED) {
            throw new IllegalStateException("Mailbox " + id + " was disconnected at " + disconnectedAt);
        }
        if (next != state) {
            state = next;
            stateSince = at;
        }
        stateReason = reason;
        if (next == MailboxState.DISCONNECTED) {
            disconnectedAt = at;
            secret = null;
        }
    }

    public Long id() {
        return id;
    }

    public long accountId() {
        return accountId;
    }

    public long ownerId() {
        return ownerId;
    }

    public String address() {
        return address;
    }

    public boolean isShared() {
        return shared;
    }

    public MailServer imap() {
        return new MailServer(imapHost, imapPort, imapSecurity);
    }

    public Optional<MailServer> smtp() {
        return smtpHost == null ? Optional.empty() : Optional.of(new MailServer(smtpHost, smtpPort, smtpSecurity));
    }

    public String login() {
        return login;
    }

    /** The encrypted secret; empty once erased. */
    public Optional<byte[]> secret() {
        return Optional.ofNullable(secret).map(byte[]::clone);
    }

    public MailboxState state() {
        return state;
    }

    public Instant stateSince() {
        return stateSince;
    }

    /** Why it is in its state, in words; empty where the state says it all. */
    public Optional<String> stateReason() {
        return Optional.ofNullable(stateReason);
    }

    public Instant connectedAt() {
        return connectedAt;
    }

    /** Why the plan does not allow it now, whatever else its state; empty while it does. */
    public Optional<PlanStop.Cause> planStop() {
        return Optional.ofNullable(planStop);
    }

    /** Since when the plan does not allow it. */
    public Optional<Instant> planStoppedAt() {
        return Optional.ofNullable(planStoppedAt);
    }

    /** Whether it was chosen to stay where the plan's limit does not reach for all. */
    public boolean isChosen() {
        return chosenAt != null;
    }

    /** When its secret was erased because the plan did not come back in time; empty once there is a new one. */
    public Optional<Instant> secretErasedAt() {
        return Optional.ofNullable(secretErasedAt);
    }
}
