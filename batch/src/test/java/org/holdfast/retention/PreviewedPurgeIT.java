package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.PurgedCopy;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Grant;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsRepository;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a stored preview says is what the purge then removes, mailbox by mailbox. */
class PreviewedPurgeIT {

    private static final Instant DRAFTED = AS_OF.minus(Duration.ofDays(40));
    private static final String[] PLANS = {null, "CRM_PLUS", "DEMO", "STANDARD", "PROFESSIONAL", "NFR"};
    private static final int ACCOUNTS = 60;

    private static LocalPostgres postgres;
    private static PurgeStage loaded;

    private PurgeStage stage;

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
        loaded = new PurgeStage(postgres);
        long seed = System.nanoTime();
        System.out.println("PreviewedPurgeIT seed " + seed);
        Random random = new Random(seed);
        for (int account = 1; account <= ACCOUNTS; account++) {
            loaded.account(account, PLANS[account % PLANS.length]);
            for (int age : new int[] {0, 29, 31, 59, 61, 89, 91, 200}) {
                loaded.copies(account, 1 + random.nextInt(3), PurgeStage.daysBefore(age));
            }
            loaded.copies(account, 1, PurgeStage.daysBefore(45));
        }
        loaded.execute("UPDATE mail_copy SET bind_count = 1 WHERE id % 7 = 0");
        loaded.execute("UPDATE mail_copy SET hold_count = 1 WHERE id % 11 = 0");
        loaded.execute("UPDATE mail_copy SET keep_until = ? WHERE id % 5 = 0", AS_OF.plus(Duration.ofDays(3)));
        loaded.execute("UPDATE mailbox SET hold_count = 1 WHERE id % 13 = 0");
        loaded.execute("UPDATE account SET keep_until = ? WHERE id % 17 = 0", AS_OF.plus(Duration.ofMillis(1)));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void copyOfTheSameData() {
        stage = new PurgeStage(postgres, loaded.name);
    }

    @Test
    void aDateRemovesWhatItsPreviewSays() {
        StoredPreview preview = complete(PreviewRequest.ofDate(AS_OF, PurgeScope.EVERYTHING));
        assertSame(preview, purge(PurgeScope.EVERYTHING));
    }

    @Test
    void aDateInAScopeRemovesWhatItsPreviewSays() {
        PurgeScope scope = new PurgeScope(PurgeScope.Kind.PLAN, "NFR");
        assertSame(complete(PreviewRequest.ofDate(AS_OF, scope)), purge(scope));
    }

    @Test
    void publishedTermsRemoveWhatThePreviewOfTheDraftsSays() {
        TermsChange shorter = draft("STANDARD", AS_OF, 40);
        TermsChange longer = draft("CRM_PLUS", AS_OF.minus(Duration.ofDays(5)), 60);
        StoredPreview preview = complete(PreviewRequest.ofTerms(List.of(shorter.id(), longer.id())));
        stage.jdbi.useTransaction(h -> {
            new TermsRepository(h).supersede(shorter, "bert", DRAFTED.plusSeconds(1));
            new TermsRepository(h).supersede(longer, "bert", DRAFTED.plusSeconds(2));
        });
        Map<Long, Long> purged = purge(PurgeScope.EVERYTHING);
        purged.keySet().removeIf(mailbox -> mailbox % 6 != 1 && mailbox % 6 != 3);
        assertSame(preview, purged);
        assertThat(preview.totals().byChange()).isPositive();
    }

    @Test
    void aChangedPlanRemovesWhatThePreviewOfTheChangeSays() {
        PreviewRequest.PlanChange toFree = new PreviewRequest.PlanChange(
                List.of(5L, 11L, 12L), Optional.empty(), "FREE", Optional.of(AS_OF), Optional.empty());
        StoredPreview preview = complete(PreviewRequest.ofPlanChange(toFree));
        subscribe("id IN (5, 11, 12)", "FREE");
        Map<Long, Long> purged = purge(PurgeScope.EVERYTHING);
        purged.keySet().retainAll(List.of(5L, 11L, 12L));
        assertSame(preview, purged);
        assertThat(preview.totals().byChange()).isPositive();
    }

