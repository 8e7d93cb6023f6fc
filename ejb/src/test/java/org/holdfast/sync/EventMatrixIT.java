package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.EntitlementQuery;
import org.holdfast.retention.Hold;
import org.holdfast.retention.HoldRepository;
import org.holdfast.retention.NewHold;
import org.holdfast.retention.PreviewQuery;
import org.holdfast.retention.PurgeScope;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cells of the product's event matrix that concern plans, each under its name: the event and whom it is about.
 * Every plan event is lived through once against PostgreSQL and Dovecot and looked at a millisecond before its
 * instant, at it and a millisecond after it. What a pass in flight does is in PlanGateIT, connecting and
 * disconnecting are in PlanApiIT.
 */
class EventMatrixIT {

    private static final String ACTIVE = "ACTIVE";
    private static final String NO_SYNC = "PAUSED_BY_PLAN NO_SYNC";
    private static final Duration GRACE = Duration.ofDays(7);
    private static final String CHANGING = "(?i).*\\b(STORE|APPEND|EXPUNGE|MOVE|COPY|CREATE|DELETE|RENAME)\\b.*";

    /** The ages of the originals in days; the second is bound as soon as there is a copy of it. */
    private static final int[] AGES = {10, 20, 45, 75};

    private static final Map<Event, Story> STORIES = new EnumMap<>(Event.class);

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    /** A row of the matrix: the plan before, null for an account that never had one, and the one from the instant on. */
    private enum Event {
        UPGRADE_FROM_FREE("FREE", "STANDARD"),
        UPGRADE_TO_A_LONGER_PLAN("CRM_PLUS", "PROFESSIONAL"),
        DOWNGRADE_TO_A_SHORTER_PLAN("PROFESSIONAL", "CRM_PLUS"),
        DOWNGRADE_TO_FREE("STANDARD", "FREE"),
        DEMO_ENDS("DEMO", null),
        FREE_TERMS_TAKE_EFFECT(null, null);

        private final String before;
        private final String after;

        Event(String before, String after) {
            this.before = before;
            this.after = after;
        }
    }

    /** How it stands at one instant, once everything that is due by then was done. */
    private record Moment(
            String mailbox, long due, long dueAndBound, List<String> copies, long readable, String command, int said) {}

