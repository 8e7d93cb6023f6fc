package org.holdfast.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.retention.PreviewIntake;
import org.holdfast.retention.PreviewRequest;
import org.holdfast.retention.PurgeScope;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a preview supposes is what really publishing and changing would bring. */
class EntitlementUnderIT {

    private static final Instant NOW = Instant.parse("2019-06-01T00:00:00Z");
    private static final int ACCOUNTS = 60;
    private static final List<String> PLANS = List.of("FREE", "CRM_PLUS", "DEMO", "STANDARD", "PROFESSIONAL", "NFR");

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static Random random;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        long seed = System.nanoTime();
        System.out.println("EntitlementUnderIT seed " + seed);
        random = new Random(seed);
        jdbi.useTransaction(EntitlementUnderIT::generate);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static void generate(Handle h) {
        for (int account = 1; account <= ACCOUNTS; account++) {
            h.execute("INSERT INTO account (id, name, created_at) VALUES (?, 'a', now())", account);
            if (random.nextInt(5) > 0) {
                Instant change = NOW.plus(Duration.ofDays(random.nextInt(1, 120)));
                subscribe(h, account, Instant.EPOCH, change);
                if (random.nextBoolean()) {
                    subscribe(h, account, change, null);
                }
            }
        }
        for (int change = 1; change <= 12; change++) {
            TermsChange published = draft(h, random.nextInt(1, 120));
            publish(h, published, change);
        }
    }

    @Test
    void aPreviewThatSupposesNothingAnswersAsTheOneFunctionDoes() {
        jdbi.useTransaction(h -> {
            long preview = intake(h, PreviewRequest.ofDate(NOW, PurgeScope.EVERYTHING));
            assertThat(instants(h)).hasSizeGreaterThan(20).allSatisfy(at -> assertThat(under(h, preview, at))
                    .isEqualTo(inForce(h, at)));
            h.rollback();
        });
    }

    @Test
    void supposedTermsAreWhatPublishingThemBrings() {
        for (int round = 0; round < 20; round++) {
            jdbi.useTransaction(h -> {
                List<TermsChange> drafts = new ArrayList<>();
                Set<String> taken = new HashSet<>();
                for (int i = 0; i < 1 + random.nextInt(4); i++) {
                    TermsChange draft = draft(h, random.nextInt(1, 120));
                    if (taken.add(draft.planCode() + draft.effectiveAt())) {
                        drafts.add(draft);
                    }
                }
                long preview = intake(
                        h,
                        PreviewRequest.ofTerms(
                                drafts.stream().map(TermsChange::id).toList()));
                List<Instant> instants = instants(h);
                List<List<String>> supposed =
                        instants.stream().map(at -> under(h, preview, at)).toList();
                for (TermsChange draft : drafts) {
                    publish(h, draft, 10_000 + draft.id());
                }
                assertThat(instants.stream().map(at -> inForce(h, at)).toList()).isEqualTo(supposed);
                h.rollback();
            });
        }
    }

    @Test
    void aSupposedPlanIsWhatChangingToItBrings() {
        for (int round = 0; round < 20; round++) {
            jdbi.useTransaction(h -> {
                List<Long> accounts =
                        random.longs(5, 1, ACCOUNTS + 1).boxed().distinct().toList();
                Instant from = NOW.plus(Duration.ofDays(random.nextInt(0, 90)));
                Instant until = random.nextBoolean() ? from.plus(Duration.ofDays(random.nextInt(1, 60))) : null;
                String plan = PLANS.get(random.nextInt(PLANS.size()));
                long preview = intake(
                        h,
                        PreviewRequest.ofPlanChange(new PreviewRequest.PlanChange(
                                accounts, Optional.empty(), plan, Optional.of(from), Optional.ofNullable(until))));
                List<Instant> instants = instants(h);
                List<List<String>> supposed =
                        instants.stream().map(at -> under(h, preview, at)).toList();
                accounts.forEach(account -> change(h, account, plan, from, until));
                assertThat(instants.stream().map(at -> inForce(h, at)).toList()).isEqualTo(supposed);
                h.rollback();
            });
        }
    }

    private static long intake(Handle h, PreviewRequest request) {
        return new PreviewIntake(h).record(request, "anna", NOW);
    }

