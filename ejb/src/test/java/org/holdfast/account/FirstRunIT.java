package org.holdfast.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.holdfast.security.SecretToken;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first-run token on a real database, without a container. */
class FirstRunIT {

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

    private boolean offer(SecretToken token) {
        return jdbi.withHandle(h -> new FirstRunTable(h).offer(token.sha256()));
    }

    private boolean consume(SecretToken token) {
        return jdbi.withHandle(h -> new FirstRunTable(h).consume(token.sha256()));
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
