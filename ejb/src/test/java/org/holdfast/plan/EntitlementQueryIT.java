package org.holdfast.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped plan table of the product, asked through the one function. */
class EntitlementQueryIT {

    private static final Instant TERMS = Instant.parse("2019-05-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2019-04-01T00:00:00Z");

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static EntitlementQuery query;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        query = new EntitlementQuery(jdbi);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "FREE,false,0,0,0,0",
                "CRM_PLUS,true,30,7,5,-",
                "DEMO,true,30,7,10,3",
                "STANDARD,true,60,7,5,-",
                "PROFESSIONAL,true,90,7,10,-",
                "NFR,true,90,7,10,-"
            })
    void eachPlanGrantsWhatTheTableSaysFromItsInstantOn(
            String plan, boolean syncs, int days, int grace, Integer perUser, Integer shared) {
        long account = account(plan, NOW, null, NOW);
        Entitlement granted = query.find(account, TERMS, NOW).orElseThrow();
        assertThat(granted.planCode()).isEqualTo(plan);
        assertThat(granted.syncs()).isEqualTo(syncs);
        assertThat(granted.retention()).isEqualTo(RetentionPeriod.ofDays(days));
        assertThat(granted.grace()).isEqualTo(Duration.ofDays(grace));
        assertThat(granted.mailboxesPerUser()).isEqualTo(Allowance.ofNullable(perUser));
        assertThat(granted.sharedMailboxes()).isEqualTo(Allowance.ofNullable(shared));
    }

    @ParameterizedTest
    @CsvSource({"FREE", "CRM_PLUS", "DEMO", "STANDARD", "PROFESSIONAL", "NFR"})
    void aMillisecondBeforeTheTermsEveryPlanSyncsAndKeepsWithoutLimit(String plan) {
        long account = account(plan, NOW, null, NOW);
        Entitlement granted = query.find(account, TERMS.minusMillis(1), NOW).orElseThrow();
        assertThat(granted.syncs()).isTrue();
        assertThat(granted.retention()).isEqualTo(RetentionPeriod.unlimited());
        assertThat(query.find(account, TERMS.plusMillis(1), NOW).orElseThrow().retention())
                .isNotEqualTo(RetentionPeriod.unlimited());
    }

    @Test
    void anAccountWithoutASubscriptionIsFree() {
        long account = newAccount();
        assertThat(query.find(account, TERMS, NOW).orElseThrow().planCode()).isEqualTo("FREE");
    }

    @Test
    void demoEndsByItselfAndFallsToFree() {
        Instant end = TERMS.plus(Duration.ofDays(14));
        long account = account("DEMO", NOW, end, NOW);
        assertThat(planAt(account, end.minusMillis(1))).isEqualTo("DEMO");
        assertThat(planAt(account, end)).isEqualTo("FREE");
    }

    @Test
    void whatWasKnownEarlierCanStillBeAsked() {
        long account = account("STANDARD", NOW, null, NOW);
        Instant later = NOW.plusSeconds(60);
        jdbi.useHandle(h -> {
            h.execute("UPDATE subscription SET known_until = ? WHERE account_id = ?", later, account);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, 'FREE', ?, ?, 'test', 'correction')",
                    account,
                    NOW,
                    later);
        });
        assertThat(query.find(account, TERMS, NOW).orElseThrow().planCode()).isEqualTo("STANDARD");
        assertThat(query.find(account, TERMS, later).orElseThrow().planCode()).isEqualTo("FREE");
    }

    @Test
    void theTimelineHoldsThePresentAndEveryDatedChangeAfterIt() {
        Instant end = TERMS.plus(Duration.ofDays(14));
        long account = account("DEMO", NOW, end, NOW);
        assertThat(query.timeline(account, NOW, NOW))
                .extracting(span -> span.from() + " " + span.entitlement().planCode() + " "
                        + span.entitlement().retention())
                .containsExactly(NOW + " DEMO no limit", TERMS + " DEMO 30 days", end + " FREE 0 days");
    }

    @Test
    void noAccountNoAnswer() {
        assertThat(query.find(Long.MAX_VALUE, TERMS, NOW)).isEmpty();
    }

    @Test
    void onlyFreeDoesNotSyncOnceTheTermsAreInForce() {
        assertThat(query.plansThatSync(TERMS, NOW))
                .containsExactly("CRM_PLUS", "DEMO", "STANDARD", "PROFESSIONAL", "NFR");
        assertThat(query.plansThatSync(TERMS.minusMillis(1), NOW))
                .startsWith("FREE")
                .hasSize(6);
    }

    @Test
    void oneAccountIsAnIndexLookUpAndNotAScan() {
        String plan = jdbi.withHandle(h -> {
            h.execute("INSERT INTO account (name, created_at) SELECT 'a' || n, now() FROM generate_series(1, 20000) n");
            h.execute("ANALYZE account");
            h.execute("ANALYZE subscription");
            return String.join(
                    "\n",
                    h.createQuery("EXPLAIN SELECT * FROM entitlement(now(), now()) WHERE account_id = 7")
                            .mapTo(String.class)
                            .list());
        });
        assertThat(plan)
                .contains("account_pkey")
                .doesNotContain("Function Scan")
                .doesNotContain("Seq Scan on account");
    }

    private static String planAt(long account, Instant at) {
        return query.find(account, at, NOW).orElseThrow().planCode();
    }

    private static long newAccount() {
        return jdbi.withHandle(h -> h.createUpdate("INSERT INTO account (name, created_at) VALUES ('test', :now)")
                .bind("now", NOW)
                .executeAndReturnGeneratedKeys("id")
                .mapTo(Long.class)
                .one());
    }

    private static long account(String plan, Instant from, Instant until, Instant known) {
        long account = newAccount();
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                        + " VALUES (?, ?, ?, ?, ?, 'test', 'test')",
                account,
                plan,
                from,
                until,
                known));
        return account;
    }
}
