package org.holdfast.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TermsRepositoryIT {

    private static final Instant NOW = Instant.parse("2019-06-01T00:00:00Z");
    private static final Instant JULY = Instant.parse("2019-07-01T00:00:00Z");
    private static final Instant AUGUST = Instant.parse("2019-08-01T00:00:00Z");

    private static LocalPostgres postgres;

    private Jdbi jdbi;
    private Instant known = NOW;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void shippedTerms() {
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    @Test
    void newTermsBeginAtTheirInstantAndTheOldOnesEndThere() {
        publish(JULY, 45);
        assertThat(days()).containsExactly("no limit", "60 days from 2019-05-01T00:00:00Z", "45 days from " + JULY);
    }

    @Test
    void aSecondChangeDatedEarlierEndsWhereTheFirstBegins() {
        publish(AUGUST, 30);
        publish(JULY, 45);
        assertThat(days())
                .containsExactly(
                        "no limit",
                        "60 days from 2019-05-01T00:00:00Z",
                        "45 days from " + JULY,
                        "30 days from " + AUGUST);
    }

    @Test
    void thereIsOnePublishedChangeForAnInstant() {
        TermsChange july = publish(JULY, 45);
        jdbi.useTransaction(h -> {
            TermsRepository terms = new TermsRepository(h);
            assertThat(terms.publishedAt("STANDARD", JULY)).isEmpty();
            terms.step(july.id(), TermsChange.Status.PUBLISHED, new TermsChange.Step("anna", NOW), null);
            assertThat(terms.publishedAt("STANDARD", JULY)).contains(july.id());
        });
        TermsChange second = publish(AUGUST, 30);
        jdbi.useTransaction(h -> h.execute("UPDATE terms_change SET effective_at = ? WHERE id = ?", JULY, second.id()));
        assertThatThrownBy(() -> jdbi.useTransaction(h -> new TermsRepository(h)
                        .step(second.id(), TermsChange.Status.PUBLISHED, new TermsChange.Step("anna", NOW), null)))
                .hasMessageContaining("terms_change_published");
    }

    @Test
    void withdrawingLetsTheTermsBeforeRunOn() {
        TermsChange july = publish(JULY, 45);
        publish(AUGUST, 30);
        jdbi.useTransaction(h -> new TermsRepository(h).restore(july, tick()));
        assertThat(days()).containsExactly("no limit", "60 days from 2019-05-01T00:00:00Z", "30 days from " + AUGUST);
    }

    @Test
    void whatWasKnownBeforeTheChangeIsStillKnown() {
        Instant before = known;
        publish(JULY, 45);
        long account = jdbi.withHandle(h -> {
            long id = h.createQuery("INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id")
                    .mapTo(Long.class)
                    .one();
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, 'STANDARD', ?, ?, 'test', 'test')",
                    id,
                    NOW.minus(Duration.ofDays(1)),
                    NOW.minus(Duration.ofDays(1)));
            return id;
        });
        EntitlementQuery query = new EntitlementQuery(jdbi);
        assertThat(query.find(account, JULY, before).orElseThrow().retention()).isEqualTo(RetentionPeriod.ofDays(60));
        assertThat(query.find(account, JULY, tick()).orElseThrow().retention()).isEqualTo(RetentionPeriod.ofDays(45));
    }

    @Test
    void aNewPlanGetsItsFirstTermsByAChange() {
        TermsChange change = jdbi.inTransaction(h -> {
            TermsRepository terms = new TermsRepository(h);
            terms.addPlan("TEAM", "Team");
            TermsChange first = terms.draft("TEAM", JULY, grant(120), "new plan", new TermsChange.Step("a", tick()));
            terms.supersede(first, "a", tick());
            return first;
        });
        assertThat(change.grant()).isEqualTo(grant(120));
        int days = jdbi.withHandle(h -> h.createQuery(
                        "SELECT unbound_days FROM plan_terms WHERE plan_code = 'TEAM' AND valid_until IS NULL")
                .mapTo(Integer.class)
                .one());
        assertThat(days).isEqualTo(120);
    }

    @Test
    void eachStepIsOnRecord() {
        TermsChange published = jdbi.inTransaction(h -> {
            TermsRepository terms = new TermsRepository(h);
            TermsChange draft = terms.draft("NFR", JULY, grant(1), "why", new TermsChange.Step("anna", NOW));
            terms.step(draft.id(), TermsChange.Status.APPROVED, new TermsChange.Step("bert", NOW), null);
            terms.step(draft.id(), TermsChange.Status.PUBLISHED, new TermsChange.Step("anna", NOW), null);
            return terms.step(draft.id(), TermsChange.Status.WITHDRAWN, new TermsChange.Step("bert", NOW), "a slip");
        });
        assertThat(published.status()).isEqualTo(TermsChange.Status.WITHDRAWN);
        assertThat(published.approved()).contains(new TermsChange.Step("bert", NOW));
        assertThat(published.published()).contains(new TermsChange.Step("anna", NOW));
        assertThat(published.withdrawn()).contains(new TermsChange.Step("bert", NOW));
    }

    private TermsChange publish(Instant effective, int days) {
        return jdbi.inTransaction(h -> {
            TermsRepository terms = new TermsRepository(h);
            assertThat(terms.lockPlan("STANDARD")).isTrue();
            TermsChange change =
                    terms.draft("STANDARD", effective, grant(days), "test", new TermsChange.Step("anna", tick()));
            terms.supersede(change, "anna", tick());
            return change;
        });
    }

    private Instant tick() {
        known = known.plusSeconds(1);
        return known;
    }

    private List<String> days() {
        return jdbi.withHandle(h -> h.createQuery("SELECT unbound_days, valid_from FROM plan_terms"
                        + " WHERE plan_code = 'STANDARD' AND known_until IS NULL ORDER BY valid_from")
                .map((row, context) -> row.getObject(1) == null
                        ? "no limit"
                        : row.getInt(1) + " days from " + row.getTimestamp(2).toInstant())
                .list());
    }

    private static Grant grant(int days) {
        return new Grant(
                true,
                RetentionPeriod.ofDays(days),
                Duration.ofDays(7),
                Allowance.ofNullable(5),
                Allowance.ofNullable(null));
    }
}