    /** The three moments of an event, the provider before and after it, and every command that it was sent. */
    private record Story(
            List<Moment> moments,
            List<String> before,
            List<String> after,
            List<String> commands,
            String settingsBefore,
            String settingsAfter) {

        <T> List<T> each(java.util.function.Function<Moment, T> what) {
            return moments.stream().map(what).toList();
        }
    }

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        STORIES.clear();
        if (postgres != null) {
            postgres.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    private static Story story(Event event) throws Exception {
        Story known = STORIES.get(event);
        if (known == null) {
            known = live(event);
            STORIES.put(event, known);
        }
        return known;
    }

    private static Story live(Event event) throws Exception {
        String user = event.name().toLowerCase(java.util.Locale.ROOT);
        Instant at = event == Event.FREE_TERMS_TAKE_EFFECT
                ? Instant.parse("2019-05-01T00:00:00Z")
                : PullBench.NOW.plus(Duration.ofDays(2));
        PlanStage stage = new PlanStage(postgres, keys, event == Event.UPGRADE_FROM_FREE ? "STANDARD" : "NFR");
        dovecot.keepCommands(user);
        for (int age : AGES) {
            PlanStage.mail(dovecot.port(), user, at, Duration.ofDays(age));
        }
        long mailbox = prepared(stage, event, user, at);
        List<String> before = provider(user);
        String settings = stage.settings(mailbox);
        List<Moment> moments = new ArrayList<>();
        for (Instant now : List.of(at.minusMillis(1), at, at.plusMillis(1))) {
            stage.bench.now = now;
            stage.settle();
            PushBench.cancelStopped(stage.bench.jdbi);
            if (stage.state(mailbox).equals(ACTIVE)) {
                assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
            }
            moments.add(moment(stage, mailbox, user));
        }
        return new Story(moments, before, provider(user), dovecot.commands(user), settings, stage.settings(mailbox));
    }

    /** The day before: a mailbox that was pulled, a bound copy, a command that waits, and the change in its timeline. */
    private static long prepared(PlanStage stage, Event event, String user, Instant at) throws Exception {
        if (event.before == null) {
            stage.bench.now = at.minus(Duration.ofDays(1));
            stage.bench.jdbi.useHandle(h -> {
                h.execute("DELETE FROM subscription");
                h.execute("INSERT INTO policy_due (due_at) VALUES (?)", at);
            });
        } else if (event == Event.DEMO_ENDS) {
            stage.plan("DEMO", PullBench.NOW, at);
        } else if (event != Event.UPGRADE_FROM_FREE) {
            stage.plan(event.before, PullBench.NOW, null);
        }
        stage.settle();
        long mailbox = stage.bench.mailbox(user, dovecot.port());
        assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        stage.bench.jdbi.useTransaction(h -> bind(h, copyOf(h, 20)));
        if (event == Event.UPGRADE_FROM_FREE) {
            stage.plan("FREE");
            stage.bench.jdbi.useTransaction(h -> h.execute("DELETE FROM mail_copy WHERE bind_count = 0"));
        }
        if (event.after != null) {
            stage.plan(event.after, at, null);
        }
        stage.bench.jdbi.useHandle(h -> h.execute(
                "INSERT INTO user_command (account_id, mailbox_id, kind, asked_by, asked_by_id, asked_at, folder_name,"
                        + " state, due_at) SELECT account_id, id, 'CREATE_FOLDER', 'o', owner_id, now(), 'New', 'QUEUED',"
                        + " now() + interval '1 year' FROM mailbox WHERE state = 'ACTIVE'"));
        return mailbox;
    }

    private static Moment moment(PlanStage stage, long mailbox, String user) {
        String unpurged = "mail_copy c JOIN mail_content t ON t.copy_id = c.id WHERE c.bind_count > 0"
                + " AND length(t.raw) > 20 AND c.subject = 'PT480H'";
        return new Moment(
                stage.state(mailbox),
                stage.due(),
                dueThoughBound(stage),
                stage.bench.jdbi.withHandle(h -> h.createQuery("SELECT subject FROM mail_copy ORDER BY clock DESC")
                        .mapTo(String.class)
                        .list()),
                stage.bench.count(unpurged),
                stage.bench.jdbi.withHandle(h -> h.createQuery(
                                "SELECT coalesce((SELECT state || coalesce(': ' || error, '') FROM user_command), 'none')")
                        .mapTo(String.class)
                        .one()),
                dovecot.commands(user).size());
    }

    /** How much less would be due without what is bound: nothing, if no bound copy is due. */
    private static long dueThoughBound(PlanStage stage) {
        long before = stage.due();
        try (Handle h = stage.bench.jdbi.open()) {
            h.begin();
            h.execute("SET LOCAL session_replication_role = replica");
            h.execute("DELETE FROM mail_copy WHERE bind_count > 0");
            long without = new PreviewQuery(h)
                    .count(PurgeScope.EVERYTHING, stage.bench.now, Optional.empty())
                    .due();
            h.rollback();
            return before - without;
        }
    }

    private static long copyOf(Handle h, int age) {
        return h.createQuery("SELECT id FROM mail_copy WHERE subject = :age")
                .bind("age", Duration.ofDays(age).toString())
                .mapTo(Long.class)
                .one();
    }

    private static void bind(Handle h, long copy) {
        long account = h.createQuery("SELECT account_id FROM mail_copy WHERE id = :id")
                .bind("id", copy)
                .mapTo(Long.class)
                .one();
        new BindingRepository(h).bind(copy, account, new BindingTarget("deal", "7"), "t", PullBench.NOW);
    }

    /** Everything at the provider: numbers, flags, dates and sizes. */
    private static List<String> provider(String user) throws Exception {
        try (RawImap imap = new RawImap(dovecot.port(), user, "secret")) {
            List<String> all = new ArrayList<>(imap.command("EXAMINE INBOX"));
            all.addAll(imap.command("UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)"));
            return all.stream()
                    .filter(line -> line.contains("FETCH") && line.startsWith("*"))
                    .toList();
        }
    }

    private static List<String> copies(int... ages) {
        List<String> subjects = new ArrayList<>();
        for (int age : ages) {
            subjects.add(Duration.ofDays(age).toString());
        }
        return subjects;
    }

    private static void assertOriginalsUntouched(Event event) throws Exception {
        Story story = story(event);
        assertThat(story.before()).hasSize(AGES.length);
        assertThat(story.after()).isEqualTo(story.before());
        assertThat(story.commands()).anyMatch(line -> line.contains("BODY.PEEK"));
        assertThat(story.commands())
                .as("nothing but how this test put its originals there")
                .filteredOn(line -> line.matches(CHANGING))
                .hasSize(AGES.length)
                .allMatch(line -> line.contains(" APPEND \"INBOX\" () \""));
    }

    private static void assertBoundCopyStays(Event event) throws Exception {
        assertThat(story(event).each(Moment::dueAndBound)).containsExactly(0L, 0L, 0L);
        assertThat(story(event).each(Moment::readable)).as("content and all").containsExactly(1L, 1L, 1L);
    }

    private static void assertStops(Event event) throws Exception {
        assertThat(story(event).each(Moment::mailbox)).containsExactly(ACTIVE, NO_SYNC, NO_SYNC);
        assertThat(story(event).settingsAfter()).isEqualTo(story(event).settingsBefore());
        List<Integer> said = story(event).each(Moment::said);
        assertThat(said.get(1)).as("no connection at the instant").isEqualTo(said.get(0));
        assertThat(said.get(2)).as("nor after it").isEqualTo(said.get(0));
        assertThat(story(event).each(Moment::command).get(0)).isEqualTo("QUEUED");
        assertThat(story(event).each(Moment::command).subList(1, 3))
                .containsOnly("CANCELLED: The plan does not synchronise the mailbox any more");
    }

    @Test
    void upgradeFromFreeOriginalIsUntouched() throws Exception {
        assertOriginalsUntouched(Event.UPGRADE_FROM_FREE);
    }

    @Test
    void upgradeFromFreeUnboundCopiesAreBackFilledIntoTheWindowThatOpens() throws Exception {
        assertThat(story(Event.UPGRADE_FROM_FREE).each(Moment::copies))
                .containsExactly(copies(20), copies(10, 20, 45), copies(10, 20, 45));
        assertThat(story(Event.UPGRADE_FROM_FREE).each(Moment::due)).containsExactly(0L, 0L, 0L);
    }

    @Test
    void upgradeFromFreeBoundCopyStaysTheSame() throws Exception {
        assertBoundCopyStays(Event.UPGRADE_FROM_FREE);
    }

    @Test
    void upgradeFromFreeMailboxResumesWithTheSettingsItHad() throws Exception {
        Story story = story(Event.UPGRADE_FROM_FREE);
        assertThat(story.each(Moment::mailbox)).containsExactly(NO_SYNC, ACTIVE, ACTIVE);
        assertThat(story.settingsAfter()).isEqualTo(story.settingsBefore());
    }

    @Test
    void upgradeToALongerPlanOriginalIsUntouched() throws Exception {
        assertOriginalsUntouched(Event.UPGRADE_TO_A_LONGER_PLAN);
    }

    @Test
    void upgradeToALongerPlanUnboundCopiesAreBackFilledIntoTheWiderWindow() throws Exception {
        assertThat(story(Event.UPGRADE_TO_A_LONGER_PLAN).each(Moment::copies))
                .containsExactly(copies(10, 20), copies(10, 20, 45, 75), copies(10, 20, 45, 75));
        assertThat(story(Event.UPGRADE_TO_A_LONGER_PLAN).each(Moment::due)).containsExactly(0L, 0L, 0L);
    }

    @Test
    void upgradeToALongerPlanBoundCopyStaysTheSame() throws Exception {
        assertBoundCopyStays(Event.UPGRADE_TO_A_LONGER_PLAN);
    }

    @Test
    void upgradeToALongerPlanMailboxGoesOn() throws Exception {
        assertThat(story(Event.UPGRADE_TO_A_LONGER_PLAN).each(Moment::mailbox)).containsOnly(ACTIVE);
        assertThat(story(Event.UPGRADE_TO_A_LONGER_PLAN).each(Moment::command)).containsOnly("QUEUED");
    }

    @Test
    void downgradeToAShorterPlanOriginalIsUntouched() throws Exception {
        assertOriginalsUntouched(Event.DOWNGRADE_TO_A_SHORTER_PLAN);
    }

    @Test
    void downgradeToAShorterPlanUnboundCopiesBeyondTheNewWindowAreDue() throws Exception {
        assertThat(story(Event.DOWNGRADE_TO_A_SHORTER_PLAN).each(Moment::due)).containsExactly(0L, 2L, 2L);
    }

    @Test
    void downgradeToAShorterPlanBoundCopyStaysTheSame() throws Exception {
        assertBoundCopyStays(Event.DOWNGRADE_TO_A_SHORTER_PLAN);
    }

    @Test
    void downgradeToAShorterPlanMailboxesOverTheLimitPauseNewestFirstAtTheInstant() {
        PlanStage stage = new PlanStage(postgres, keys, "PROFESSIONAL");
        List<Long> seven = stage.mailboxes(7, false);
        List<String> settings = seven.stream().map(stage::settings).toList();
        Instant at = PullBench.NOW.plus(Duration.ofDays(2));
        stage.plan("CRM_PLUS", at, null);
        for (int millis : new int[] {-1, 0, 1}) {
            stage.bench.now = at.plusMillis(millis);
            stage.settle();
            String last = millis < 0 ? ACTIVE : "PAUSED_BY_PLAN OVER_LIMIT";
            assertThat(stage.states(seven)).containsExactly(ACTIVE, ACTIVE, ACTIVE, ACTIVE, ACTIVE, last, last);
        }
        assertThat(seven.stream().map(stage::settings)).isEqualTo(settings);
    }

    @Test
    void downgradeToFreeOriginalIsUntouched() throws Exception {
        assertOriginalsUntouched(Event.DOWNGRADE_TO_FREE);
    }

    @Test
    void downgradeToFreeUnboundCopiesAreAllDue() throws Exception {
        assertThat(story(Event.DOWNGRADE_TO_FREE).each(Moment::due)).containsExactly(0L, 2L, 2L);
        assertThat(story(Event.DOWNGRADE_TO_FREE).each(Moment::copies)).containsOnly(copies(10, 20, 45));
    }

    @Test
    void downgradeToFreeBoundCopyStaysReadable() throws Exception {
        assertBoundCopyStays(Event.DOWNGRADE_TO_FREE);
    }

    @Test
    void downgradeToFreeMailboxIsPausedAndItsQueuedCommandsAreCancelledAndShown() throws Exception {
        assertStops(Event.DOWNGRADE_TO_FREE);
    }

    @Test
    void demoEndsOriginalIsUntouched() throws Exception {
        assertOriginalsUntouched(Event.DEMO_ENDS);
    }

    @Test
    void demoEndsUnboundCopiesAreAllDue() throws Exception {
        assertThat(story(Event.DEMO_ENDS).each(Moment::due)).containsExactly(0L, 1L, 1L);
    }

    @Test
    void demoEndsBoundCopyStaysReadable() throws Exception {
        assertBoundCopyStays(Event.DEMO_ENDS);
    }

    @Test
    void demoEndsMailboxIsPausedAndItsQueuedCommandsAreCancelledAndShown() throws Exception {
        assertStops(Event.DEMO_ENDS);
    }

    @Test
    void freeTermsTakeEffectOriginalIsUntouched() throws Exception {
        assertOriginalsUntouched(Event.FREE_TERMS_TAKE_EFFECT);
    }

    @Test
    void freeTermsTakeEffectUnboundCopiesAreAllDue() throws Exception {
        assertThat(story(Event.FREE_TERMS_TAKE_EFFECT).each(Moment::copies)).containsOnly(copies(10, 20, 45, 75));
        assertThat(story(Event.FREE_TERMS_TAKE_EFFECT).each(Moment::due)).containsExactly(0L, 3L, 3L);
    }

    @Test
    void freeTermsTakeEffectBoundCopyStaysReadable() throws Exception {
        assertBoundCopyStays(Event.FREE_TERMS_TAKE_EFFECT);
    }

    @Test
    void freeTermsTakeEffectMailboxIsPausedAndItsQueuedCommandsAreCancelledAndShown() throws Exception {
        assertStops(Event.FREE_TERMS_TAKE_EFFECT);
    }

    @Test
    void connectOnFreeIsRefusedFromTheInstantOnAndAllowedUntilThen() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        Instant at = PullBench.NOW.plus(Duration.ofDays(2));
        stage.plan("FREE", at, null);
        assertThat(answers(stage, at, Entitlement::syncs)).containsExactly(true, false, false);
    }

