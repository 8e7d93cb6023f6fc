package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ResourceBundle;
import org.holdfast.ledger.LedgerRecord;
import org.holdfast.ledger.PurgedCopy;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.plan.EntitlementQuery;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Why a copy is here: one test a case, as data and in words. */
class WhyIT {

    private static final Instant NOW = Instant.parse("2019-06-01T12:00:00Z");
    private static final Instant CLOCK = NOW.minus(Duration.ofDays(10));

    private static LocalPostgres postgres;
    private static Jdbi jdbi;

    private long account;
    private long mailbox;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        var database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void account() {
        account = number("INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id");
        long owner = number("INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES ("
                + account + ", 'w" + account + "@example.org', 'O', 'OWNER', now()) RETURNING id");
        mailbox = number("INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security,"
                + " login, state, state_since, connected_at) VALUES (" + account + ", " + owner
                + ", 'one@example.org', 'h', 993, 'TLS', 'o', 'ACTIVE', now(), now()) RETURNING id");
        execute(
                "INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')",
                mailbox,
                mailbox);
    }

    private void plan(String code, Instant from, Instant until) {
        execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                        + " VALUES (?, ?, ?, ?, '2015-01-01Z', 't', 't')",
                account,
                code,
                from,
                until);
    }

    private void plan(String code) {
        plan(code, Instant.parse("2015-01-01T00:00:00Z"), null);
    }

    private long copy(Instant received, Instant clock) {
        return jdbi.withHandle(
                h -> h.createQuery("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity,"
                                + " uid, clock, received_at, copied_at, size_bytes, content_sha256) VALUES (:account, :mailbox,"
                                + " :mailbox, 1, 1, :clock, :received, :clock, 1, sha256('x')) RETURNING id")
                        .bind("account", account)
                        .bind("mailbox", mailbox)
                        .bind("clock", clock)
                        .bind("received", received)
                        .mapTo(Long.class)
                        .one());
    }

    private Why why(long copy) {
        return jdbi.withHandle(h -> {
            WhyQuery query = new WhyQuery(h);
            return query.of(
                    copy, query.facts(copy).orElseThrow(), new EntitlementQuery(jdbi).timeline(account, NOW, NOW), NOW);
        });
    }

    private static List<String> words(Why why) {
        return new WhyWords("en", ZoneOffset.UTC).of(why);
    }

    @Test
    void youngSaysTheRuleTheClockTheDateAndWhatAnUpgradeChanges() {
        plan("CRM_PLUS");
        Why why = why(copy(CLOCK, CLOCK));
        assertThat(why.fate().verdict()).isEqualTo(DueRule.Verdict.YOUNG);
        assertThat(why.fate().leavesAt()).contains(CLOCK.plus(Duration.ofDays(30)));
        assertThat(why.upgrades()).extracting(Why.Upgrade::planCode).containsExactly("STANDARD", "PROFESSIONAL", "NFR");
        assertThat(why.upgrades().get(0).leavesAt()).contains(CLOCK.plus(Duration.ofDays(60)));
        long terms = why.fate().plan().termsId();
        assertThat(words(why))
                .containsExactly(
                        "The plan CRM Plus keeps copies that are bound to nothing for 30 days (terms " + terms + ").",
                        "Its time counts from when it was received: May 22, 2019, 12:00 (UTC).",
                        "It goes on June 21, 2019, 12:00 (UTC), unless it is bound or held before.",
                        "Under Standard (60 days) it would stay until July 21, 2019, 12:00 (UTC).",
                        "Under Professional (90 days) it would stay until August 20, 2019, 12:00 (UTC).",
                        "Under Not for resale (90 days) it would stay until August 20, 2019, 12:00 (UTC).");
    }

    @Test
    void boundNamesItsBindingsAndNoUpgrade() {
        plan("CRM_PLUS");
        long copy = copy(CLOCK, CLOCK);
        execute(
                "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at) VALUES (?, ?, 'deal', 'D-1',"
                        + " 'o', ?), (?, ?, 'task', '7', 'o', ?)",
                copy,
                account,
                NOW,
                copy,
                account,
                NOW);
        execute("UPDATE mail_copy SET bind_count = 2 WHERE id = ?", copy);
        Why why = why(copy);
        assertThat(why.fate().verdict()).isEqualTo(DueRule.Verdict.BOUND);
        assertThat(why.bindings())
                .containsExactly(new Why.Bond("deal", "D-1", "o", NOW), new Why.Bond("task", "7", "o", NOW));
        assertThat(why.upgrades()).isEmpty();
        assertThat(words(why))
                .contains("It is bound to deal D-1 and stays for ever.", "It is bound to task 7 and stays for ever.")
                .contains("It does not go as long as that is so.");
    }

    @Test
    void heldNamesEveryHoldAndItsEnd() {
        long copy = copy(CLOCK, CLOCK);
        Instant end = NOW.plus(Duration.ofDays(90));
        jdbi.useTransaction(
                h -> new HoldRepository(h).place(NewHold.onAll(account, null, "Case 7", "order"), "admin", NOW));
        jdbi.useTransaction(h -> new HoldRepository(h)
                .place(
                        new NewHold(account, Optional.of(mailbox), Optional.empty(), "Audit", "r", Optional.of(end)),
                        "admin",
                        NOW));
        Why why = why(copy);
        assertThat(why.fate().verdict()).isEqualTo(DueRule.Verdict.HELD);
        assertThat(why.holds()).extracting(Hold::name).containsExactly("Case 7", "Audit");
        assertThat(words(why))
                .contains("The legal hold “Case 7” keeps it until it is released.")
                .contains("The legal hold “Audit” keeps it until August 30, 2019, 12:00 (UTC).");
    }

    @Test
    void inGraceSaysUntilWhen() {
        plan("CRM_PLUS");
        long copy = copy(NOW.minus(Duration.ofDays(50)), NOW.minus(Duration.ofDays(50)));
        Instant until = NOW.plus(Duration.ofDays(3));
        execute("UPDATE mail_copy SET keep_until = ? WHERE id = ?", until, copy);
        Why why = why(copy);
        assertThat(why.fate().verdict()).isEqualTo(DueRule.Verdict.IN_GRACE);
        assertThat(why.graceUntil()).contains(until);
        assertThat(why.fate().leavesAt()).contains(until);
        assertThat(words(why))
                .contains("Its last binding or hold is gone; it stays at least until June 4, 2019, 12:00 (UTC).")
                .contains("It goes on June 4, 2019, 12:00 (UTC), unless it is bound or held before.");
    }

    @Test
    void dueOnFreeSaysSoAndWhichPlansWouldKeepIt() {
        Why why = why(copy(CLOCK, CLOCK));
        assertThat(why.fate().verdict()).isEqualTo(DueRule.Verdict.DUE);
        assertThat(why.upgrades()).extracting(Why.Upgrade::planCode).startsWith("CRM_PLUS");
        assertThat(words(why))
                .contains("Its time is up: the next purge removes it, unless it is bound or held before.")
                .contains("Under CRM Plus (30 days) it would stay until June 21, 2019, 12:00 (UTC).");
    }

    @Test
    void withoutLimitItDoesNotGo() {
        execute("INSERT INTO plan (code, name, rank) VALUES ('KEEP', 'Keeps all', 77) ON CONFLICT DO NOTHING");
        execute("INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs, grace_days, recorded_by, reason)"
                + " SELECT 'KEEP', '2000-01-01Z', '2000-01-01Z', true, 7, 't', 't'"
                + " WHERE NOT EXISTS (SELECT FROM plan_terms WHERE plan_code = 'KEEP')");
        plan("KEEP");
        Why why = why(copy(CLOCK, CLOCK));
        execute("DELETE FROM subscription WHERE plan_code = 'KEEP'");
        execute("DELETE FROM plan_terms WHERE plan_code = 'KEEP'");
        assertThat(why.fate().leavesAt()).isEmpty();
        assertThat(words(why))
                .contains("The plan Keeps all keeps without limit (terms "
                        + why.fate().plan().termsId() + ").")
                .contains("It does not go, as plans are dated now.");
    }

    @Test
    void aPlanThatEndsIsInTheDate() {
        Instant end = NOW.plus(Duration.ofDays(5));
        plan("STANDARD", Instant.parse("2015-01-01T00:00:00Z"), end);
        Why why = why(copy(CLOCK, CLOCK));
        assertThat(why.fate().leavesAt()).contains(end);
    }

    @Test
    void aMissingDateMakesTheCopyingTheClock() {
        plan("CRM_PLUS");
        Why why = why(copy(null, CLOCK));
        assertThat(why.clockIsArrival()).isFalse();
        assertThat(words(why))
                .contains("Its time counts from when it was copied, May 22, 2019, 12:00 (UTC),"
                        + " because the provider gave no earlier date.");
    }

    @Test
    void purgedTellsTheRunTheTermsAndTheLedgersPlace() {
        LedgerRecord purged = new LedgerRecord(
                new PurgedCopy(1, 2, 3, CLOCK, 9, "0".repeat(64), 8), NOW, 12, 3, 4, NOW, "schedule", 8, "FREE");
        assertThat(new WhyWords("en", ZoneOffset.UTC).of(purged))
                .containsExactly(
                        "It was purged on June 1, 2019, 12:00 (UTC) by run 12, started by schedule.",
                        "By the terms 8 of the plan FREE its time was up as of June 1, 2019, 12:00 (UTC).",
                        "Its time counted from May 22, 2019, 12:00 (UTC).",
                        "The ledger names it in slice 3, entry 4 of that run. The original at the mail provider was not"
                                + " touched.");
    }

    @Test
    void vietnameseHasEverySentenceAndTheAccountsZone() {
        ResourceBundle english = ResourceBundle.getBundle("org.holdfast.retention.why", Locale.ENGLISH);
        ResourceBundle vietnamese = ResourceBundle.getBundle("org.holdfast.retention.why", Locale.forLanguageTag("vi"));
        assertThat(vietnamese.keySet()).isEqualTo(english.keySet());
        plan("CRM_PLUS");
        assertThat(new WhyWords("vi", ZoneId.of("Asia/Ho_Chi_Minh")).of(why(copy(CLOCK, CLOCK))))
                .anyMatch(text -> text.startsWith("Gói CRM Plus giữ các bản sao không gắn với gì trong 30 ngày"))
                .anyMatch(text -> text.contains("19:00 (Asia/Ho_Chi_Minh)"));
    }

    private static void execute(String sql, Object... arguments) {
        jdbi.useHandle(h -> h.execute(sql, arguments));
    }

    private static long number(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }
}
