package org.holdfast.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.refusal.Refusal;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The last administrator who can come in, on a real database. */
class AdministratorsIT {

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
    void threeAdministratorsOfWhomOneIsDisabledAndAnAuditor() {
        var database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> h.execute("INSERT INTO app_user (id, email, display_name, role, created_at, disabled_at)"
                + " VALUES (1, 'a@x.example', 'a', 'ADMINISTRATOR', now(), NULL),"
                + " (2, 'b@x.example', 'b', 'ADMINISTRATOR', now(), NULL),"
                + " (3, 'c@x.example', 'c', 'ADMINISTRATOR', now(), now()),"
                + " (4, 'd@x.example', 'd', 'AUDITOR', now(), NULL)"));
    }

    @Test
    void theLastAdministratorWhoCanComeInIsNeverDisabled() {
        assertThat(disable(1)).isTrue();
        assertThatThrownBy(() -> disable(2))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("last administrator")
                .extracting(e -> ((Refusal) e).code())
                .isEqualTo("last-administrator");
        assertThat(disable(4)).as("an auditor may be").isTrue();
    }

    @Test
    void ofTwoWhoDisableEachOtherAtTheSameMomentOneStays() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 30; round++) {
                jdbi.useHandle(h -> h.execute("UPDATE app_user SET disabled_at = NULL WHERE id IN (1, 2)"));
                List<Callable<Boolean>> both = List.of(() -> disable(1), () -> disable(2));
                List<Boolean> done = new ArrayList<>();
                for (Future<Boolean> one : threads.invokeAll(both)) {
                    done.add(succeeded(one));
                }
                assertThat(done).containsExactlyInAnyOrder(true, false);
                assertThat(enabled()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean succeeded(Future<Boolean> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (java.util.concurrent.ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(Refusal.class);
            return false;
        }
    }

    private boolean disable(long user) {
        return jdbi.inTransaction(h -> {
            new Administrators(h).requireAnotherThan(user);
            h.execute("SELECT FROM app_user WHERE id = ? FOR UPDATE", user);
            h.execute("SELECT pg_sleep(0.005)");
            return h.execute("UPDATE app_user SET disabled_at = now() WHERE id = ?", user) == 1;
        });
    }

    private long enabled() {
        return jdbi.withHandle(
                h -> h.createQuery("SELECT count(*) FROM app_user WHERE role = 'ADMINISTRATOR' AND disabled_at IS NULL")
                        .mapTo(Long.class)
                        .one());
    }
}