    private static void subscribe(Handle h, long account, Instant from, Instant until) {
        h.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by,"
                        + " reason) VALUES (?, ?, ?, ?, '2015-01-01Z', 't', 't')",
                account,
                PLANS.get(random.nextInt(PLANS.size())),
                from,
                until);
    }

    private static TermsChange draft(Handle h, int inDays) {
        Grant grant = new Grant(
                random.nextBoolean(),
                RetentionPeriod.ofNullableDays(random.nextInt(4) == 0 ? null : random.nextInt(100)),
                Duration.ofDays(random.nextInt(10)),
                Allowance.ofNullable(random.nextInt(10)),
                Allowance.ofNullable(random.nextBoolean() ? null : 3));
        return new TermsRepository(h)
                .draft(
                        PLANS.get(random.nextInt(PLANS.size())),
                        NOW.plus(Duration.ofDays(inDays)),
                        grant,
                        "test",
                        new TermsChange.Step("anna", NOW));
    }

    /** Later by microseconds for each, so that no two versions of a row share their instant. */
    private static void publish(Handle h, TermsChange draft, long order) {
        new TermsRepository(h).supersede(draft, "bert", NOW.plusNanos(1000 * order));
    }

    private static void change(Handle h, long account, String plan, Instant from, Instant until) {
        List<Subscription> present = h.createQuery(
                        "SELECT * FROM subscription WHERE account_id = :account AND known_until IS NULL ORDER BY valid_from")
                .bind("account", account)
                .map((row, context) -> new Subscription(
                        account,
                        row.getString("plan_code"),
                        row.getTimestamp("valid_from").toInstant(),
                        row.getTimestamp("valid_until") == null
                                ? null
                                : row.getTimestamp("valid_until").toInstant(),
                        new Subscription.Recorded("t", Instant.EPOCH, "t")))
                .list();
        Subscription.Recorded by = new Subscription.Recorded("bert", NOW, "test");
        SubscriptionTimeline timeline =
                SubscriptionTimeline.lay(new Subscription(account, plan, from, until, by), present, by);
        for (Subscription row : timeline.superseded()) {
            h.execute(
                    "UPDATE subscription SET known_until = ? WHERE account_id = ? AND valid_from = ? AND known_until IS NULL",
                    NOW,
                    account,
                    row.validFrom());
        }
        for (Subscription row : timeline.recorded()) {
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by,"
                            + " reason) VALUES (?, ?, ?, ?, ?, 't', 't')",
                    account,
                    row.planCode(),
                    row.validFrom(),
                    row.validUntil().orElse(null),
                    NOW);
        }
    }

    /** Every instant at which anything may change, and the ones just before. */
    private static List<Instant> instants(Handle h) {
        return h.createQuery("SELECT DISTINCT at + d.step AS at FROM (SELECT valid_from AS at FROM subscription"
                        + " UNION SELECT valid_until FROM subscription UNION SELECT valid_from FROM plan_terms"
                        + " UNION SELECT valid_from FROM preview_terms UNION SELECT valid_until FROM preview_terms"
                        + " UNION SELECT valid_from FROM preview_subscription"
                        + " UNION SELECT valid_until FROM preview_subscription) i,"
                        + " (VALUES (interval '0'), (interval '-1 microsecond')) d (step)"
                        + " WHERE at > '2018-01-01Z' ORDER BY 1")
                .map((row, context) -> row.getTimestamp(1).toInstant())
                .list();
    }

    private static List<String> under(Handle h, long preview, Instant at) {
        return answers(h, "entitlement_under(" + preview + ", :at)", at);
    }

    private static List<String> inForce(Handle h, Instant at) {
        return answers(h, "entitlement(:at, 'infinity')", at);
    }

    private static List<String> answers(Handle h, String function, Instant at) {
        return h.createQuery(
                        "SELECT concat_ws(' ', account_id, plan_code, syncs, coalesce(unbound_days, -1), grace_days,"
                                + " coalesce(mailboxes_per_user, -1), coalesce(shared_mailboxes, -1)) FROM " + function
                                + " ORDER BY account_id")
                .bind("at", at)
                .mapTo(String.class)
                .list();
    }
}
