package org.holdfast.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.notice.NoticeStage.CHANGE;
import static org.holdfast.notice.NoticeStage.before;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told, when, and once; the shipped terms of 2019-05-01 are the change. */
class NoticeIT {

    private static LocalPostgres postgres;

    private NoticeStage stage;
    private NoticeStage.Taking relay;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void stage() {
        stage = new NoticeStage(postgres);
        relay = new NoticeStage.Taking();
    }

    private void day(Instant now) {
        stage.plan(now);
        stage.send(now, relay);
    }

    @Test
    void ownersAreToldThirtySevenAndOneDaysBeforeOnceEachWhateverIsRepeated() {
        stage.account(1, "STANDARD", "Asia/Ho_Chi_Minh", "en");
        stage.copiesAt(1, 100, 61, 60, 59);
        day(before(31));
        assertThat(stage.notices()).containsExactly("1/30 PLANNED", "1/7 PLANNED", "1/1 PLANNED");
        for (int days = 30; days >= 1; days--) {
            day(before(days));
            day(before(days).plusSeconds(3600));
        }
        day(CHANGE.plusSeconds(60));
        assertThat(stage.notices()).containsExactly("1/30 SENT", "1/7 SENT", "1/1 SENT");
        assertThat(relay.recipients).containsExactly("o1@example.org", "o1@example.org", "o1@example.org");
        assertThat(stage.text("SELECT subject FROM notice WHERE days = 7"))
                .isEqualTo("3 copies of your mail go on May 1, 2019, 07:00 (Asia/Ho_Chi_Minh)");
        assertThat(stage.text("SELECT plain FROM notice WHERE days = 30"))
                .contains("in 30 days: 3 copies (3 KB)")
                .contains("the plan Standard keeps copies that are bound to nothing for 60 days; until then: no limit")
                .contains("Your mailboxes go on synchronising.")
                .contains("bind it to a record of your CRM")
                .contains("https://holdfast.example/my-mail")
                .contains("Plans that keep longer: Professional (90 days), Not for resale (90 days).");
        assertThat(stage.text("SELECT string_agg(DISTINCT status, ',') FROM notice_change"))
                .isEqualTo("PAST");
    }

    @Test
    void aChangeThatIsOverIsNotToldAgainForTheCopiesThatGoOnTheDaysAfterIt() {
        stage.account(1, "STANDARD", "UTC", "en");
        List<Long> ids = stage.copiesAt(1, 100, 60);
        long young = stage.copy(1, CHANGE.minus(Duration.ofDays(60)).plus(Duration.ofHours(20)));
        for (int days : new int[] {30, 7, 1}) {
            day(before(days));
        }
        day(CHANGE.plusSeconds(60));
        assertThat(stage.text("SELECT status FROM notice_change")).isEqualTo("PAST");
        ids.forEach(id -> stage.execute("DELETE FROM mail_copy WHERE id = ?", id));
        day(CHANGE.plusSeconds(3660));
        assertThat(stage.number("SELECT count(*) FROM mail_copy WHERE id = ?", young))
                .as("what goes later today is there")
                .isEqualTo(1);
        assertThat(stage.notices()).containsExactly("1/30 SENT", "1/7 SENT", "1/1 SENT");
        assertThat(relay.recipients).hasSize(3);
        assertThat(stage.number("SELECT count(*) FROM notice_change")).isEqualTo(1);
    }

