package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryHoldsIT {

    private static final Instant NOW = Instant.parse("2019-06-02T08:00:00Z");
    private static final Instant GRACE = NOW.plus(Duration.ofDays(7));

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static int uid;

    private long account;
    private long mailbox;
    private long other;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void accountWithTwoMailboxes() {
        account = number("INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id");
        long owner = number("INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES ("
                + account + ", 'o" + account + "@example.org', 'O', 'OWNER', now()) RETURNING id");
        mailbox = mailbox(owner, "one");
        other = mailbox(owner, "two");
    }

    private long mailbox(long owner, String name) {
        long id = number("INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security,"
                + " login, state, state_since, connected_at) VALUES (" + account + ", " + owner + ", '" + name
                + "@example.org', 'h', 993, 'TLS', 'o', 'ACTIVE', now(), now()) RETURNING id");
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')", id, id));
        return id;
    }

    private static long copy(Handle h, long mailbox, Instant clock, String sender, String subject) {
        return h.createQuery("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                        + " copied_at, size_bytes, content_sha256, sender, subject, recipients) SELECT account_id, id, id,"
                        + " 1, :uid, :clock, :clock, 10, sha256('x'), :sender, :subject, 'Zoe <zoe@example.net>'"
                        + " FROM mailbox WHERE id = :mailbox RETURNING id")
                .bind("uid", ++uid)
                .bind("clock", clock)
                .bind("sender", sender)
                .bind("subject", subject)
                .bind("mailbox", mailbox)
                .mapTo(Long.class)
                .one();
    }

    private static long copy(long mailbox, Instant clock, String sender, String subject) {
        return jdbi.inTransaction(h -> copy(h, mailbox, clock, sender, subject));
    }

    private NewHold hold(Long on, String sender, String words, Instant from, Instant until) {
        return new NewHold(
                account,
                Optional.ofNullable(on),
                Optional.of(new HoldQuery(
                        Optional.ofNullable(sender),
                        Optional.ofNullable(words),
                        Optional.ofNullable(from),
                        Optional.ofNullable(until))),
                "Case 7",
                "court order",
                Optional.empty());
    }

    private Hold place(NewHold hold) {
        return jdbi.inTransaction(h -> new HoldRepository(h).place(hold, "admin", NOW));
    }

    private static Hold placed(Hold hold) {
        walk(hold.id(), 2);
        return find(hold.id());
    }

    private static Hold find(long id) {
        return jdbi.withHandle(h -> new HoldRepository(h).find(id)).orElseThrow();
    }

    private static void walk(long hold, int batch) {
        QueryHolds.Claim claim = claim(hold).orElseThrow();
        while (step(claim, batch)) {
            assertThat(find(hold).status()).isIn(Hold.Status.PLACING, Hold.Status.RELEASING);
        }
    }

    private static Optional<QueryHolds.Claim> claim(long hold) {
        return jdbi.inTransaction(h -> new QueryHolds(h).claim("node", hold));
    }

    private static boolean step(QueryHolds.Claim claim, int batch) {
        return jdbi.inTransaction(h -> new QueryHolds(h).walk(claim, batch, NOW));
    }

    private static void release(Hold hold) {
        jdbi.useTransaction(h -> new HoldRepository(h).release(hold, new Hold.Step("admin", NOW, "closed"), GRACE));
        walk(hold.id(), 2);
    }

    private List<Long> held() {
        assertThat(number("SELECT count(*) FROM mail_copy c WHERE hold_count <>"
                        + " (SELECT count(*) FROM hold_copy k WHERE k.copy_id = c.id)"))
                .as("copies whose count is not what their holds say")
                .isZero();
        return jdbi.withHandle(
                h -> h.createQuery("SELECT id FROM mail_copy WHERE account_id = ? AND hold_count > 0 ORDER BY id")
                        .bind(0, account)
                        .mapTo(Long.class)
                        .list());
    }

    @Test
    void senderIsFoundWhateverTheCaseAndNothingInItIsAWildcard() {
        long mara = copy(mailbox, NOW, "Mara <Mara@Firm.example>", "x");
        long marb = copy(other, NOW, "\"M%a\" <m_a@firm.example>", "x");
        copy(mailbox, NOW, null, "mara@firm.example");
        placed(place(hold(null, "mara@firm.EXAMPLE", null, null, null)));
        assertThat(held()).containsExactly(mara);
        placed(place(hold(null, "M%a", null, null, null)));
        assertThat(held()).containsExactly(mara, marb);
    }

    @Test
    void wordsAreFoundInSubjectSenderAndRecipientsAndNeverAcrossThem() {
        long subject = copy(mailbox, NOW, "a@x.example", "The Big Đơn hàng");
        long sender = copy(mailbox, NOW, "đơn hàng <b@x.example>", null);
        copy(mailbox, NOW, "hàng@x.example", "đơn");
        placed(place(hold(null, null, "đơn HÀNG", null, null)));
        assertThat(held()).containsExactly(subject, sender);
        release(page().get(0));
        placed(place(hold(null, null, "zoe@", null, null)));
        assertThat(held()).hasSize(3);
    }

    @Test
    void clockRangeHasItsStartAndNotItsEndAndAMailboxIsOnlyThatOne() {
        Instant from = NOW.minus(Duration.ofDays(20));
        long atStart = copy(mailbox, from, "a", "s");
        copy(mailbox, from.minusMillis(1), "a", "s");
        copy(mailbox, NOW, "a", "s");
        long last = copy(mailbox, NOW.minusMillis(1), "a", "s");
        copy(other, from, "a", "s");
        NewHold range = hold(mailbox, null, null, from, NOW);
        HoldPreview preview = jdbi.withHandle(h -> new QueryHolds(h).preview(range));
        Hold hold = placed(place(range));
        assertThat(held()).containsExactly(atStart, last);
        assertThat(preview).isEqualTo(new HoldPreview(2, 2, 20));
        assertThat(hold.isInForce()).isTrue();
        assertThat(hold.progress()).isEqualTo(new Hold.Progress(2, 2, 2));
    }

    @Test
    void aHeldCopyIsNotDueOnFreeTooAndIsKeptWhenItsOriginalGoes() {
        long kept = copy(mailbox, NOW.minus(Duration.ofDays(400)), "a@firm.example", "s");
        long due = copy(mailbox, NOW.minus(Duration.ofDays(400)), "b@else.example", "s");
        placed(place(hold(null, "@firm.example", null, null, null)));
        List<Long> found = jdbi.withHandle(h -> h.createQuery("SELECT c.id FROM " + DueRuleSql.ENTITLEMENT
                        + " JOIN account a ON a.id = e.account_id JOIN mail_copy c ON c.account_id = a.id"
                        + " JOIN mailbox m ON m.id = c.mailbox_id WHERE a.id = :account AND e.plan_code = 'FREE' AND "
                        + DueRuleSql.DUE)
                .bind("asOf", NOW)
                .bind("account", account)
                .mapTo(Long.class)
                .list());
        assertThat(found).containsExactly(due).doesNotContain(kept);
    }

    @Test
    void whatArrivesLaterAndIsMeantIsHeldInTheTransactionThatStoresIt() {
        Hold hold = placed(place(hold(null, "@firm.example", null, null, null)));
        long[] ids = jdbi.inTransaction(h -> {
            long meant = copy(h, other, NOW, "new@firm.example", "s");
            long not = copy(h, other, NOW, "new@else.example", "s");
            new QueryHolds(h).countOnNew(account, List.of(meant, not));
            return new long[] {meant, not};
        });
        assertThat(held()).containsExactly(ids[0]);
        assertThat(find(hold.id()).progress().held()).isEqualTo(1);
        release(hold);
        jdbi.useTransaction(
                h -> new QueryHolds(h).countOnNew(account, List.of(copy(h, other, NOW, "new@firm.example", "s"))));
        assertThat(held()).isEmpty();
    }

    @Test
    void copiesThatAreBeingStoredWhileAHoldIsPlacedAreHeldInEitherOrder() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Handle pass = jdbi.open()) {
            pass.begin();
            long first = copy(pass, mailbox, NOW, "a@firm.example", "s");
            new QueryHolds(pass).countOnNew(account, List.of(first));
            Future<Hold> placing = thread.submit(() -> place(hold(null, "@firm.example", null, null, null)));
            Thread.sleep(300);
            assertThat(placing.isDone()).as("waits for what is being stored").isFalse();
            pass.commit();
            Hold hold = placing.get(30, TimeUnit.SECONDS);
            long second = jdbi.inTransaction(h -> {
                long id = copy(h, mailbox, NOW, "b@firm.example", "s");
                new QueryHolds(h).countOnNew(account, List.of(id));
                return id;
            });
            placed(hold);
            assertThat(held()).containsExactly(first, second);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void copiesThatAreBeingStoredWhileAHoldIsReleasedAreLetGoToo() throws Exception {
        Hold hold = placed(place(hold(null, "@firm.example", null, null, null)));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Handle pass = jdbi.open()) {
            pass.begin();
            long stored = copy(pass, mailbox, NOW, "a@firm.example", "s");
            new QueryHolds(pass).countOnNew(account, List.of(stored));
            Future<?> releasing = thread.submit(() -> release(hold));
            Thread.sleep(300);
            assertThat(releasing.isDone()).as("waits for what is being stored").isFalse();
            pass.commit();
            releasing.get(30, TimeUnit.SECONDS);
            assertThat(held()).isEmpty();
            assertThat(find(hold.id()).status()).isEqualTo(Hold.Status.RELEASED);
            assertThat(keepUntil(stored)).isEqualTo(GRACE.toString());
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void withoutTheLockACopyInFlightIsMissed() {
        try (Handle pass = jdbi.open()) {
            pass.begin();
            copy(pass, mailbox, NOW, "a@firm.example", "s");
            placed(place(hold(null, "@firm.example", null, null, null)));
            pass.commit();
        }
        assertThat(held())
                .as("the negative control: nothing was asked to count")
                .isEmpty();
    }

    @Test
    void aLargeHoldIsNotInForceBeforeItsEndAndAnotherNodeGoesOnWhereOneWasLost() {
        for (int i = 0; i < 9; i++) {
            copy(i % 2 == 0 ? mailbox : other, NOW.minusSeconds(i / 3), "a@firm.example", "s");
        }
        Hold hold = place(hold(null, "@firm.example", null, null, null));
        QueryHolds.Claim lost = claim(hold.id()).orElseThrow();
        assertThat(step(lost, 2)).isTrue();
        assertThat(step(lost, 2)).isTrue();
        assertThat(find(hold.id()).status()).isEqualTo(Hold.Status.PLACING);
        assertThat(find(hold.id()).progress()).isEqualTo(new Hold.Progress(4, 9, 4));
        assertThat(claim(hold.id())).as("somebody is on it").isEmpty();
        jdbi.useHandle(h -> h.execute("UPDATE legal_hold SET lease_until = clock_timestamp() - interval '1 second'"));
        walk(hold.id(), 2);
        assertThat(step(lost, 2)).as("the lost node is fenced off").isFalse();
        assertThat(find(hold.id()).isInForce()).isTrue();
        assertThat(find(hold.id()).progress()).isEqualTo(new Hold.Progress(9, 9, 9));
        assertThat(held()).hasSize(9);
    }

    @Test
    void aWalkThatBreaksIsGivenBackAndTheHoldSaysThatItIsBeingPlaced() {
        long busy = copy(mailbox, NOW.minusSeconds(60), "a@firm.example", "s");
        long free = copy(mailbox, NOW, "a@firm.example", "s");
        Hold hold = place(hold(null, "@firm.example", null, null, null));
        try (Handle other = jdbi.open()) {
            other.begin();
            other.execute("SELECT FROM mail_copy WHERE id = ? FOR UPDATE", busy);
            LegalHolds.walk(
                    claim(hold.id()).orElseThrow(),
                    5,
                    claim -> jdbi.inTransaction(h -> {
                        h.execute("SET LOCAL lock_timeout = '200ms'");
                        return new QueryHolds(h).walk(claim, 1, NOW);
                    }),
                    claim -> jdbi.useTransaction(h -> new QueryHolds(h).giveBack(claim)));
            other.rollback();
        }
        assertThat(find(hold.id()).status()).isEqualTo(Hold.Status.PLACING);
        assertThat(held()).containsExactly(free);
        walk(hold.id(), 2);
        assertThat(find(hold.id()).isInForce()).isTrue();
        assertThat(held()).containsExactly(busy, free);
    }

    @Test
    void aWalkOfTheWatchThatBreaksIsPutOffSoThatOtherHoldsHaveTheirTurn() {
        copy(mailbox, NOW, "a@firm.example", "s");
        Hold broken = place(hold(null, "@firm.example", null, null, null));
        Hold other = place(hold(null, "@firm.example", null, null, null));
        jdbi.useHandle(h -> h.execute(
                "UPDATE legal_hold SET lease_until = clock_timestamp() + interval '1 hour'" + " WHERE id NOT IN (?, ?)",
                broken.id(),
                other.id()));
        AtomicInteger tries = new AtomicInteger();
        LegalHolds.walk(
                claimAny().orElseThrow(),
                Integer.MAX_VALUE,
                claim -> {
                    tries.incrementAndGet();
                    throw new IllegalStateException("broken");
                },
                claim -> jdbi.useTransaction(h -> new QueryHolds(h).putOff(claim)));
        assertThat(tries).hasValue(1);
        assertThat(claimAny().map(QueryHolds.Claim::holdId)).contains(other.id());
        assertThat(claimAny()).as("not before its pause is over").isEmpty();
        jdbi.useHandle(h -> assertThat(h.createQuery("SELECT lease_until - clock_timestamp() < interval '6 seconds'"
                                + " FROM legal_hold WHERE id = :id")
                        .bind("id", broken.id())
                        .mapTo(Boolean.class)
                        .one())
                .as("long before a lost node's walk is taken over")
                .isTrue());
        jdbi.useHandle(h -> h.execute(
                "UPDATE legal_hold SET lease_until = clock_timestamp() - interval '1 second'" + " WHERE id = ?",
                broken.id()));
        walk(broken.id(), 10);
        assertThat(find(broken.id()).isInForce()).isTrue();
    }

    private Optional<QueryHolds.Claim> claimAny() {
        return jdbi.inTransaction(h -> new QueryHolds(h).claim("node", null));
    }

    @Test
    void aListCountsALargeHoldOnlyAsFarAsItSaysAndOneHoldIsCountedInFull() {
        int copies = HoldRepository.COUNTED_IN_LISTS + 5;
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                        + " size_bytes, content_sha256, sender) SELECT account_id, id, id, 1, 1000000 + n, now(), now(), 10,"
                        + " sha256('x'), 'a@firm.example' FROM mailbox, generate_series(1, ?) n WHERE id = ?",
                copies,
                mailbox));
        Hold hold = place(hold(null, "@firm.example", null, null, null));
        walk(hold.id(), 20_000);
        assertThat(find(hold.id()).progress().held()).isEqualTo(copies);
        assertThat(page().get(0).progress().held()).isEqualTo(HoldRepository.COUNTED_IN_LISTS);
    }

    @Test
    void releaseGivesTheGraceToWhatOnlyItKeptAndNothingElse() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(copy(mailbox, NOW, "a@firm.example", i == 1 ? "both" : "s"));
        }
        jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", ids.get(2)));
        jdbi.useHandle(h -> h.execute(
                "UPDATE mail_copy SET keep_until = ? WHERE id = ?", GRACE.plus(Duration.ofDays(9)), ids.get(3)));
        Hold hold = placed(place(hold(null, "@firm.example", null, null, null)));
        placed(place(hold(null, null, "both", null, null)));
        release(hold);
        assertThat(find(hold.id()).status()).isEqualTo(Hold.Status.RELEASED);
        assertThat(held()).containsExactly(ids.get(1));
        assertThat(keepUntil(ids.get(0))).isEqualTo(GRACE.toString());
        assertThat(keepUntil(ids.get(1))).isNull();
        assertThat(keepUntil(ids.get(2))).isNull();
        assertThat(keepUntil(ids.get(3)))
                .isEqualTo(GRACE.plus(Duration.ofDays(9)).toString());
    }

    @Test
    void aHoldThatIsReleasedWhileItIsPlacedLeavesNothingBehind() {
        for (int i = 0; i < 6; i++) {
            copy(mailbox, NOW.minusSeconds(i), "a@firm.example", "s");
        }
        Hold hold = place(hold(null, "@firm.example", null, null, null));
        QueryHolds.Claim placing = claim(hold.id()).orElseThrow();
        step(placing, 2);
        jdbi.useTransaction(h -> new HoldRepository(h).release(hold, new Hold.Step("admin", NOW, "slip"), GRACE));
        assertThat(step(placing, 2)).isFalse();
        walk(hold.id(), 2);
        assertThat(held()).isEmpty();
        assertThat(find(hold.id()).status()).isEqualTo(Hold.Status.RELEASED);
    }

    @Test
    void holdsWhoseEndHasComeAreFoundAtTheirInstant() {
        NewHold ending = new NewHold(
                account,
                Optional.of(mailbox),
                Optional.empty(),
                "Case 8",
                "until May",
                Optional.of(NOW.plusSeconds(60)));
        Hold hold = place(ending);
        assertThat(hold.endsAt()).contains(NOW.plusSeconds(60));
        assertThat(ended(NOW.plusSeconds(60).minusMillis(1))).isEmpty();
        assertThat(ended(NOW.plusSeconds(60))).containsExactly(hold.id());
    }

    @Test
    void aCopySaysWhichHoldsKeepIt() {
        long copy = copy(mailbox, NOW, "a@firm.example", "s");
        Hold query = placed(place(hold(null, "@firm.example", null, null, null)));
        place(hold(other, "@firm.example", null, null, null));
        Hold all = place(NewHold.onAll(account, mailbox, "All of it", "order"));
        place(NewHold.onAll(account, other, "Not this", "order"));
        List<Hold> keeping = jdbi.withHandle(h -> new HoldRepository(h).keeping(copy));
        assertThat(keeping).extracting(Hold::id).containsExactly(query.id(), all.id());
    }

    private static List<Long> ended(Instant now) {
        return jdbi.inTransaction(
                h -> new HoldRepository(h).ended(now, 10).stream().map(Hold::id).toList());
    }

    private List<Hold> page() {
        return jdbi.withHandle(h -> new HoldRepository(h).page(account, null, 10));
    }

    private static String keepUntil(long copy) {
        return jdbi.withHandle(h -> h.createQuery("SELECT keep_until FROM mail_copy WHERE id = ?")
                .bind(0, copy)
                .map((row, context) -> Optional.ofNullable(row.getTimestamp(1))
                        .map(t -> t.toInstant().toString())
                        .orElse(null))
                .list()
                .get(0));
    }

    private static long number(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }
}
