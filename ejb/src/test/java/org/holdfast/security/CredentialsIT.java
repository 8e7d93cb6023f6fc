package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.holdfast.account.Role;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** First run and tokens on a real database, without a container. */
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
    void ofNodesThatStartAtOnceOneOffersAToken() throws Exception {
        assertThat(atOnce(8, () -> offer(SecretToken.random()))).containsOnlyOnce(true);
    }

    @Test
    void ofSetUpsWithTheSameTokenOneSucceeds() throws Exception {
        SecretToken token = SecretToken.random();
        assertThat(offer(token)).isTrue();
        assertThat(atOnce(8, () -> consume(token))).containsOnlyOnce(true);
    }

    @Test
    void wrongTokenOpensNothingAndUsesNothingUp() {
        SecretToken token = SecretToken.random();
        assertThat(offer(token)).isTrue();
        assertThat(consume(SecretToken.random())).isFalse();
        assertThat(consume(token)).isTrue();
        assertThat(consume(token)).isFalse();
    }

    @Test
    void laterStartReplacesATokenThatWasNotUsed() {
        SecretToken lost = SecretToken.random();
        offer(lost);
        assertThat(offer(SecretToken.random())).as("within five minutes").isFalse();
        jdbi.useHandle(h -> h.execute("UPDATE first_run_token SET created_at = created_at - interval '6 minutes'"));
        SecretToken second = SecretToken.random();
        assertThat(offer(second)).isTrue();
        assertThat(consume(lost)).isFalse();
        assertThat(consume(second)).isTrue();
    }

    @Test
    void withAnAdministratorThereIsNoFirstRun() {
        user(Role.ADMINISTRATOR, "admin@example.org");
        assertThat(offer(SecretToken.random())).isFalse();
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

    private boolean offer(SecretToken token) {
        return jdbi.withHandle(h -> new FirstRunTable(h).offer(token.sha256()));
    }

    private boolean consume(SecretToken token) {
        return jdbi.withHandle(h -> new FirstRunTable(h).consume(token.sha256()));
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

    private static List<Boolean> atOnce(int times, Callable<Boolean> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<Boolean> answers = new ArrayList<>();
            for (Future<Boolean> answer : threads.invokeAll(java.util.Collections.nCopies(times, work))) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdown();
        }
    }
}