    @Test
    void aDayIsNotEarlierThanItsTime() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 61);
        day(before(30).minusMillis(1));
        assertThat(relay.recipients).isEmpty();
        day(before(30));
        assertThat(relay.recipients).hasSize(1);
    }

    @Test
    void datesThatWereMissedAreOneNoticeNotThree() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        day(before(5));
        assertThat(stage.notices()).containsExactly("1/7 SENT", "1/1 PLANNED");
        assertThat(stage.text("SELECT plain FROM notice WHERE days = 7")).contains("in 5 days");
        stage = new NoticeStage(postgres);
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(31));
        day(before(1).plusSeconds(7200));
        assertThat(stage.notices()).containsExactly("1/30 CANCELLED", "1/7 CANCELLED", "1/1 SENT");
    }

    @Test
    void eachOwnerHasTheOwnCountsAndOthersOfTheAccountAreToldToo() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.owner(1, 2, "vi");
        stage.copiesAt(1, 100, 90);
        day(before(30));
        assertThat(stage.notices()).contains("1/30 SENT", "2/30 SENT");
        assertThat(stage.text("SELECT copies || ' ' || bytes FROM notice WHERE user_id = 1 AND days = 30"))
                .isEqualTo("2 2000");
        assertThat(stage.text("SELECT copies || ' ' || subject FROM notice WHERE user_id = 2 AND days = 30"))
                .startsWith("0 Bản sao thư trong tài khoản của bạn sẽ bị xóa vào ");
        assertThat(stage.text("SELECT plain FROM notice WHERE user_id = 2 AND days = 30"))
                .contains("2 bản sao (2 KB) trong toàn tài khoản Account 1");
    }

    @Test
    void whatIsBoundHeldInGraceOrYoungIsNotCountedAndNobodyIsToldOfNothing() {
        stage.account(1, "STANDARD", "UTC", "en");
        List<Long> ids = stage.copiesAt(1, 100, 99, 98, 10);
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", ids.get(0));
        stage.execute("UPDATE mail_copy SET hold_count = 1 WHERE id = ?", ids.get(1));
        stage.execute("UPDATE mail_copy SET keep_until = ? WHERE id = ?", CHANGE.plus(Duration.ofDays(3)), ids.get(2));
        stage.plan(before(31));
        assertThat(stage.text("SELECT first_at = '2019-05-04Z' FROM notice_change"))
                .as("the first goes when its grace ends")
                .isEqualTo("t");
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", ids.get(2));
        stage.plan(before(31));
        assertThat(stage.text("SELECT first_at = '2019-06-20Z' FROM notice_change"))
                .as("50 days after the change the young one is 60 days old")
                .isEqualTo("t");
        stage.execute("UPDATE mail_copy SET bind_count = 1");
        day(before(29));
        assertThat(stage.notices()).isEmpty();
        assertThat(relay.recipients).isEmpty();
    }

    @Test
    void aFreeAccountIsToldThatItsMailboxesStopAlsoWithoutCopies() {
        stage.account(1, null, "UTC", "en");
        day(before(30));
        assertThat(stage.text("SELECT subject FROM notice WHERE days = 30"))
                .isEqualTo("Your mailboxes stop synchronising on May 1, 2019, 00:00 (UTC)");
    }

    @Test
    void aDemoThatEndsIsAChangeAndAnUpgradeBeforeItWithdrawsIt() {
        Instant end = Instant.parse("2019-08-01T09:00:00Z");
        stage.account(1, null, "UTC", "en");
        stage.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                        + " VALUES (1, 'DEMO', '2019-06-01Z', ?, '2019-06-01Z', 't', 't')",
                end);
        stage.copy(1, end.minus(Duration.ofDays(9)));
        day(end.minus(Duration.ofDays(6)));
        assertThat(stage.notices()).containsExactly("1/7 SENT", "1/1 PLANNED");
        assertThat(stage.text("SELECT plain FROM notice WHERE days = 7"))
                .contains("your account changes from Demo to Free")
                .contains("your mailboxes stop synchronising");
        stage.execute("UPDATE subscription SET known_until = '2019-07-28Z'");
        stage.execute("INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                + " VALUES (1, 'STANDARD', '2019-06-01Z', '2019-07-28Z', 't', 't')");
        day(end.minus(Duration.ofDays(4)));
        day(end.minus(Duration.ofDays(1)));
        assertThat(stage.notices()).containsExactly("1/7 SENT", "1/1 CANCELLED", "1/0 SENT");
        assertThat(stage.text("SELECT subject FROM notice WHERE kind = 'RETRACTION'"))
                .isEqualTo("Nothing goes: the change of August 1, 2019, 09:00 (UTC) was withdrawn");
        assertThat(relay.recipients).hasSize(2);
    }

    @Test
    void aChangeThatIsWithdrawnBeforeAnybodyWasToldIsNotRetracted() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(31));
        stage.execute("UPDATE plan_terms SET known_until = '2019-04-01Z' WHERE plan_code = 'STANDARD'");
        stage.execute(
                "INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs, grace_days, recorded_by, reason)"
                        + " VALUES ('STANDARD', '0001-01-01Z', '2019-04-01Z', true, 7, 't', 't')");
        assertThat(stage.send(before(30), relay))
                .as("asked again before it is sent")
                .isEqualTo(1);
        day(before(29));
        assertThat(relay.recipients).isEmpty();
        assertThat(stage.text("SELECT status FROM notice_change")).isEqualTo("WITHDRAWN");
        assertThat(stage.number("SELECT count(*) FROM notice WHERE kind = 'RETRACTION' OR status = 'PLANNED'"))
                .isZero();
    }

    @Test
    void aRefusedAddressAndADisabledUserDoNotStopTheRest() {
        for (long id = 1; id <= 5; id++) {
            stage.account(id, "STANDARD", "UTC", "en");
            stage.copiesAt(id, 100);
        }
        stage.plan(before(31));
        stage.execute("UPDATE app_user SET disabled_at = now() WHERE id = 4");
        stage.send(
                before(30),
                (from, to, message) -> to.startsWith("o2@")
                        ? new Relay.Delivery(Relay.Outcome.REFUSED, "550 5.1.1 no such user")
                        : relay.send(from, to, message));
        assertThat(stage.notices()).contains("1/30 SENT", "2/30 FAILED", "3/30 SENT", "4/30 CANCELLED", "5/30 SENT");
        assertThat(stage.text("SELECT error FROM notice WHERE status = 'FAILED'"))
                .contains("550 5.1.1 no such user");
    }

    @Test
    void aTemporaryRefusalIsTriedAgainAfterAWaitWithTheSameMessageId() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(30));
        List<String> ids = new ArrayList<>();
        Relay busy = (from, to, message) -> {
            ids.add(messageId(message));
            return new Relay.Delivery(Relay.Outcome.POSTPONED, "451 4.7.1 greylisted");
        };
        assertThat(stage.send(before(30), busy)).isEqualTo(1);
        assertThat(stage.send(before(30), busy))
                .as("not before the wait is over")
                .isZero();
        assertThat(stage.text("SELECT status || ' ' || error || ' '"
                        + " || round(extract(epoch FROM try_at - clock_timestamp()) / 60) FROM notice WHERE days = 30"))
                .isEqualTo("PLANNED 451 4.7.1 greylisted 1");
        stage.execute("UPDATE notice SET try_at = clock_timestamp()");
        stage.send(before(30), (from, to, message) -> {
            ids.add(messageId(message));
            return relay.send(from, to, message);
        });
        assertThat(stage.notices()).contains("1/30 SENT");
        assertThat(ids).hasSize(2);
        assertThat(new HashSet<>(ids)).hasSize(1);
        assertThat(stage.text("SELECT message_id FROM notice WHERE days = 30")).isEqualTo(ids.get(0));
    }

    @Test
    void aNoticeThatWasPutBackIsNotSentWhenItsChangeComesNoMore() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(30));
        Relay busy = (from, to, message) -> new Relay.Delivery(Relay.Outcome.POSTPONED, "451 4.7.1 greylisted");
        stage.send(before(30), busy);
        assertThat(stage.text("SELECT subject FROM notice WHERE days = 30")).isNotEmpty();
        stage.execute("UPDATE plan_terms SET known_until = '2019-04-01Z' WHERE plan_code = 'STANDARD'");
        stage.execute(
                "INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs, grace_days, recorded_by, reason)"
                        + " VALUES ('STANDARD', '0001-01-01Z', '2019-04-01Z', true, 7, 't', 't')");
        stage.execute("UPDATE notice SET try_at = clock_timestamp()");
        assertThat(stage.send(before(30).plusSeconds(60), relay))
                .as("asked again before it is sent")
                .isEqualTo(1);
        stage.plan(before(29));
        assertThat(relay.recipients).isEmpty();
        assertThat(stage.text("SELECT status FROM notice WHERE days = 30")).isEqualTo("CANCELLED");
        assertThat(stage.number("SELECT count(*) FROM notice WHERE kind = 'RETRACTION' OR status = 'PLANNED'"))
                .isZero();
    }

    @Test
    void aNoticeThatWasPutBackIsNotSentWhenTheFirstCopiesHaveGone() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(1));
        stage.send(before(1), (from, to, message) -> new Relay.Delivery(Relay.Outcome.POSTPONED, "451 busy"));
        stage.execute("UPDATE notice SET try_at = clock_timestamp()");
        assertThat(stage.send(CHANGE, relay)).isEqualTo(1);
        assertThat(relay.recipients).isEmpty();
        stage.plan(CHANGE);
        assertThat(stage.notices()).containsExactly("1/1 FAILED");
    }

    @Test
    void aRelayThatStaysDownLetsTheNextDateTakeOverAndTheLastOneFail() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        Relay down = (from, to, message) -> new Relay.Delivery(Relay.Outcome.POSTPONED, "Connection refused");
        for (int days : new int[] {30, 7, 1}) {
            stage.execute("UPDATE notice SET try_at = clock_timestamp()");
            stage.plan(before(days));
            stage.send(before(days), down);
        }
        assertThat(stage.notices()).containsExactly("1/30 FAILED", "1/7 FAILED", "1/1 PLANNED");
        stage.plan(CHANGE.plusSeconds(1));
        assertThat(stage.notices()).containsExactly("1/30 FAILED", "1/7 FAILED", "1/1 FAILED");
        assertThat(stage.text("SELECT error FROM notice WHERE days = 1"))
                .isEqualTo("The first copies went before it could be sent: Connection refused");
    }

    @Test
    void aKillBetweenSendAndRecordLeavesItUnknownAndOnlyAPersonHasItSentAgain() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(30));
        Relay killed = (from, to, message) -> {
            relay.send(from, to, message);
            throw new Killed();
        };
        assertThatThrownBy(() -> stage.send(before(30), killed)).isInstanceOf(Killed.class);
        assertThat(stage.notices()).contains("1/30 SENDING");
        for (int round = 0; round < 3; round++) {
            stage.execute("UPDATE notice SET lease_until = clock_timestamp() - interval '1 second'"
                    + " WHERE status = 'SENDING'");
            stage.jdbi.useTransaction(h -> new NoticeOutbox(h).giveUpOnLost());
            stage.plan(before(30).plusSeconds(600));
            stage.send(before(30).plusSeconds(600), relay);
        }
        assertThat(stage.notices()).contains("1/30 UNKNOWN");
        assertThat(relay.recipients).hasSize(1);
        String id = stage.text("SELECT message_id FROM notice WHERE days = 30");
        long notice = stage.number("SELECT id FROM notice WHERE days = 30");
        assertThat(resend(notice)).isTrue();
        assertThat(resend(notice)).as("it is planned already").isFalse();
        stage.send(before(30).plusSeconds(700), relay);
        assertThat(stage.notices()).contains("1/30 SENT");
        assertThat(relay.recipients).hasSize(2);
        assertThat(stage.text("SELECT message_id FROM notice WHERE days = 30")).isEqualTo(id);
        assertThat(resend(notice)).as("what was sent is not repeated").isFalse();
    }

    @Test
    void aNoticeThatIsSentAgainKeepsTheCountsThatItsTextNames() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100, 90);
        stage.plan(before(30));
        stage.send(before(30), (from, to, message) -> new Relay.Delivery(Relay.Outcome.UNKNOWN, "lost"));
        assertThat(resend(stage.number("SELECT id FROM notice WHERE days = 30")))
                .isTrue();
        stage.send(before(30).plusSeconds(700), relay);
        assertThat(stage.text("SELECT status || ' ' || copies || ' ' || bytes FROM notice WHERE days = 30"))
                .isEqualTo("SENT 2 2000");
    }

    @Test
    void whoeverMayHaveReadANoticeIsToldThatItsChangeWasWithdrawnAlsoIfItWasToBeSentAgain() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.account(2, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.copiesAt(2, 100);
        stage.plan(before(30));
        stage.send(
                before(30),
                (from, to, message) -> new Relay.Delivery(
                        to.startsWith("o1@") ? Relay.Outcome.UNKNOWN : Relay.Outcome.REFUSED, "no answer"));
        assertThat(stage.notices()).contains("1/30 UNKNOWN", "2/30 FAILED");
        for (long user : new long[] {1, 2}) {
            assertThat(resend(stage.number("SELECT id FROM notice WHERE days = 30 AND user_id = ?", user)))
                    .isTrue();
        }
        stage.execute("UPDATE plan_terms SET known_until = '2019-04-01Z' WHERE plan_code = 'STANDARD'");
        stage.execute(
                "INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs, grace_days, recorded_by, reason)"
                        + " VALUES ('STANDARD', '0001-01-01Z', '2019-04-01Z', true, 7, 't', 't')");
        day(before(30).plusSeconds(700));
        assertThat(stage.notices()).contains("1/30 CANCELLED", "1/0 SENT", "2/30 CANCELLED");
        assertThat(relay.recipients)
                .as("one was refused and cannot have read it")
                .containsExactly("o1@example.org");
        day(before(29));
        assertThat(relay.recipients).hasSize(1);
    }

    @Test
    void aKillBeforeTheTextWasWrittenLosesNothing() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(30));
        assertThat(stage.claim(before(30))).isPresent();
        stage.execute(
                "UPDATE notice SET lease_until = clock_timestamp() - interval '1 second' WHERE status = 'SENDING'");
        stage.jdbi.useTransaction(h -> new NoticeOutbox(h).giveUpOnLost());
        stage.send(before(30), relay);
        assertThat(stage.notices()).contains("1/30 SENT");
    }

    @Test
    void aNodeThatWasSlowerThanItsLeaseKnowsBestUnlessAPersonWasFaster() {
        stage.account(1, "STANDARD", "UTC", "en");
        stage.copiesAt(1, 100);
        stage.plan(before(30));
        NoticeOutbox.Claim claim = stage.claim(before(30)).orElseThrow();
        stage.execute("UPDATE notice SET status = 'UNKNOWN' WHERE id = ?", claim.id());
        Relay.Delivery taken = new Relay.Delivery(Relay.Outcome.TAKEN, null);
        assertThat(stage.jdbi.<Boolean, RuntimeException>inTransaction(
                        h -> new NoticeOutbox(h).record(claim, taken, CHANGE)))
                .isTrue();
        stage.execute("UPDATE notice SET status = 'UNKNOWN', lease_token = lease_token + 1 WHERE id = ?", claim.id());
        assertThat(stage.jdbi.<Boolean, RuntimeException>inTransaction(
                        h -> new NoticeOutbox(h).record(claim, taken, CHANGE)))
                .isFalse();
    }

    @Test
    void severalNodesSendEachNoticeOnce() throws Exception {
        int owners = 120;
        stage.account(1, "STANDARD", "UTC", "en");
        for (long id = 2; id <= owners; id++) {
            stage.owner(1, id, id % 2 == 0 ? "vi" : "en");
        }
        stage.copiesAt(1, 100);
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            AtomicInteger claimed = new AtomicInteger();
            List<Callable<Void>> work = new ArrayList<>();
            for (int node = 0; node < 4; node++) {
                work.add(() -> {
                    stage.plan(before(30));
                    claimed.addAndGet(stage.send(before(30), relay));
                    return null;
                });
            }
            for (Future<Void> done : nodes.invokeAll(work)) {
                done.get();
            }
            assertThat(claimed.get()).isEqualTo(owners);
        } finally {
            nodes.shutdownNow();
        }
        assertThat(relay.recipients).hasSize(owners).doesNotHaveDuplicates();
        assertThat(stage.number("SELECT count(*) FROM notice WHERE days = 30 AND status = 'SENT'"))
                .isEqualTo(owners);
    }

    private boolean resend(long notice) {
        return stage.jdbi.inTransaction(
                h -> new NoticeOutbox(h).resend(notice, "admin", before(30).plusSeconds(650)));
    }

    private static String messageId(byte[] message) {
        return new String(message, java.nio.charset.StandardCharsets.US_ASCII)
                .replaceAll("(?s).*Message-ID: (<[^>]+>).*", "$1");
    }

    /** What a kill does to a thread: nothing that catches exceptions sees it. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }
}
