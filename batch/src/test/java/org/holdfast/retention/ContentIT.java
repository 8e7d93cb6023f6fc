package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.ledger.LedgerPlaces;
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

/** Content goes with its copy and not before, whichever way its range is released. */
class ContentIT {

    private static final String NO_CONTENT_WITHOUT_COPY =
            "SELECT count(*) FROM mail_content t WHERE NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = t.copy_id)";
    private static final String NO_COPY_WITHOUT_CONTENT =
            "SELECT count(*) FROM mail_copy c WHERE NOT EXISTS (SELECT FROM mail_content t WHERE t.copy_id = c.id)";

    private static LocalPostgres postgres;

    private PurgeStage stage;

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
        stage.account(1, "CRM_PLUS");
    }

    /** Ranges of 5,000 ids: the first is wholly due, the second for the most part, the third in a few copies. */
    private void fill() {
        stage.execute("UPDATE content_partition SET end_copy = 5001 WHERE number = 0");
        stage.execute("DROP TABLE mail_content_1");
        stage.execute("DELETE FROM content_partition WHERE number = 1");
        stage.execute("ALTER TABLE mail_content DETACH PARTITION mail_content_0");
        stage.execute("ALTER TABLE mail_content ATTACH PARTITION mail_content_0 FOR VALUES FROM (MINVALUE) TO (5001)");
        stage.copies(1, 5_000, daysBefore(40));
        extend(5_000);
        stage.copies(1, 4_000, daysBefore(40));
        stage.copies(1, 1_000, AS_OF.minusSeconds(60));
        extend(5_000);
        stage.copies(1, 100, daysBefore(40));
        stage.copies(1, 4_900, AS_OF.minusSeconds(60));
        extend(5_000);
        stage.copies(1, 10, daysBefore(40));
    }

    private void extend(int span) {
        stage.jdbi.useHandle(h -> h.createQuery("SELECT content_extend(:span)")
                .bind("span", span)
                .mapTo(Integer.class)
                .one());
    }

    /** The file of a range: another one after it was truncated or written anew. */
    private long file(int range) {
        return stage.count("SELECT relfilenode::bigint FROM pg_class WHERE relname = 'mail_content_" + range + "'");
    }

    private void assertNothingDangles() {
        assertThat(stage.count(NO_CONTENT_WITHOUT_COPY)).isZero();
        assertThat(stage.count(NO_COPY_WITHOUT_CONTENT)).isZero();
    }

    @Test
    void rangeWithoutCopiesIsTruncatedAMostlyReleasedOneWrittenAnewAndTheRestDeletedByRow() {
        fill();
        List<Long> files = List.of(file(0), file(1), file(2));
        assertThat(stage.count("SELECT count(*) FROM mail_content_0")).isEqualTo(5_000);
        assertThat(stage.count("SELECT count(*) FROM mail_content_default")).isZero();
        PurgeRun run = stage.run(stage.record(2, 1_000), 1);
        assertThat(run.purgedCopies()).isEqualTo(9_110);
        assertNothingDangles();
        assertThat(stage.count("SELECT count(*) FROM mail_content")).isEqualTo(5_900);
        assertThat(file(0)).isNotEqualTo(files.get(0));
        assertThat(file(1)).isNotEqualTo(files.get(1));
        assertThat(file(2)).isEqualTo(files.get(2));
        stage.copies(1, 5_000, AS_OF.minusSeconds(60));
        assertNothingDangles();
    }

    @Test
    void boundCopyKeepsItsContentByteForByteInARangeThatIsWrittenAnew() {
        fill();
        stage.execute("UPDATE mail_content SET raw = decode(repeat('c3a9', 200000), 'hex') WHERE copy_id = 6000");
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id IN (17, 6000)");
        stage.run(stage.record(1, 1_000), 1);
        assertThat(stage.ids("SELECT copy_id FROM mail_content WHERE copy_id <= 9000"))
                .containsExactly(17L, 6000L);
        assertThat(stage.count("SELECT count(*) FROM mail_content WHERE copy_id = 6000 AND raw = decode(repeat('c3a9',"
                        + " 200000), 'hex')"))
                .isOne();
        String storage = stage.jdbi.withHandle(h -> h.createQuery(
                        "SELECT string_agg(DISTINCT attstorage::text, ',') FROM pg_attribute a JOIN pg_class c"
                                + " ON c.oid = a.attrelid WHERE c.relname LIKE 'mail_content%' AND attname = 'raw'")
                .mapTo(String.class)
                .one());
        assertThat(storage).as("EXTERNAL everywhere").isEqualTo("e");
    }

    /** Fails before the given statement of the sweep. */
    private static final class Cut implements SqlLogger {

        private int left;

        Cut(int statements) {
            left = statements;
        }

        @Override
        public void logBeforeExecution(StatementContext context) {
            if (--left < 0) {
                throw new IllegalStateException("cut");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 7, 9, 11, 13, 15})
    void sweepThatIsCutOffAnywhereIsTakenUpByTheNextOne(int statements) {
        fill();
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id % 1000 = 0");
        long run = stage.record(1, 1_000);
        ContentRelease doomed = new ContentRelease();
        Jdbi failing = Jdbi.create(stage.database);
        failing.setSqlLogger(new Cut(statements));
        doomed.use(failing);
        stage.purgeOnly(run, 1);
        assertThat(stage.count(NO_CONTENT_WITHOUT_COPY)).isPositive();
        assertThatThrownBy(() -> new ContentSweep(doomed, () -> {}, task -> {}).sweep(Optional.of(run)))
                .hasStackTraceContaining("cut");
        assertThat(new ContentSweep(stage.release, () -> {}, task -> {}).sweep(Optional.of(run)))
                .as("the claim of the dead one holds for its time")
                .isFalse();
        stage.execute("UPDATE lease SET until = clock_timestamp()");
        stage.sweep(run);
        assertNothingDangles();
        assertThat(stage.release.unswept(Optional.of(run))).isEmpty();
    }

    @Test
    void removedCopyIsToldOfOnceThoughTwoSweepsHaveTheSamePart() {
        fill();
        stage.execute("INSERT INTO webhook (url, event_types, state, state_since, created_by, created_at)"
                + " VALUES ('https://crm.example/hook', '{message.gone}', 'ENABLED', now(), 't', now())");
        long run = stage.record(1, 1_000);
        stage.purgeOnly(run, 1);
        List<SlicePart> parts = stage.release.unswept(Optional.of(run));
        stage.release.swept(parts, List.of());
        long told = stage.count("SELECT count(*) FROM event");
        assertThat(told).isPositive();
        stage.release.swept(parts, List.of());
        assertThat(stage.count("SELECT count(*) FROM event")).isEqualTo(told);
    }

    @Test
    void stoppedRunsContentIsReleasedWithoutIt() throws Exception {
        stage.copies(1, 50, daysBefore(40));
        long run = stage.record(1, 10);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        stage.chunk(stage.reader(new PurgeSlot(run, 1, "1"), stage.jdbi), stage.jdbi);
        assertThat(stage.release.unswept(Optional.empty()))
                .as("of a running run")
                .isEmpty();
        stage.jdbi.useTransaction(h -> new RunRows(h).stop(run));
        stage.end(run, 1);
        assertThat(new ContentSweep(stage.release, () -> {}, task -> {}).sweep(Optional.empty()))
                .isTrue();
        assertNothingDangles();
        assertThat(stage.count("SELECT count(*) FROM mail_content")).isEqualTo(40);
    }

    @Test
    void contentStoredWhileItsRangeIsReleasedIsThereAfterwards() throws Exception {
        fill();
        stage.purgeOnly(stage.record(1, 1_000), 1);
        for (String release : List.of("SELECT content_truncate(0)::text", "SELECT content_rewrite(1)::text")) {
            long late = release.contains("truncate") ? 4_000 : 6_000;
            try (Handle importer = stage.jdbi.open()) {
                importer.begin();
                importer.execute(
                        "INSERT INTO mail_content (copy_id, raw) VALUES (?, 'late') ON CONFLICT (copy_id)"
                                + " DO UPDATE SET raw = 'late'",
                        late);
                CompletableFuture<String> releasing = CompletableFuture.supplyAsync(() -> stage.jdbi.withHandle(
                        h -> h.createQuery(release).mapTo(String.class).one()));
                stage.awaitCount("SELECT count(*) FROM pg_locks WHERE NOT granted", 1);
                importer.execute(
                        "INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                                + " received_at, copied_at, size_bytes, content_sha256)"
                                + " VALUES (?, 1, 1, 1, 1, ?, now(), now(), now(), 4, sha256('late'))",
                        late,
                        1_000_000 + late);
                importer.commit();
                releasing.get(30, TimeUnit.SECONDS);
            }
            assertThat(stage.count("SELECT count(*) FROM mail_content WHERE raw = 'late' AND copy_id = " + late))
                    .as(release)
                    .isOne();
        }
    }

    @Test
    void rangeInUseIsReleasedByRowInsteadOfMakingEverybodyWait() {
        fill();
        long run = stage.record(1, 1_000);
        stage.purgeOnly(run, 1);
        long file = file(1);
        try (Handle reader = stage.jdbi.open()) {
            reader.begin();
            reader.execute("SELECT FROM mail_content WHERE copy_id = 3");
            stage.sweep(run);
            assertNothingDangles();
            assertThat(file(1)).isEqualTo(file);
            reader.rollback();
        }
    }

    @Test
    void copiesFasterThanRangesAreOpenedGetARangeOfTheirOwn() {
        stage.jdbi.useHandle(h -> h.execute("SELECT setval('mail_copy_id_seq', 900000)"));
        List<Long> ids = stage.copies(1, 20, daysBefore(40));
        assertThat(stage.count("SELECT count(*) FROM mail_content_default")).isEqualTo(20);
        stage.release.extend();
        assertThat(stage.count("SELECT count(*) FROM mail_content_default")).isZero();
        assertThat(stage.count(
                        "SELECT count(*) FROM content_partition WHERE first_copy <= 900001 AND end_copy > 900020"))
                .isOne();
        assertThat(stage.count("SELECT count(*) FROM content_partition a WHERE number > 0 AND NOT EXISTS (SELECT FROM"
                        + " content_partition b WHERE b.end_copy = a.first_copy)"))
                .as("gaps")
                .isZero();
        assertThat(stage.ids("SELECT copy_id FROM mail_content ORDER BY 1")).isEqualTo(ids);
        stage.run(stage.record(1, 10), 1);
        assertNothingDangles();
    }

    @Test
    void whatHangsOnACopyByACascadingKeyGoesInTheSameTransaction() {
        stage.execute("CREATE TABLE attachment (id bigint PRIMARY KEY, copy_id bigint NOT NULL REFERENCES mail_copy"
                + " ON DELETE CASCADE)");
        List<Long> due = stage.copies(1, 20, daysBefore(40));
        List<Long> young = stage.copies(1, 5, AS_OF.minusSeconds(60));
        stage.execute("INSERT INTO attachment SELECT id, id FROM mail_copy");
        stage.purgeOnly(stage.record(1, 10), 1);
        assertThat(due).hasSize(20);
        assertThat(stage.ids("SELECT copy_id FROM attachment ORDER BY 1")).isEqualTo(young);
    }

    @Test
    void placesOfCopiesAreFoundOneByOne() {
        LedgerPlaces places = new LedgerPlaces();
        List<Long> ids = new ArrayList<>();
        for (int i = 1; i <= 500; i++) {
            long id = 3L * i * i;
            ids.add(id);
            places.add(id, i % 7 + 1, 1000 * i);
        }
        for (int i = 1; i <= 500; i++) {
            var found = LedgerPlaces.find(9, places.bytes(), ids.get(i - 1)).orElseThrow();
            assertThat(found).isEqualTo(new org.holdfast.ledger.LedgerEntry.Place(9, i % 7 + 1, 1000 * i));
            assertThat(LedgerPlaces.find(9, places.bytes(), ids.get(i - 1) + 1)).isEmpty();
        }
    }
}
