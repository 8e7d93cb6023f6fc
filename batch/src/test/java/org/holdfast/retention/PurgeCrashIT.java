package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PurgeCrashIT {

    /** Position, range, order, fence, account locks, delete, ledger entry, who wants an event, progress. */
    private static final int STATEMENTS = 10;

    private static LocalPostgres postgres;

    private PurgeStage stage;
    private List<Long> due;

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        stage = new PurgeStage(postgres);
        due = new ArrayList<>();
        for (int account = 1; account <= 4; account++) {
            stage.account(account, "CRM_PLUS");
            due.addAll(stage.copies(account, 25, daysBefore(40)));
            stage.copies(account, 5, daysBefore(1));
        }
    }

    /** Fails after the given statement of a transaction, once armed; the connection rolls back as after a kill. */
    private static final class Crash implements SqlLogger {

        private final int statement;
        private boolean armed;
        private int seen;

        Crash(int statement) {
            this.statement = statement;
        }

        @Override
        public void logAfterExecution(StatementContext context) {
            if (armed && ++seen == statement) {
                throw new IllegalStateException("crash after statement " + seen);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, STATEMENTS})
    void crashAfterAnyStatementOfAChunkEndsWithTheTotalsOfAnUndisturbedRun(int statement) throws Exception {
        Crash crash = new Crash(statement);
        Jdbi doomed = Jdbi.create(stage.database);
        doomed.setSqlLogger(crash);
        long run = stage.record(1, 5);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        SlotReader reader = stage.reader(new PurgeSlot(run, 1, "1"), doomed);
        stage.chunk(reader, doomed);
        crash.armed = true;
        assertThatThrownBy(() -> stage.chunk(reader, doomed)).hasStackTraceContaining("crash after statement");
        assertThat(stage.get(run).purgedCopies()).isEqualTo(5);

        AdoptedRun adopted = adoptStale(run);
        assertThat(adopted).isEqualTo(new AdoptedRun(run, 2, PurgeStatus.RUNNING));
        PurgeRun ended = stage.run(run, 2);
        assertThat(ended.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(ended.purgedCopies()).isEqualTo(due.size());
        assertThat(stage.named()).isEqualTo(due);
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(20);
        assertThat(stage.count("SELECT count(*) FROM mail_content")).isEqualTo(20);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void committedChunkHasNoStatementThatTheCrashesDidNotReach() throws Exception {
        Crash counter = new Crash(Integer.MAX_VALUE);
        Jdbi counted = Jdbi.create(stage.database);
        counted.setSqlLogger(counter);
        long run = stage.record(1, 5);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        SlotReader reader = stage.reader(new PurgeSlot(run, 1, "1"), counted);
        stage.chunk(reader, counted);
        counter.armed = true;
        stage.chunk(reader, counted);
        assertThat(counter.seen).isEqualTo(STATEMENTS);
    }

    @Test
    void workerWhoseSliceWasTakenOverChangesNothing() {
        long run = stage.record(1, 200);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        PurgeOrder order = stage.jdbi.withHandle(h -> new RunRows(h).order(run));
        SliceClaim stale = claim(run).orElseThrow();
        PurgeRange range = stage.jdbi
                .withHandle(h -> new RangePurge(h, order).next(stale, 1))
                .orElseThrow();
        assertThat(claim(run)).isEmpty();
        stage.execute("UPDATE purge_slice SET lease_until = clock_timestamp() - interval '1 second'");
        SliceClaim fresh = claim(run).orElseThrow();
        assertThat(fresh.token()).isGreaterThan(stale.token());
        assertThat(purge(order, range)).isFalse();
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(120);
        Optional<PurgeRange> none = stage.jdbi.withHandle(h -> new RangePurge(h, order).next(stale, 1));
        assertThat(none).isEmpty();
        PurgeRange again = stage.jdbi
                .withHandle(h -> new RangePurge(h, order).next(fresh, 1))
                .orElseThrow();
        assertThat(purge(order, again)).isTrue();
        assertThat(purge(order, again)).as("the same range a second time").isFalse();
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(20);
        assertThat(stage.end(run, 1).status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void fourWorkersTogetherDoWhatOneDoes() {
        PurgeRun run = stage.run(stage.record(4, 3), 1);
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(run.purgedCopies()).isEqualTo(due.size());
        assertThat(stage.named()).isEqualTo(due);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void supersededExecutionNeitherWorksNorEndsTheRun() throws Exception {
        long run = stage.record(1, 10);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        SlotReader old = stage.reader(new PurgeSlot(run, 1, "1"), stage.jdbi);
        stage.chunk(old, stage.jdbi);
        adoptStale(run);
        assertThat(stage.chunk(old, stage.jdbi)).isFalse();
        stage.jdbi.useTransaction(h -> new RunRows(h).failing(run, 1, "from the grave"));
        assertThat(stage.end(run, 1).status()).isEqualTo(PurgeStatus.RUNNING);
        assertThat(stage.run(run, 2).purgedCopies()).isEqualTo(due.size());
    }

    @Test
    void runningServerIsNotAdoptedAndStoppingOneWithoutServerStops() {
        long run = stage.record(1, 10);
        Optional<AdoptedRun> alive = stage.jdbi.inTransaction(h -> new RunRows(h).adopt(AS_OF));
        assertThat(alive).isEmpty();
        stage.jdbi.useTransaction(h -> new RunRows(h).stop(run));
        assertThat(adoptStale(run).status()).isEqualTo(PurgeStatus.STOPPED);
        int execution =
                stage.jdbi.inTransaction(h -> new RunRows(h).restart(run)).orElseThrow();
        assertThat(stage.run(run, execution).purgedCopies()).isEqualTo(due.size());
    }

    @Test
    void runThatNeverGetsOnFailsWithTheReasonAndCanBeRestarted() {
        long run = stage.record(1, 10);
        for (int adoption = 1; adoption <= RunRows.IDLE_ADOPTIONS; adoption++) {
            assertThat(adoptStale(run).status()).isEqualTo(PurgeStatus.RUNNING);
        }
        assertThat(adoptStale(run).status()).isEqualTo(PurgeStatus.FAILED);
        assertThat(stage.get(run).failure().orElseThrow()).contains("without purging anything");
        int execution =
                stage.jdbi.inTransaction(h -> new RunRows(h).restart(run)).orElseThrow();
        PurgeRun ended = stage.run(run, execution);
        assertThat(ended.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(ended.failure()).isEmpty();
    }

    private AdoptedRun adoptStale(long run) {
        stage.execute("UPDATE purge_run SET heartbeat_at = clock_timestamp() - interval '1 hour' WHERE id = ?", run);
        return stage.jdbi.inTransaction(h -> new RunRows(h).adopt(AS_OF)).orElseThrow();
    }

    private Optional<SliceClaim> claim(long run) {
        try (Handle h = stage.jdbi.open()) {
            return new SliceRows(h).claim(run, 1, "worker");
        }
    }

    private boolean purge(PurgeOrder order, PurgeRange range) {
        return stage.jdbi.inTransaction(
                h -> new RangePurge(h, order).purge(range, Clock.systemUTC().instant()));
    }
}
