package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The role of docs/grants.sql can do all of the purge's work and cannot change what was recorded. */
class RestrictedRoleIT {

    private static LocalPostgres postgres;
    private static PurgeStage owner;
    private static PurgeStage application;

    @BeforeAll
    static void start() throws IOException {
        postgres = PurgeStage.startPostgres();
        owner = new PurgeStage(postgres);
        owner.execute("CREATE ROLE holdfast_app LOGIN");
        String grants = Files.readString(Path.of("../docs/grants.sql")).replace(":role", "holdfast_app");
        owner.jdbi.useHandle(h -> h.createScript(grants).execute());
        application = owner.as(postgres, "holdfast_app");
        owner.account(1, "CRM_PLUS");
        owner.copies(1, 120, daysBefore(40));
        owner.copies(1, 5, daysBefore(1));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void applicationsRolePurgesReleasesVerifiesAndStartsOnAMigratedDatabase() {
        assertThat(SchemaMigration.migrate(application.database).migrationsExecuted)
                .isZero();
        owner.jdbi.useHandle(h -> h.execute("SELECT setval('mail_copy_id_seq', 70000)"));
        application.release.extend();
        PurgeRun run = application.run(application.record(2, 25), 1);
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(run.purgedCopies()).isEqualTo(120);
        assertThat(application.verify().isIntact()).isTrue();
        assertThat(application.count("SELECT count(*) FROM mail_content")).isEqualTo(5);
        assertThat(application.release.truncate(0)).as("a range with copies").isFalse();
        application.release.rewrite(0);
        assertThat(application.count("SELECT count(*) FROM mail_content")).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE ledger_entry SET bytes = 0",
                "DELETE FROM ledger_entry",
                "TRUNCATE ledger_entry",
                "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
                "DROP TABLE ledger_entry",
                "UPDATE audit_event SET actor = 'nobody'",
                "DELETE FROM audit_event",
                "DELETE FROM purge_run",
                "DELETE FROM purge_slice",
                "TRUNCATE mail_content_0",
                "UPDATE flyway_schema_history SET success = false"
            })
    void applicationsRoleCannotChangeWhatWasRecorded(String sql) {
        assertThatThrownBy(() -> application.execute(sql))
                .hasStackTraceContaining(
                        sql.startsWith("ALTER") || sql.startsWith("DROP") ? "must be owner" : "permission denied");
    }
}
