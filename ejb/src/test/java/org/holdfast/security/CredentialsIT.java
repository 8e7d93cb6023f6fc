package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.holdfast.account.Role;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens and users on a real database, without a container. */
class CredentialsIT {

    private static LocalPostgres postgres;
    private Jdbi jdbi;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void migrate() {
        var database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    @Test
    void onlyTheHashOfATokenIsStored() {
        SecretToken token = SecretToken.random();
        issue(user(Role.AUDITOR, "auditor@example.org"), token, 60);
        long rows = jdbi.withHandle(h -> h.createQuery("SELECT count(*) FROM api_token t WHERE t::text LIKE :secret")
                .bind("secret", "%" + token.reveal() + "%")
                .mapTo(Long.class)
                .one());
        assertThat(rows).isZero();
        assertThat(holder(token)).isTrue();
    }

    @Test
    void revokedTokenIsNobodys() {
        SecretToken token = SecretToken.random();
        ApiToken issued = issue(user(Role.AUDITOR, "auditor@example.org"), token, 60);
        jdbi.useHandle(h -> {
            assertThat(new ApiTokenTable(h).revoke(issued.id())).isTrue();
            assertThat(new ApiTokenTable(h).revoke(issued.id())).as("again").isFalse();
        });
        assertThat(holder(token)).isFalse();
    }

    @Test
    void tokenEndsByItself() {
        SecretToken token = SecretToken.random();
        issue(user(Role.AUDITOR, "auditor@example.org"), token, 2);
        assertThat(holder(token)).isTrue();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !holder(token));
    }

    @Test
    void disabledUserHasNoTokenSessionOrPassword() {
        long user = user(Role.AUDITOR, "auditor@example.org");
        SecretToken token = SecretToken.random();
        issue(user, token, 60);
        jdbi.useHandle(h -> h.execute("UPDATE app_user SET disabled_at = now() WHERE id = ?", user));
        jdbi.useHandle(h -> {
            CredentialTable table = new CredentialTable(h);
            assertThat(table.byToken(token.sha256())).isEmpty();
            assertThat(table.byId(user)).isEmpty();
            assertThat(table.byEmail("AUDITOR@example.org")).isEmpty();
        });
    }

    private boolean holder(SecretToken token) {
        return jdbi.withHandle(
                h -> new CredentialTable(h).byToken(token.sha256()).isPresent());
    }

    private ApiToken issue(long user, SecretToken token, long seconds) {
        return jdbi.withHandle(h -> new ApiTokenTable(h).insert(user, "test", token.sha256(), seconds));
    }

    private long user(Role role, String email) {
        return jdbi.withHandle(h -> h.createQuery("INSERT INTO app_user (email, display_name, role, created_at)"
                        + " VALUES (:email, 'Test', :role, now()) RETURNING id")
                .bind("email", email)
                .bind("role", role.name())
                .mapTo(Long.class)
                .one());
    }
}