    @Test
    void connectOverTheLimitIsRefusedFromTheInstantOnAndAllowedUntilThen() {
        PlanStage stage = new PlanStage(postgres, keys, "PROFESSIONAL");
        Instant at = PullBench.NOW.plus(Duration.ofDays(2));
        stage.plan("STANDARD", at, null);
        assertThat(answers(stage, at, plan -> plan.mailboxesPerUser().allowsOneMoreThan(5)))
                .containsExactly(true, false, false);
    }

    /** What the gate of connecting is answered a millisecond before an instant, at it and after it. */
    private static List<Boolean> answers(PlanStage stage, Instant at, Predicate<Entitlement> gate) {
        List<Boolean> answers = new ArrayList<>();
        for (int millis : new int[] {-1, 0, 1}) {
            Instant now = at.plusMillis(millis);
            answers.add(gate.test(new EntitlementQuery(stage.bench.jdbi)
                    .find(stage.bench.accountId, now, now)
                    .orElseThrow()));
        }
        return answers;
    }

    /** One copy of an account on STANDARD, without a provider. */
    private static long oneCopy(PlanStage stage, Duration age) {
        long mailbox = stage.mailboxes(1, false).get(0);
        return stage.bench.jdbi.inTransaction(h -> {
            h.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (900, ?, 'X', 'X')", mailbox);
            return h.createQuery("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                            + " copied_at, size_bytes, content_sha256) VALUES (:account, :mailbox, 900, 1, 1, :clock, :clock,"
                            + " 3, sha256('x')) RETURNING id")
                    .bind("account", stage.bench.accountId)
                    .bind("mailbox", mailbox)
                    .bind("clock", stage.bench.now.minus(age))
                    .mapTo(Long.class)
                    .one();
        });
    }

