package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import org.holdfast.ledger.LedgerEntry;
import org.holdfast.ledger.LedgerHash;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.LedgerRows;
import org.holdfast.ledger.Verification;
import org.holdfast.ledger.Verification.Kind;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerTamperingIT {

    private static LocalPostgres postgres;
    private static PurgeStage stage;

    /** Runs 1 and 2 are sealed, with several entries in each of several slices; run 3 is stopped half-way. */
    @BeforeAll
    static void start() throws Exception {
        postgres = PurgeStage.startPostgres();
        stage = new PurgeStage(postgres);
        for (int round = 1; round <= 2; round++) {
            for (int account = 1; account <= 8; account++) {
                if (round == 1) {
                    stage.account(account, "CRM_PLUS");
                }
                stage.copies(account, 20, daysBefore(40));
            }
            stage.run(stage.record(1, 5), 1);
        }
        stage.copies(1, 80, daysBefore(40));
        long third = stage.record(1, 5);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(third, 1));
        SlotReader reader = stage.reader(new PurgeSlot(third, 1, "1"), stage.jdbi);
        stage.chunk(reader, stage.jdbi);
        stage.chunk(reader, stage.jdbi);
        stage.jdbi.useTransaction(h -> new RunRows(h).stop(third));
        stage.jdbi.useTransaction(h -> new RunRows(h).end(third, 1, AS_OF));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void untouchedLedgerIsIntact() {
        Verification found = stage.verify();
        assertThat(found.firstBreak()).isEmpty();
        assertThat(found.runs()).isEqualTo(3);
        assertThat(found.sealedRuns()).isEqualTo(2);
        assertThat(found.copies()).isEqualTo(330);
        assertThat(found.entries()).isEqualTo(stage.count("SELECT count(*) FROM ledger_entry"));
        assertThat(stage.count("SELECT count(*) FROM purge_slice WHERE run_id = 1"))
                .isGreaterThan(1);
        assertThat(found.lastSeal()).isEqualTo(stage.get(2).seal()).isPresent();
    }

    @Test
    void databaseRefusesToChangeAnEntry() {
        assertThatThrownBy(() -> stage.execute("UPDATE ledger_entry SET bytes = 0"))
                .hasStackTraceContaining("append-only");
        assertThatThrownBy(() -> stage.execute("DELETE FROM ledger_entry")).hasStackTraceContaining("append-only");
        assertThatThrownBy(() -> stage.execute("TRUNCATE ledger_entry")).hasStackTraceContaining("append-only");
    }

    /** Where: run, slice, entry, kind; 0 where it concerns the whole. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "changed pack | 1/2/2/ENTRY_CHANGED | UPDATE ledger_entry SET pack = set_byte(pack, 20,"
                        + " get_byte(pack, 20) # 1) WHERE (run_id, slice, number) = (1, 2, 2)",
                "unreadable pack | 1/2/2/ENTRY_CHANGED | UPDATE ledger_entry SET pack = 'x'"
                        + " WHERE (run_id, slice, number) = (1, 2, 2)",
                "changed time | 2/1/1/ENTRY_CHANGED | UPDATE ledger_entry SET recorded_at = recorded_at"
                        + " - interval '1 microsecond' WHERE (run_id, slice, number) = (2, 1, 1)",
                "changed column | 1/1/3/ENTRY_CHANGED | UPDATE ledger_entry SET last_copy = last_copy + 1"
                        + " WHERE (run_id, slice, number) = (1, 1, 3)",
                "changed in a stopped run | 3/1/2/ENTRY_CHANGED | UPDATE ledger_entry SET hash = sha256('x')"
                        + " WHERE (run_id, slice, number) = (3, 1, 2)",
                "deleted | 1/2/2/ENTRY_MISSING | DELETE FROM ledger_entry WHERE (run_id, slice, number) = (1, 2, 2)",
                "deleted first | 2/1/1/ENTRY_MISSING | DELETE FROM ledger_entry"
                        + " WHERE (run_id, slice, number) = (2, 1, 1)",
                "deleted and closed up | 1/2/2/ENTRY_CHANGED | DELETE FROM ledger_entry WHERE"
                        + " (run_id, slice, number) = (1, 2, 2); UPDATE ledger_entry SET number = number - 1"
                        + " WHERE run_id = 1 AND slice = 2 AND number > 2",
                "swapped | 1/1/1/ENTRY_CHANGED | UPDATE ledger_entry SET number = 99 WHERE (run_id, slice, number)"
                        + " = (1, 1, 1); UPDATE ledger_entry SET number = 1 WHERE (run_id, slice, number) = (1, 1, 2);"
                        + " UPDATE ledger_entry SET number = 2 WHERE (run_id, slice, number) = (1, 1, 99)",
                "cut tail | 2/1/4/ENTRY_MISSING | DELETE FROM ledger_entry WHERE run_id = 2 AND slice = 1 AND number >= 4",
                "cut tail of a stopped run | 3/1/2/ENTRY_MISSING | DELETE FROM ledger_entry WHERE run_id = 3 AND number = 2",
                "cut tail, slice adjusted | 1/0/0/SEAL_BROKEN | DELETE FROM ledger_entry WHERE run_id = 1 AND slice = 1"
                        + " AND number = 4; UPDATE purge_slice SET entries = 3, purged_copies = purged_copies - 5,"
                        + " purged_bytes = (SELECT sum(bytes) FROM ledger_entry WHERE run_id = 1 AND slice = 1),"
                        + " head = (SELECT hash FROM ledger_entry WHERE (run_id, slice, number) = (1, 1, 3))"
                        + " WHERE run_id = 1 AND number = 1",
                "all entries of a slice | 1/1/1/ENTRY_MISSING | DELETE FROM ledger_entry WHERE run_id = 1 AND slice = 1",
                "copies counter | 2/2/0/SLICE_DISAGREES | UPDATE purge_slice SET purged_copies = purged_copies + 1"
                        + " WHERE run_id = 2 AND number = 2",
                "bytes counter | 2/2/0/SLICE_DISAGREES | UPDATE purge_slice SET purged_bytes = purged_bytes - 1"
                        + " WHERE run_id = 2 AND number = 2",
                "terms | 1/1/1/CHAIN_BROKEN | UPDATE purge_run SET terms = replace(terms, '30', '60') WHERE id = 1",
                "as of | 2/1/1/CHAIN_BROKEN | UPDATE purge_run SET as_of = as_of + interval '1 day' WHERE id = 2",
                "seal | 1/0/0/SEAL_BROKEN | UPDATE purge_run SET seal = sha256('x') WHERE id = 1",
                "seal taken off | 2/0/0/RUNS_BROKEN | UPDATE purge_run SET seal = NULL, seal_number = NULL,"
                        + " previous_seal = NULL WHERE id = 1",
                "last seal taken off | 2/0/0/SEAL_BROKEN | UPDATE purge_run SET seal = NULL, seal_number = NULL,"
                        + " previous_seal = NULL WHERE id = 2",
                "first run gone | 2/0/0/RUNS_BROKEN | DELETE FROM ledger_entry WHERE run_id = 1;"
                        + " DELETE FROM purge_slice WHERE run_id = 1; DELETE FROM purge_run WHERE id = 1"
            })
    void tamperingIsFoundAndLocated(String what, String where, String sql) {
        stage.jdbi.useHandle(h -> {
            h.begin();
            h.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER");
            int changed = 0;
            for (String statement : sql.split(";", -1)) {
                changed += h.execute(statement);
            }
            Verification found = new LedgerRows(h).verify();
            h.rollback();
            assertThat(changed).as("%s changed something", what).isPositive();
            assertThat(found.firstBreak())
                    .as(what)
                    .map(b -> b.runId() + "/" + b.slice() + "/" + b.entry() + "/" + b.kind())
                    .contains(where);
        });
    }

    @Test
    void entryThatWasRewrittenWithAFreshHashBreaksTheChainAtTheNextOne() {
        assertBroken("1/1/3/" + Kind.CHAIN_BROKEN, h -> rewrite(h, 2));
    }

    @Test
    void lastEntryRewrittenWithAFreshHashIsNotTheHeadOfItsSlice() {
        assertBroken("1/1/0/" + Kind.SLICE_DISAGREES, h -> rewrite(h, 4));
    }

    @Test
    void entryThatWasAppendedByHandIsMoreThanTheSliceRecorded() {
        assertBroken("1/1/0/" + Kind.SLICE_DISAGREES, h -> {
            LedgerHash head =
                    LedgerHash.of(h.createQuery("SELECT head FROM purge_slice WHERE run_id = 1 AND number = 1")
                            .mapTo(byte[].class)
                            .one());
            new LedgerRows(h).append(LedgerEntry.next(new LedgerEntry.Place(1, 1, 5), AS_OF, pack(h, 4), head));
        });
    }

    private static void rewrite(Handle h, int number) {
        LedgerPack pack = pack(h, number);
        LedgerPack shortened =
                LedgerPack.of(pack.copies().subList(1, pack.copies().size()));
        byte[] previous = h.createQuery(
                        "SELECT previous_hash FROM ledger_entry WHERE (run_id, slice, number) = (1, 1, ?)")
                .bind(0, number)
                .mapTo(byte[].class)
                .one();
        h.execute("DELETE FROM ledger_entry WHERE (run_id, slice, number) = (1, 1, ?)", number);
        new LedgerRows(h)
                .append(LedgerEntry.next(
                        new LedgerEntry.Place(1, 1, number), AS_OF, shortened, LedgerHash.of(previous)));
    }

    private static LedgerPack pack(Handle h, int number) {
        return LedgerPack.read(h.createQuery("SELECT pack FROM ledger_entry WHERE (run_id, slice, number) = (1, 1, ?)")
                .bind(0, number)
                .mapTo(byte[].class)
                .one());
    }

    private interface Tampering {
        void with(Handle h);
    }

    private static void assertBroken(String where, Tampering tampering) {
        stage.jdbi.useHandle(h -> {
            h.begin();
            h.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER");
            tampering.with(h);
            Verification found = new LedgerRows(h).verify();
            h.rollback();
            assertThat(found.firstBreak())
                    .map(b -> b.runId() + "/" + b.slice() + "/" + b.entry() + "/" + b.kind())
                    .contains(where);
        });
    }
}
