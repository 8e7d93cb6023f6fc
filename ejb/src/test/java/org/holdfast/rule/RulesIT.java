package org.holdfast.rule;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.Bound;
import org.holdfast.binding.RecordDraft;
import org.holdfast.binding.RecordRows;
import org.holdfast.binding.RuleArrivals;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.ShortTransaction;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkOrder;
import org.holdfast.work.WorkRows;
import org.holdfast.work.WorkRun;
import org.holdfast.work.WorkStatus;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules on a real database, without a container. */
class RulesIT {

    private static final Instant NOW = Instant.parse("2019-05-02T08:00:00Z");
    private static final BindingTarget DEAL = new BindingTarget("deal", "D-7");
    private static final BindingTarget ANNA = new BindingTarget("contact", "C-1");
    private static final BindingTarget ACME = new BindingTarget("company", "A-1");

    private static LocalPostgres postgres;
    private Jdbi jdbi;
    private long account;
    private long owner;
    private long folder;
    private long mailbox;
    private int uid;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void fresh() {
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> {
            account = one(h, "INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id");
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, 'STANDARD', '0001-01-01Z', '0001-01-01Z', 't', 't')",
                    account);
            owner = one(
                    h,
                    "INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES (" + account
                            + ", 'o@own.example', 'O', 'OWNER', now()) RETURNING id");
            mailbox = one(
                    h,
                    "INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security,"
                            + " login, state, state_since, connected_at) VALUES (" + account + ", " + owner
                            + ", 'o@own.example', 'h', 993, 'TLS', 'o', 'ACTIVE', now(), now()) RETURNING id");
            folder = one(
                    h,
                    "INSERT INTO folder (mailbox_id, wire_name, name) VALUES (" + mailbox
                            + ", 'INBOX', 'INBOX') RETURNING id");
        });
        record(DEAL, "The deal", List.of(), List.of());
        record(ANNA, "Anna", List.of("Anna@Acme.example"), List.of());
        record(ACME, "Acme", List.of(), List.of("acme.example"));
    }

    @Test
    void eachBasisBindsWhatItSays() {
        BindingRule address = rule(RuleBasis.ADDRESS, "contact", null);
        BindingRule domain = rule(RuleBasis.DOMAIN, "company", null);
        BindingRule subject = rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        long mail = arrives("From: anna@acme.example\r\nTo: o@own.example\r\nSubject: Re: [Deal D-7]\r\n\r\nx");
        long other = arrives("From: bob@acme.example\r\nTo: o@own.example\r\nSubject: deal D-7\r\n\r\nx");
        long foreign = arrives("From: eve@else.example\r\nTo: o@own.example\r\nSubject: [deal D-8]\r\n\r\nx");
        assertThat(workOff()).isTrue();
        assertThat(targets(mail)).containsExactlyInAnyOrder(ANNA, ACME, DEAL);
        assertThat(targets(other)).containsExactly(ACME);
        assertThat(targets(foreign)).isEmpty();
        assertThat(of(mail))
                .extracting(Bound::ruleId)
                .containsExactlyInAnyOrder(
                        Optional.of(address.id()), Optional.of(domain.id()), Optional.of(subject.id()));
        assertThat(of(other).get(0).boundBy()).isEqualTo("rule " + domain.id() + " (by DOMAIN)");
        assertThat(bindCount(mail)).isEqualTo(3);
        assertThat(workOff()).isFalse();
    }

    @Test
    void anAnswerGoesWhereItsThreadIsBound() {
        rule(RuleBasis.REPLY, null, null);
        long first = arrives("Message-ID: <first@acme.example>\r\nFrom: x@y.example\r\n\r\nx");
        workOff();
        assertThat(targets(first)).isEmpty();
        bind(first, DEAL);
        long answer = arrives("In-Reply-To: <first@acme.example>\r\n\r\nx");
        long later = arrives("References: <zero@x> <first@acme.example> <second@acme.example>\r\n\r\nx");
        long stranger = arrives("In-Reply-To: <second@acme.example>\r\n\r\nx");
        workOff();
        assertThat(targets(answer)).containsExactly(DEAL);
        assertThat(targets(later)).containsExactly(DEAL);
        assertThat(targets(stranger)).isEmpty();
    }

    @Test
    void aThreadOfAnotherAccountIsNotFollowed() {
        rule(RuleBasis.REPLY, null, null);
        long first = arrives("Message-ID: <first@acme.example>\r\n\r\nx");
        bind(first, DEAL);
        jdbi.useHandle(h -> {
            long other = one(h, "INSERT INTO account (name, created_at) VALUES ('b', now()) RETURNING id");
            h.execute("UPDATE binding SET account_id = ? WHERE copy_id = ?", other, first);
            h.execute("UPDATE mail_copy SET account_id = ? WHERE id = ?", other, first);
        });
        long answer = arrives("In-Reply-To: <first@acme.example>\r\n\r\nx");
        workOff();
        assertThat(targets(answer)).isEmpty();
    }

    @Test
    void theAccountsOwnAddressesAndDomainsSayNothing() {
        record(new BindingTarget("contact", "C-2"), "Own", List.of("o@own.example"), List.of());
        record(new BindingTarget("company", "A-2"), "Own", List.of(), List.of("own.example"));
        rule(RuleBasis.ADDRESS, "contact", null);
        rule(RuleBasis.DOMAIN, "company", null);
        long mail = arrives("From: x@y.example\r\nTo: o@own.example\r\n\r\nx");
        workOff();
        assertThat(targets(mail)).isEmpty();
    }

    @Test
    void closedAndDeletedRecordsAreNotBoundTo() {
        rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        jdbi.useHandle(h -> h.execute("UPDATE crm_record SET closed = true WHERE kind = 'deal'"));
        long closed = arrives("Subject: [deal D-7]\r\n\r\nx");
        workOff();
        jdbi.useHandle(h -> h.execute("UPDATE crm_record SET closed = false, deleted_at = now() WHERE kind = 'deal'"));
        long deleted = arrives("Subject: [deal D-7]\r\n\r\nx");
        workOff();
        assertThat(targets(closed)).isEmpty();
        assertThat(targets(deleted)).isEmpty();
    }

    @Test
    void withoutAnEnabledRuleNothingIsQueued() {
        BindingRule rule = rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        jdbi.useHandle(h -> h.execute("UPDATE binding_rule SET enabled = false WHERE id = ?", rule.id()));
        arrives("Subject: [deal D-7]\r\n\r\nx");
        assertThat(number("SELECT count(*) FROM rule_arrival")).isZero();
    }

    @Test
    void aCopyThatWentMeanwhileIsLeftOut() {
        rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        long gone = arrives("Subject: [deal D-7]\r\n\r\nx");
        jdbi.useHandle(h -> h.execute("DELETE FROM mail_copy WHERE id = ?", gone));
        long there = arrives("Subject: [deal D-7]\r\n\r\nx");
        workOff();
        assertThat(targets(there)).containsExactly(DEAL);
        assertThat(number("SELECT count(*) FROM rule_arrival")).isZero();
    }

    @Test
    void aTrialSaysWhatARuleWouldBindAndBindsNothing() {
        long bound = stored("Subject: [deal D-7]\r\n\r\nx");
        bind(bound, DEAL);
        for (int i = 0; i < 450; i++) {
            stored("Subject: " + (i % 10 == 0 ? "[deal D-7]" : "nothing") + "\r\n\r\nx");
        }
        BindingRule rule = rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        LongWork trial = finished(request(RuleTrial.CODE, rule, null));
        assertThat(trial.status()).isEqualTo(WorkStatus.COMPLETED);
        assertThat(trial.done()).isEqualTo(451);
        assertThat(trial.total()).contains(451L);
        assertThat(trial.result().getInt("messages")).isEqualTo(46);
        assertThat(trial.result().getInt("bindings")).isEqualTo(45);
        assertThat(trial.result().getInt("alreadyBound")).isEqualTo(1);
        assertThat(trial.result().getJsonArray("samples")).hasSize(20);
        assertThat(number("SELECT count(*) FROM binding")).isEqualTo(1);
    }

    @Test
    void aRunBindsWhatItsTrialSaidAndIsUndoneWithGraceButNotWhatAPersonConfirmed() {
        long one = stored("Subject: [deal D-7]\r\n\r\nx");
        long confirmed = stored("Subject: [deal D-7]\r\n\r\ny");
        long before = stored("Subject: [deal D-7]\r\n\r\nz");
        bind(before, DEAL);
        BindingRule rule = rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        long run = request(RuleRun.CODE, rule, null);
        assertThat(finished(run).result().getInt("bindings")).isEqualTo(2);
        long arrived = arrives("Subject: [deal D-7]\r\n\r\nw");
        workOff();
        bind(confirmed, DEAL);

        LongWork undone = finished(request(RuleUndo.CODE, rule, run));
        assertThat(undone.result().getInt("unbound")).isEqualTo(1);
        assertThat(targets(one)).isEmpty();
        assertThat(bindCount(one)).isZero();
        assertThat(keepUntil(one)).isEqualTo(NOW.plus(Duration.ofDays(7)));
        assertThat(targets(confirmed)).containsExactly(DEAL);
        assertThat(targets(before)).containsExactly(DEAL);
        assertThat(targets(arrived)).containsExactly(DEAL);

        assertThat(finished(request(RuleUndo.CODE, rule, null)).result().getInt("unbound"))
                .isEqualTo(1);
        assertThat(targets(arrived)).isEmpty();
        assertThat(targets(before)).containsExactly(DEAL);
    }

    @Test
    void twoNodesShareArrivalsAndBindEachOnce() throws Exception {
        rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        for (int i = 0; i < 500; i++) {
            arrives("Subject: [deal D-7]\r\n\r\nx");
        }
        ExecutorService nodes = Executors.newFixedThreadPool(3);
        for (int i = 0; i < 3; i++) {
            nodes.execute(this::workOff);
        }
        nodes.shutdown();
        assertThat(nodes.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(number("SELECT count(*) FROM binding")).isEqualTo(500);
        assertThat(number("SELECT sum(bind_count) FROM mail_copy")).isEqualTo(500);
    }

    @Test
    void cancelledWorkStopsAndWorkOfALostNodeIsTakenUpWhereItWas() {
        for (int i = 0; i < 250; i++) {
            stored("Subject: [deal D-7]\r\n\r\nx");
        }
        BindingRule rule = rule(RuleBasis.SUBJECT, "deal", "[deal {reference}]");
        long run = request(RuleRun.CODE, rule, null);
        // A node that did one step and is no more.
        jdbi.useHandle(h -> h.execute(
                "UPDATE long_work SET status = 'RUNNING', lease_token = 9, cursor = (SELECT id"
                        + " FROM mail_copy ORDER BY id OFFSET 199 LIMIT 1), done = 200, total = 250, result ="
                        + " '{\"messages\":200,\"bindings\":200,\"alreadyBound\":0,\"samples\":[]}',"
                        + " lease_until = clock_timestamp() - interval '1 second' WHERE id = ?",
                run));
        LongWork finished = finished(run);
        assertThat(finished.done()).isEqualTo(250);
        assertThat(finished.result().getInt("bindings")).isEqualTo(250);
        assertThat(number("SELECT count(*) FROM binding")).isEqualTo(50);

        long cancelled = request(RuleUndo.CODE, rule, null);
        jdbi.useHandle(h -> h.execute("UPDATE long_work SET status = 'CANCELLED' WHERE id = ?", cancelled));
        assertThat(runWork().runOne()).isFalse();
        assertThat(number("SELECT count(*) FROM binding")).isEqualTo(50);
    }

    @Test
    void recordsAreFoundByTitleReferenceAndAddress() {
        record(new BindingTarget("lead", "100%"), "Odd_one", List.of(), List.of());
        assertThat(search("ACME")).containsExactlyInAnyOrder(ANNA, ACME);
        assertThat(search("the d")).containsExactly(DEAL);
        assertThat(search("100%")).containsExactly(new BindingTarget("lead", "100%"));
        assertThat(search("d_o")).containsExactly(new BindingTarget("lead", "100%"));
        assertThat(search("%%%%")).isEmpty();
    }

    private long number(String query) {
        return jdbi.withHandle(h -> one(h, query));
    }

    private List<BindingTarget> search(String text) {
        return jdbi.withHandle(h -> new RecordRows(h)
                .search(account, null, text, 0, 10).stream()
                        .map(r -> r.target())
                        .toList());
    }

    private void record(BindingTarget target, String title, List<String> addresses, List<String> domains) {
        jdbi.useTransaction(
                h -> new RecordRows(h).put(account, new RecordDraft(target, title, addresses, domains, false), NOW));
    }

    private BindingRule rule(RuleBasis basis, String kind, String pattern) {
        RuleDraft draft =
                new RuleDraft("by " + basis, basis, Optional.ofNullable(kind), Optional.ofNullable(pattern), true, 1);
        return jdbi.withHandle(h -> {
            RuleRows rows = new RuleRows(h);
            return rows.find(rows.insert(account, draft, "t", NOW)).orElseThrow();
        });
    }

    private long stored(String raw) {
        byte[] bytes = raw.getBytes(StandardCharsets.UTF_8);
        uid++;
        return jdbi.withHandle(h -> {
            long copy = h.createQuery(
                            "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                                    + " copied_at, size_bytes, content_sha256, message_id) VALUES (:a, :m, :f, 1, :uid, :now,"
                                    + " :now, :size, sha256(:raw), :id) RETURNING id")
                    .bind("a", account)
                    .bind("m", mailbox)
                    .bind("f", folder)
                    .bind("uid", uid)
                    .bind("now", NOW)
                    .bind("size", bytes.length)
                    .bind("raw", bytes)
                    .bind("id", raw.startsWith("Message-ID: ") ? raw.substring(12, raw.indexOf('\r')) : null)
                    .mapTo(Long.class)
                    .one();
            h.execute("INSERT INTO mail_content (copy_id, raw) VALUES (?, ?)", copy, bytes);
            return copy;
        });
    }

    private long arrives(String raw) {
        long copy = stored(raw);
        jdbi.useHandle(h -> RuleArrivals.queue(h, account, List.of(copy)));
        return copy;
    }

    private boolean workOff() {
        Arrivals arrivals = new Arrivals(transactions());
        boolean any = false;
        while (arrivals.work(NOW)) {
            any = true;
        }
        return any;
    }

    private long request(String kind, BindingRule rule, Long run) {
        var parameters = Json.createObjectBuilder().add("ruleId", Long.toString(rule.id()));
        JsonObject all = (run == null ? parameters : parameters.add("runId", Long.toString(run))).build();
        return jdbi.withHandle(
                h -> new WorkRows(h).insert(new WorkOrder(kind, Optional.of(account), owner, "t", all), NOW));
    }

    private LongWork finished(long work) {
        assertThat(runWork().runOne()).isTrue();
        return jdbi.withHandle(h -> new WorkRows(h).find(work).orElseThrow());
    }

    private WorkRun runWork() {
        return new WorkRun(
                transactions(),
                Map.of(RuleTrial.CODE, new RuleTrial(), RuleRun.CODE, new RuleRun(), RuleUndo.CODE, new RuleUndo()),
                Clock.fixed(NOW, ZoneOffset.UTC),
                "node");
    }

    private ShortTransaction transactions() {
        return new ShortTransaction() {
            @Override
            public <T> T call(Function<Handle, T> work) {
                return jdbi.inTransaction(work::apply);
            }
        };
    }

    private void bind(long copy, BindingTarget target) {
        jdbi.useTransaction(h -> {
            BindingRepository bindings = new BindingRepository(h);
            long of = bindings.lockCopy(copy).orElseThrow();
            bindings.bind(copy, of, target, "person", NOW);
        });
    }

    private List<Bound> of(long copy) {
        return jdbi.withHandle(h -> new BindingRepository(h).of(copy));
    }

    private List<BindingTarget> targets(long copy) {
        return of(copy).stream().map(Bound::target).toList();
    }

    private int bindCount(long copy) {
        return Math.toIntExact(number("SELECT bind_count FROM mail_copy WHERE id = " + copy));
    }

    private Instant keepUntil(long copy) {
        return jdbi.withHandle(h -> h.createQuery("SELECT keep_until FROM mail_copy WHERE id = :copy")
                .bind("copy", copy)
                .mapTo(Instant.class)
                .one());
    }

    private static long one(Handle h, String query) {
        return h.createQuery(query).mapTo(Long.class).one();
    }
}