    /** How many are due a millisecond before an instant, at it and after it. */
    private static List<Long> dueAround(PlanStage stage, Instant at) {
        List<Long> due = new ArrayList<>();
        for (int millis : new int[] {-1, 0, 1}) {
            stage.bench.now = at.plusMillis(millis);
            due.add(stage.due());
        }
        return due;
    }

    @Test
    void timePassesUnboundCopyIsDueAtTheCutOffToTheMillisecond() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        oneCopy(stage, Duration.ZERO);
        assertThat(dueAround(stage, PullBench.NOW.plus(Duration.ofDays(60)))).containsExactly(0L, 1L, 1L);
    }

    @Test
    void legalHoldIsPlacedUnboundCopyIsNotDueOnFreeToo() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        oneCopy(stage, Duration.ofDays(61));
        assertThat(stage.due()).isEqualTo(1);
        hold(stage);
        assertThat(stage.due()).isZero();
        stage.plan("FREE");
        assertThat(dueAround(stage, stage.bench.now.plus(Duration.ofDays(400)))).containsOnly(0L);
    }

    private static Hold hold(PlanStage stage) {
        return stage.bench.jdbi.inTransaction(h -> new HoldRepository(h)
                .place(NewHold.onAll(stage.bench.accountId, null, "Case", "order"), "t", stage.bench.now));
    }

    @Test
    void legalHoldIsReleasedUnboundCopyIsDueAfterTheReleaseGraceToTheMillisecond() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        oneCopy(stage, Duration.ofDays(61));
        Hold hold = hold(stage);
        Instant end = stage.bench.now.plus(GRACE);
        stage.bench.jdbi.useTransaction(
                h -> new HoldRepository(h).release(hold, new Hold.Step("t", stage.bench.now, "over"), end));
        assertThat(dueAround(stage, end)).containsExactly(0L, 1L, 1L);
    }

    @Test
    void lastBindingGoesUnboundCopyIsDueAfterTheReleaseGraceToTheMillisecond() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        long copy = oneCopy(stage, Duration.ofDays(61));
        stage.bench.jdbi.useTransaction(h -> bind(h, copy));
        assertThat(stage.due()).as("bound").isZero();
        Instant end = stage.bench.now.plus(GRACE);
        stage.bench.jdbi.useTransaction(
                h -> assertThat(new BindingRepository(h).unbind(copy, new BindingTarget("deal", "7"), end))
                        .isTrue());
        assertThat(dueAround(stage, end)).containsExactly(0L, 1L, 1L);
    }

    @Test
    void disconnectUnboundCopyLivesOutItsTimeToTheMillisecond() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        oneCopy(stage, Duration.ZERO);
        stage.bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'DISCONNECTED', secret = NULL"));
        assertThat(dueAround(stage, PullBench.NOW.plus(Duration.ofDays(60)))).containsExactly(0L, 1L, 1L);
    }

    @Test
    void credentialsAreRefusedUnboundCopyGoesOnAgeingToTheMillisecond() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        oneCopy(stage, Duration.ZERO);
        stage.bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'AUTH_FAILED'"));
        assertThat(dueAround(stage, PullBench.NOW.plus(Duration.ofDays(60)))).containsExactly(0L, 1L, 1L);
    }
}
