package org.holdfast.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.api.output.MigrateResult;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SchemaMigrationIT {

    private static LocalPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void twoNodesThatStartAtOnceMigrateOnce() throws Exception {
        DataSource database = postgres.createDatabase();
        ExecutorService nodes = Executors.newFixedThreadPool(2);
        try {
            Callable<MigrateResult> start = () -> SchemaMigration.migrate(database);
            int applied = 0;
            for (Future<MigrateResult> node : nodes.invokeAll(List.of(start, start))) {
                applied += node.get().migrationsExecuted;
            }
            int migrations = Jdbi.create(database)
                    .withHandle(h -> h.createQuery("SELECT count(*) FROM flyway_schema_history WHERE success")
                            .mapTo(Integer.class)
                            .one());
            assertThat(applied).isEqualTo(migrations).isPositive();
        } finally {
            nodes.shutdown();
        }
    }

    @Test
    void overlappingTermsAreRefusedByTheDatabase() {
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        assertThatThrownBy(() -> Jdbi.create(database)
                        .useHandle(h -> h.execute("INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs,"
                                + " grace_days, recorded_by, reason) VALUES ('FREE', '2020-01-01', '2020-01-01', true,"
                                + " 0, 'test', 'overlap')")))
                .hasMessageContaining("plan_terms_plan_code_tstzrange_tstzrange1_excl");
    }
}
