package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreviewClearingIT {

    private static final Instant LIMIT = Instant.parse("2019-06-01T00:00:00Z");

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
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> h.execute("INSERT INTO account (id, name, created_at) VALUES (1, 'a', now())"));
    }

    /** A preview with five mailboxes, an age and a sample. */
    private long preview(String status, Instant ended) {
        return jdbi.inTransaction(h -> {
            long id = h.createQuery("INSERT INTO preview (kind, as_of, baseline_at, scope_kind, status, requested_by,"
                            + " requested_at, ended_at, hash) VALUES ('DATE', now(), now(), 'EVERYTHING', :status, 't',"
                            + " '2018-01-01Z', :ended, CASE WHEN :status = 'READY' THEN sha256('x') END) RETURNING id")
                    .bind("status", status)
                    .bind("ended", ended)
                    .mapTo(Long.class)
                    .one();
            h.execute("INSERT INTO preview_work (preview_id) VALUES (?)", id);
            h.execute(
                    "INSERT INTO preview_mailbox SELECT ?, n, 1, 'FREE', 1, 1, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 5) n",
                    id);
            h.execute("INSERT INTO preview_age VALUES (?, 'FREE', 0, 1, 1, 0, 0, 0, 0, 0)", id);
            h.execute("INSERT INTO preview_sample VALUES (?, 1, 1, 1, now(), 1)", id);
            return id;
        });
    }

    private int clear() {
        int cleared = jdbi.inTransaction(h -> new PreviewClearing(h).clear(LIMIT, 100));
        boolean more = true;
        while (more) {
            more = jdbi.inTransaction(h -> new PreviewClearing(h).sweep(2));
        }
        return cleared;
    }

    private List<Long> left(String table, String column) {
        return jdbi.withHandle(h -> h.createQuery("SELECT DISTINCT " + column + " FROM " + table + " ORDER BY 1")
                .mapTo(Long.class)
                .list());
    }

    @Test
    void whatEndedBeforeTheLimitGoesWithAllItsRowsAndNothingElse() {
        long old = preview("READY", LIMIT.minusMillis(1));
        long failed = preview("FAILED", LIMIT.minusMillis(1));
        long young = preview("READY", LIMIT);
        long running = preview("RUNNING", null);
        long waiting = preview("WAITING", null);
        assertThat(clear()).isEqualTo(2);
        for (String table : List.of("preview_mailbox", "preview_age", "preview_sample", "preview_work")) {
            assertThat(left(table, "preview_id")).as(table).containsExactly(young, running, waiting);
        }
        assertThat(left("preview", "id")).doesNotContain(old, failed).containsExactly(young, running, waiting);
        assertThat(left("preview_cleared", "preview_id")).isEmpty();
        assertThat(clear()).as("again").isZero();
    }

    @Test
    void aPreviewThatAChangeAPlanOrARunNamesIsNeverCleared() {
        long approved = preview("READY", LIMIT.minusSeconds(1));
        long plan = preview("READY", LIMIT.minusSeconds(1));
        long named = preview("READY", LIMIT.minusSeconds(1));
        long compared = preview("READY", LIMIT.minusSeconds(1));
        long free = preview("READY", LIMIT.minusSeconds(1));
        jdbi.useTransaction(h -> {
            approve(h, approved);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason,"
                            + " preview_id) VALUES (1, 'STANDARD', now(), now(), 't', 't', ?)",
                    plan);
            h.execute(
                    "INSERT INTO purge_run (id, as_of, scope_kind, status, started_by, started_at, terms, worker_slots,"
                            + " chunk_size, preview_id) VALUES (1, now(), 'EVERYTHING', 'COMPLETED', 't', now(), '[]', 1, 1, ?)",
                    named);
            h.execute("INSERT INTO purge_run_preview VALUES (1, ?)", compared);
        });
        assertThat(clear()).isEqualTo(1);
        assertThat(left("preview", "id"))
                .containsExactly(approved, plan, named, compared)
                .doesNotContain(free);
        assertThat(left("preview_mailbox", "preview_id")).containsExactly(approved, plan, named, compared);
    }

    @Test
    void anApprovalThatIsBeingWrittenWinsAndOneThatComesTooLateIsRefused() {
        long preview = preview("READY", LIMIT.minusSeconds(1));
        try (Handle approval = jdbi.open()) {
            approval.begin();
            approve(approval, preview);
            assertThat(clear()).as("somebody has it").isZero();
            approval.commit();
        }
        assertThat(clear()).isZero();
        assertThat(left("preview_mailbox", "preview_id")).containsExactly(preview);
        long late = preview("READY", LIMIT.minusSeconds(1));
        assertThat(clear()).isEqualTo(1);
        assertThatThrownBy(() -> jdbi.useTransaction(h -> approve(h, late))).hasMessageContaining("foreign key");
    }

    private static void approve(Handle h, long preview) {
        h.execute(
                "INSERT INTO terms_change (plan_code, effective_at, syncs, unbound_days, grace_days, status, reason,"
                        + " drafted_by, drafted_at, preview_id) VALUES ('NFR', now() + interval '90 days', true, 90, 7,"
                        + " 'DRAFT', 'r', 't', now(), ?)",
                preview);
    }
}
