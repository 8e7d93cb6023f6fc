package org.holdfast.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BindingRepositoryIT {

    private static final Instant NOW = Instant.parse("2019-05-02T08:00:00Z");
    private static final BindingTarget DEAL = new BindingTarget("deal", "D-1");
    private static final BindingTarget TASK = new BindingTarget("task", "T-1");
    private static final AtomicLong UIDS = new AtomicLong();

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static long account;
    private static long mailbox;
    private static long folder;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> {
            account = id(h.createQuery("INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id"));
            long owner = id(h.createQuery("INSERT INTO app_user (account_id, email, display_name, role, created_at)"
                            + " VALUES (:a, 'o@example.org', 'O', 'OWNER', now()) RETURNING id")
                    .bind("a", account));
            mailbox = id(h.createQuery("INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port,"
                            + " imap_security, login, state, state_since, connected_at) VALUES (:a, :o,"
                            + " 'o@example.org', 'h', 993, 'TLS', 'o', 'ACTIVE', now(), now()) RETURNING id")
                    .bind("a", account)
                    .bind("o", owner));
            folder = id(h.createQuery(
                            "INSERT INTO folder (mailbox_id, wire_name, name) VALUES (:m, 'INBOX', 'INBOX') RETURNING id")
                    .bind("m", mailbox));
        });
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void bindingTwiceToOneTargetCountsOnce() {
        long copy = copy();
        Bound first = bind(copy, DEAL);
        assertThat(bind(copy, DEAL)).isEqualTo(first);
        bind(copy, TASK);
        assertThat(bindCount(copy)).isEqualTo(2);
    }

    @Test
    void onlyTheLastUnbindStartsTheGrace() {
        long copy = copy();
        bind(copy, DEAL);
        bind(copy, TASK);
        assertThat(unbind(copy, DEAL, NOW.plus(Duration.ofDays(7)))).isTrue();
        assertThat(keepUntil(copy)).isNull();
        assertThat(unbind(copy, TASK, NOW.plus(Duration.ofDays(7)))).isTrue();
        assertThat(keepUntil(copy)).isEqualTo(NOW.plus(Duration.ofDays(7)));
        assertThat(bindCount(copy)).isZero();
    }

    @Test
    void aLaterUnbindNeverShortensTheGrace() {
        long copy = copy();
        bind(copy, DEAL);
        unbind(copy, DEAL, NOW.plus(Duration.ofDays(7)));
        bind(copy, DEAL);
        unbind(copy, DEAL, NOW);
        assertThat(keepUntil(copy)).isEqualTo(NOW.plus(Duration.ofDays(7)));
    }

    @Test
    void unbindingWhatIsNotBoundChangesNothing() {
        long copy = copy();
        bind(copy, DEAL);
        assertThat(unbind(copy, TASK, NOW)).isFalse();
        assertThat(bindCount(copy)).isEqualTo(1);
    }

    @Test
    void manyWhoBindAndUnbindAtOnceLeaveTheCountEqualToTheBindings() throws Exception {
        long copy = copy();
        ExecutorService people = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Object>> work = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                BindingTarget target = new BindingTarget("deal", "D-" + i % 8);
                boolean bind = i % 3 != 0;
                work.add(() -> bind ? bind(copy, target) : (Object) unbind(copy, target, NOW));
            }
            for (Future<Object> done : people.invokeAll(work)) {
                done.get();
            }
        } finally {
            people.shutdown();
        }
        int bindings = jdbi.withHandle(h -> new BindingRepository(h).of(copy).size());
        assertThat(bindCount(copy)).isEqualTo(bindings);
    }

    @Test
    void aLeadThatBecomesADealTakesItsCopiesAlongAndNoneIsCountedTwice() {
        BindingTarget lead = new BindingTarget("lead", "L-9");
        BindingTarget deal = new BindingTarget("deal", "D-9");
        long one = copy();
        long both = copy();
        bind(one, lead);
        bind(both, lead);
        bind(both, deal);
        int moved = jdbi.inTransaction(h -> {
            BindingRepository repository = new BindingRepository(h);
            int copies = repository.lockBoundTo(account, lead);
            repository.rebind(account, lead, deal);
            return copies;
        });
        assertThat(moved).isEqualTo(2);
        assertThat(List.of(bindCount(one), bindCount(both))).containsExactly(1, 1);
        List<Bound> bindings = jdbi.withHandle(h -> new BindingRepository(h).of(one));
        assertThat(bindings).extracting(Bound::target).containsExactly(deal);
        assertThat(keepUntil(one)).isNull();
    }

    @Test
    void aDeletedRecordReleasesItsCopiesAndStartsTheGraceOfThoseBoundToNothingElse() {
        BindingTarget company = new BindingTarget("company", "C-9");
        Instant grace = NOW.plus(Duration.ofDays(7));
        long only = copy();
        long alsoDeal = copy();
        bind(only, company);
        bind(alsoDeal, company);
        bind(alsoDeal, DEAL);
        jdbi.useTransaction(h -> {
            BindingRepository bindings = new BindingRepository(h);
            assertThat(bindings.lockBoundTo(account, company)).isEqualTo(2);
            bindings.release(account, company, grace);
        });
        assertThat(bindCount(only)).isZero();
        assertThat(keepUntil(only)).isEqualTo(grace);
        assertThat(bindCount(alsoDeal)).isEqualTo(1);
        assertThat(keepUntil(alsoDeal)).isNull();
    }

    @Test
    void theDatabaseRefusesToDeleteABoundCopyWhoeverAsks() {
        long copy = copy();
        bind(copy, DEAL);
        assertThatThrownBy(() -> jdbi.useHandle(h -> h.execute("DELETE FROM mail_copy WHERE id = ?", copy)))
                .hasMessageContaining("binding_copy_id_fkey");
    }

    private static Bound bind(long copy, BindingTarget target) {
        return jdbi.inTransaction(h -> {
            BindingRepository bindings = new BindingRepository(h);
            long of = bindings.lockCopy(copy).orElseThrow();
            return bindings.bind(copy, of, target, "tester", NOW);
        });
    }

    private static boolean unbind(long copy, BindingTarget target, Instant keepUntil) {
        return jdbi.inTransaction(h -> {
            BindingRepository bindings = new BindingRepository(h);
            assertThat(bindings.lockCopy(copy)).contains(account);
            return bindings.unbind(copy, target, keepUntil);
        });
    }

    private static int bindCount(long copy) {
        return jdbi.withHandle(h -> h.createQuery("SELECT bind_count FROM mail_copy WHERE id = :copy")
                .bind("copy", copy)
                .mapTo(Integer.class)
                .one());
    }

    private static Instant keepUntil(long copy) {
        return jdbi.withHandle(h -> h.createQuery("SELECT keep_until FROM mail_copy WHERE id = :copy")
                .bind("copy", copy)
                .mapTo(Instant.class)
                .one());
    }

    private static long copy() {
        return jdbi.withHandle(h -> id(h.createQuery("INSERT INTO mail_copy (account_id, mailbox_id, folder_id,"
                        + " uid_validity, uid, clock, copied_at, size_bytes, content_sha256) VALUES (:a, :m, :f, 1,"
                        + " :uid, :now, :now, 1, decode(repeat('00', 32), 'hex')) RETURNING id")
                .bind("a", account)
                .bind("m", mailbox)
                .bind("f", folder)
                .bind("uid", UIDS.incrementAndGet())
                .bind("now", NOW)));
    }

    private static long id(org.jdbi.v3.core.statement.Query insert) {
        return insert.mapTo(Long.class).one();
    }
}