    @Test
    void aPlanChangeOfAllOnAPlanRemovesWhatItsPreviewSays() {
        PreviewRequest.PlanChange all = new PreviewRequest.PlanChange(
                List.of(), Optional.of("NFR"), "CRM_PLUS", Optional.of(AS_OF), Optional.empty());
        StoredPreview preview = complete(PreviewRequest.ofPlanChange(all));
        subscribe("id % 6 = 5", "CRM_PLUS");
        Map<Long, Long> purged = purge(PurgeScope.EVERYTHING);
        purged.keySet().removeIf(mailbox -> mailbox % 6 != 5);
        assertSame(preview, purged);
        assertThat(preview.totals().byChange()).isPositive();
    }

    private void subscribe(String accounts, String plan) {
        stage.execute(
                "UPDATE subscription SET known_until = ? WHERE account_id IN (SELECT id FROM account WHERE " + accounts
                        + ")",
                DRAFTED);
        stage.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                        + " SELECT id, ?, ?, ?, 't', 't' FROM account WHERE " + accounts,
                plan,
                AS_OF,
                DRAFTED);
    }

    private TermsChange draft(String plan, Instant at, int days) {
        Grant grant = new Grant(
                true,
                RetentionPeriod.ofDays(days),
                Duration.ofDays(7),
                Allowance.ofNullable(5),
                Allowance.ofNullable(null));
        return stage.jdbi.inTransaction(
                h -> new TermsRepository(h).draft(plan, at, grant, "test", new TermsChange.Step("anna", DRAFTED)));
    }

    private StoredPreview complete(PreviewRequest request) {
        long id = stage.jdbi.inTransaction(h -> new PreviewIntake(h).record(request, "anna", DRAFTED));
        try {
            new PreviewPass(
                            this::own,
                            Clock.fixed(DRAFTED, ZoneOffset.UTC),
                            new PreviewPass.Pace(10, Duration.ofMillis(1), Duration.ofMillis(1), 0))
                    .run("test", () -> false);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        StoredPreview preview =
                stage.jdbi.withHandle(h -> new PreviewRepository(h).find(id)).orElseThrow();
        assertThat(preview.status()).isEqualTo(PreviewStatus.READY);
        return preview;
    }

    private <T> T own(Function<Handle, T> work) {
        return stage.jdbi.inTransaction(work::apply);
    }

    /** Purges as of the preview's instant, and counts what the ledger names for each mailbox. */
    private Map<Long, Long> purge(PurgeScope scope) {
        PurgeRun run = stage.run(stage.record(scope, 2, 50), 1);
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        Map<Long, Long> purged = new TreeMap<>();
        List<byte[]> packs = stage.jdbi.withHandle(h -> h.createQuery("SELECT pack FROM ledger_entry")
                .mapTo(byte[].class)
                .list());
        for (byte[] pack : packs) {
            for (PurgedCopy copy : LedgerPack.read(pack).copies()) {
                purged.merge(copy.mailboxId(), 1L, Long::sum);
            }
        }
        return purged;
    }

    private void assertSame(StoredPreview preview, Map<Long, Long> purged) {
        Map<Long, Long> previewed = new TreeMap<>();
        for (PreviewMailbox row :
                stage.jdbi.withHandle(h -> new PreviewRepository(h).mailboxes(preview.id(), 0, 10_000))) {
            if (row.dueCopies() > 0) {
                previewed.put(row.mailboxId(), row.dueCopies());
            }
        }
        assertThat(purged).isNotEmpty().isEqualTo(previewed);
        assertThat(purged.values().stream().mapToLong(n -> n).sum())
                .isEqualTo(preview.totals().dueCopies());
    }
}
