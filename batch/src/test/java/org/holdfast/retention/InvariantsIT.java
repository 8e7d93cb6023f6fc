package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.util.List;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvariantsIT {

    private static LocalPostgres postgres;
    private static PurgeStage stage;

    /** Copies 1 to 30 are purged, 31 to 40 young, 41 bound, 42 held by its account; 43 and 44 purged by a second run. */
    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
        stage = new PurgeStage(postgres);
        stage.account(1, "CRM_PLUS");
        stage.account(2, "STANDARD");
        stage.copies(1, 30, daysBefore(40));
        stage.copies(1, 10, AS_OF.minusSeconds(600));
        stage.copies(1, 1, daysBefore(50));
        stage.copies(2, 1, daysBefore(90));
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = 41");
        stage.execute("INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at)"
                + " VALUES (41, 1, 'deal', '7', 't', now())");
        stage.execute("UPDATE account SET hold_count = 1 WHERE id = 2");
        stage.run(stage.record(1, 10), 1);
        List<Long> unnamed = stage.copies(1, 2, daysBefore(41));
        stage.execute("UPDATE mail_copy SET received_at = NULL WHERE id = ?", unnamed.get(0));
        stage.run(stage.record(1, 10), 1);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void soundDatabaseKeepsEveryPromise() {
        List<Invariant> found = stage.jdbi.inTransaction(h -> new Invariants(h).check());
        assertThat(found).allMatch(Invariant::holds).hasSize(10);
        assertThat(stage.count("SELECT count(*) FROM purged_original")).isOne();
    }

    @Test
    void contentThatTheSweepHasYetToReleaseIsNoViolation() {
        stage.jdbi.useHandle(h -> {
            h.begin();
            h.execute("DELETE FROM content_sweep");
            h.execute("INSERT INTO mail_content (copy_id, raw) VALUES (1, 'x')");
            assertThat(new Invariants(h).check()).allMatch(Invariant::holds);
            h.rollback();
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "I1 | No bound | DELETE FROM mail_content WHERE copy_id = 41",
                "I1 | No bound | UPDATE mail_copy SET bind_count = 2 WHERE id = 41",
                "I1 | No binding | ALTER TABLE binding DROP CONSTRAINT binding_copy_id_fkey; DELETE FROM mail_copy WHERE id = 41",
                "I2 | The last complete | UPDATE account SET hold_count = 0 WHERE id = 2",
                "I2 | No copy was purged before | UPDATE plan_terms SET unbound_days = 41 WHERE plan_code = 'CRM_PLUS'",
                "I4 | No purged original | INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                        + " copied_at, size_bytes, content_sha256) SELECT 1, 1, folder_id, uid_validity, uid, now(), now(), 1,"
                        + " content_sha256 FROM purged_original",
                "I6 | The ledger names | INSERT INTO ledger_entry SELECT run_id, slice, 99, recorded_at, first_account,"
                        + " last_account, first_copy, last_copy, copies, bytes, pack, previous_hash, hash FROM ledger_entry"
                        + " WHERE (run_id, slice, number) = (1, 1, 1)",
                "I6 | No copy that the ledger | UPDATE mail_copy SET id = 5 WHERE id = 35",
                "I6 | The ledger's entries | UPDATE purge_slice SET purged_bytes = 0",
                "I7 | No copy is without | DELETE FROM mail_content WHERE copy_id = 35",
                "I7 | No content is without | INSERT INTO mail_content (copy_id, raw) VALUES (1, 'x')"
            })
    void brokenPromiseIsCounted(String code, String what, String sql) {
        stage.jdbi.useHandle(h -> {
            h.begin();
            for (String statement : sql.split(";", -1)) {
                h.execute(statement);
            }
            List<Invariant> found = new Invariants(h).check();
            h.rollback();
            assertThat(found)
                    .as(sql)
                    .anyMatch(each -> each.code().equals(code) && each.what().startsWith(what) && !each.holds());
        });
    }
}
