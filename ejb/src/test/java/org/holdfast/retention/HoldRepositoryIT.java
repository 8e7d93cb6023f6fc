package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HoldRepositoryIT {

    private static final Instant NOW = Instant.parse("2019-05-02T08:00:00Z");
    private static final Instant GRACE = NOW.plus(Duration.ofDays(7));
    private static final Hold.Step PLACED = new Hold.Step("admin", NOW, "court order");
    private static final Hold.Step RELEASED = new Hold.Step("admin", NOW, "case closed");

    private static LocalPostgres postgres;
    private static Jdbi jdbi;

    private long account;
    private long mailbox;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void accountWithAMailbox() {
        account = number("INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id");
        long owner = number("INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES ("
                + account + ", 'o" + account + "@example.org', 'O', 'OWNER', now()) RETURNING id");
        mailbox = number("INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security,"
                + " login, state, state_since, connected_at) VALUES (" + account + ", " + owner
                + ", 'o@example.org', 'h', 993, 'TLS', 'o', 'ACTIVE', now(), now()) RETURNING id");
    }

    @Test
    void onlyTheLastReleaseStartsTheGraceOfAnAccount() {
        Hold first = place(null);
        Hold second = place(null);
        assertThat(release(first)).isTrue();
        assertThat(account("hold_count")).isEqualTo("1");
        assertThat(account("keep_until")).isNull();
        assertThat(release(second)).isTrue();
        assertThat(account("hold_count")).isEqualTo("0");
        assertThat(account("keep_until = '" + GRACE + "'")).isEqualTo("t");
    }

    @Test
    void aHoldOnAMailboxCountsThereAndIsNoticedOnTheAccount() {
        Hold hold = place(mailbox);
        assertThat(hold.mailboxId()).isEqualTo(Optional.of(mailbox));
        assertThat(account("hold_count")).isEqualTo("0");
        assertThat(account("policy_version")).isEqualTo("1");
        assertThat(number("SELECT hold_count FROM mailbox WHERE id = " + mailbox))
                .isEqualTo(1);
        release(hold);
        assertThat(number("SELECT hold_count FROM mailbox WHERE id = " + mailbox))
                .isZero();
        assertThat(number("SELECT count(*) FROM mailbox WHERE keep_until = '" + GRACE + "' AND id = " + mailbox))
                .isEqualTo(1);
    }

    @Test
    void releasingTwiceChangesNothing() {
        Hold hold = place(null);
        place(null);
        release(hold);
        assertThat(release(hold)).isFalse();
        assertThat(account("hold_count")).isEqualTo("1");
    }

    @Test
    void aReleasedHoldTellsBothStepsAndIsNoLongerInForce() {
        Hold hold = place(null);
        release(hold);
        List<Hold> page = jdbi.withHandle(h -> new HoldRepository(h).page(account, null, 10));
        assertThat(page).singleElement().satisfies(h -> {
            assertThat(h.placed()).isEqualTo(PLACED);
            assertThat(h.released()).contains(RELEASED);
            assertThat(h.isInForce()).isFalse();
        });
    }

    @Test
    void aHoldOnNobodyIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> jdbi.useTransaction(h -> new HoldRepository(h)
                        .place(NewHold.onAll(Long.MAX_VALUE, null, "nobody", "court order"), "admin", NOW)));
    }

    private Hold place(Long on) {
        return jdbi.inTransaction(
                h -> new HoldRepository(h).place(NewHold.onAll(account, on, "Case 7", "court order"), "admin", NOW));
    }

    private static boolean release(Hold hold) {
        return jdbi.inTransaction(h -> new HoldRepository(h).release(hold, RELEASED, GRACE));
    }

    private String account(String expression) {
        return jdbi.withHandle(h -> h.createQuery("SELECT " + expression + " FROM account WHERE id = " + account)
                .mapTo(String.class)
                .one());
    }

    private static long number(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }
}
