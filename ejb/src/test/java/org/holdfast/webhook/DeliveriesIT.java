package org.holdfast.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSocketFactory;
import javax.sql.DataSource;
import org.holdfast.event.EventType;
import org.holdfast.event.Events;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.holdfast.security.SecretBox;
import org.holdfast.sync.ShortTransaction;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries on a real database to real receivers. */
class DeliveriesIT {

    private static final String ALL = "message.bound";

    @TempDir
    private static Path folder;

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static SecretBox secrets;
    private static long account;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        secrets = new SecretBox(folder.resolve("keyset.json"));
        account = jdbi.withHandle(
                h -> h.createQuery("INSERT INTO account (name, created_at) VALUES ('a', now()) RETURNING id")
                        .mapTo(Long.class)
                        .one());
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void empty() {
        jdbi.useHandle(h -> {
            h.execute("DELETE FROM webhook");
            h.execute("DELETE FROM event");
        });
    }

    @Test
    void aReceiverCanCheckIdTimeStampAndSignature() throws Exception {
        try (Receiver crm = new Receiver(request -> 200)) {
            WebhookSecret secret = WebhookSecret.random();
            webhook(crm.url(), secret);
            happen("mailbox:1", 7);
            deliverAll("a");
            Receiver.Got got = crm.got.get(0);
            // What a receiver does, by the few lines of the specification and none of ours.
            byte[] key = Base64.getDecoder().decode(secret.reveal().replaceFirst("^whsec_", ""));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            String signed = got.id() + "." + got.timestamp() + "." + got.body();
            String expected = Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
            assertThat(got.signature()).isEqualTo("v1," + expected);
            assertThat(Math.abs(got.timestamp() - Clock.systemUTC().millis() / 1000))
                    .isLessThan(60);
            assertThat(json(got).getString("type")).isEqualTo("message.bound");
            assertThat(json(got).getJsonObject("data").getInt("number")).isEqualTo(7);
            assertThat(json(got).getString("id")).isEqualTo(got.id());
        }
    }

    @Test
    void whatFailsIsTriedAgainAndNothingOvertakesItOnItsSubject() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Receiver crm = new Receiver(request -> calls.incrementAndGet() == 1 ? 503 : 204)) {
            webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1, 2, 3);
            happen("mailbox:2", 4);
            assertThat(deliverAll("a")).isEqualTo(2);
            assertThat(numbers(crm)).containsExactly(1, 4);
            assertThat(states()).containsEntry("PENDING", 3L);
            assertThat(waitMillis()).isBetween(2_000L, 5_500L);
            overdue();
            deliverAll("a");
            assertThat(numbers(crm).subList(2, 5)).containsExactly(1, 2, 3);
            assertThat(states()).containsExactly(Map.entry("DELIVERED", 4L));
        }
    }

    @Test
    void aRedirectIsNotFollowedAndIsNoSuccess() throws Exception {
        try (Receiver crm = new Receiver(request -> 307)) {
            webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1);
            deliverAll("a");
            assertThat(crm.got).hasSize(1);
            assertThat(states()).containsEntry("PENDING", 1L);
        }
    }

    @Test
    void theNameServersSecondAnswerIsNotAsked() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HostPolicy policy = new HostPolicy("crm.example.org", host -> {
            // A name that leads to the receiver once, and nowhere afterwards.
            return new InetAddress[] {
                asked.incrementAndGet() == 1 ? InetAddress.getLoopbackAddress() : InetAddress.getByName("192.0.2.1")
            };
        });
        try (Receiver crm = new Receiver(request -> 200)) {
            webhook(crm.url().replace("127.0.0.1", "crm.example.org"), WebhookSecret.random());
            happen("mailbox:1", 1);
            courier("a", new EndpointPolicy(policy)).run(claim("a").get(0));
            assertThat(crm.got).hasSize(1);
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void anEndpointThatMayNotBeReachedAnyMoreIsNotReached() throws Exception {
        try (Receiver crm = new Receiver(request -> 200)) {
            webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1);
            courier("a", new EndpointPolicy(new HostPolicy("", InetAddress::getAllByName)))
                    .run(claim("a").get(0));
            assertThat(crm.got).isEmpty();
            assertThat(states()).containsEntry("PENDING", 1L);
        }
    }

    @Test
    void goneMeansGone() throws Exception {
        try (Receiver crm = new Receiver(request -> 410)) {
            long id = webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1, 2);
            deliverAll("a");
            assertThat(crm.got).hasSize(1);
            Webhook dead = find(id);
            assertThat(dead.state()).isEqualTo(WebhookState.DEAD);
            assertThat(dead.stateReason()).contains("The endpoint answers 410 Gone");
            happen("mailbox:1", 3);
            overdue();
            assertThat(deliverAll("a")).isZero();

            crm.answers(request -> 200);
            jdbi.useHandle(h -> new WebhookRows(h).enter(id, WebhookState.ENABLED, null));
            assertThat(replaySince(id)).isEqualTo(3);
            deliverAll("a");
            assertThat(numbers(crm)).containsExactly(1, 1, 2, 3);
        }
    }

    @Test
    void afterADayADeliveryIsParkedItsEndpointIsDeadAndItCanBeReplayed() throws Exception {
        try (Receiver crm = new Receiver(request -> 500)) {
            long id = webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1);
            deliverAll("a");
            assertThat(find(id).failingSince()).isPresent();
            jdbi.useHandle(h -> {
                h.execute("UPDATE webhook_delivery SET first_tried = first_tried - interval '25 hours'");
                h.execute("UPDATE webhook SET failing_since = failing_since - interval '25 hours'");
            });
            overdue();
            deliverAll("a");
            assertThat(states()).containsExactly(Map.entry("PARKED", 1L));
            assertThat(find(id).state()).isEqualTo(WebhookState.DEAD);
            assertThat(find(id).stateReason().orElseThrow()).contains("for a day", "500");

            crm.answers(request -> 200);
            jdbi.useHandle(h -> {
                WebhookRows rows = new WebhookRows(h);
                rows.enter(id, WebhookState.ENABLED, null);
                rows.replay(rows.deliveries(id, null, Long.MAX_VALUE, 10).get(0).id());
            });
            deliverAll("a");
            assertThat(crm.got)
                    .hasSize(3)
                    .extracting(Receiver.Got::id)
                    .containsOnly(crm.got.get(0).id());
            assertThat(states()).containsExactly(Map.entry("DELIVERED", 1L));
        }
    }

    @Test
    void aDeliveryThatAloneFailsIsParkedAndLetsTheNextPass() throws Exception {
        try (Receiver crm = new Receiver(request -> number(request) == 1 ? 500 : 200)) {
            long id = webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1, 2);
            happen("mailbox:2", 3);
            deliverAll("a");
            jdbi.useHandle(
                    h -> h.execute("UPDATE webhook_delivery SET first_tried = first_tried - interval '25 hours'"));
            overdue();
            deliverAll("a");
            deliverAll("a");
            assertThat(find(id).state()).isEqualTo(WebhookState.ENABLED);
            assertThat(states()).containsEntry("PARKED", 1L).containsEntry("DELIVERED", 2L);
        }
    }

    @Test
    void whoeverDiesBetweenSendingAndRecordingLeavesItToAnother() throws Exception {
        try (Receiver crm = new Receiver(request -> 200)) {
            webhook(crm.url(), WebhookSecret.random());
            happen("mailbox:1", 1, 2);
            DeliveryClaim lost = claim("a").get(0);
            assertThat(courier("a", allowing()).send(lost).succeeded()).isTrue();
            // The first node is no more. Until its claim runs out nobody sends anything of this subject.
            assertThat(deliverAll("b")).isZero();
            jdbi.useHandle(h -> h.execute("UPDATE webhook_delivery SET lease_until = clock_timestamp()"
                    + " - interval '1 second' WHERE lease_until IS NOT NULL"));
            deliverAll("b");
            assertThat(numbers(crm)).containsExactly(1, 1, 2);
            assertThat(crm.got.get(0).id()).isEqualTo(crm.got.get(1).id());
            // And should it come back, it changes nothing.
            jdbi.useHandle(h -> new DeliveryRows(h).failed(lost, 500, "late", Duration.ZERO, Duration.ZERO));
            assertThat(states()).containsExactly(Map.entry("DELIVERED", 2L));
        }
    }

    @Test
    void twoWorkersKeepTheOrderOfEachSubject() throws Exception {
        try (Receiver crm = new Receiver(request -> 200)) {
            webhook(crm.url(), WebhookSecret.random());
            for (int i = 0; i < 40; i++) {
                happen("mailbox:" + i % 4, i);
            }
            ExecutorService nodes = Executors.newFixedThreadPool(3);
            List<Future<Integer>> work = new ArrayList<>();
            for (String node : List.of("a", "b", "c")) {
                work.add(nodes.submit(() -> {
                    int done = 0;
                    for (int i = 0; i < 60 && states().containsKey("PENDING"); i++) {
                        done += deliverAll(node);
                    }
                    return done;
                }));
            }
            for (Future<Integer> node : work) {
                node.get(60, TimeUnit.SECONDS);
            }
            nodes.shutdown();
            assertThat(crm.got).hasSize(40);
            Map<String, List<Integer>> bySubject = new TreeMap<>();
            crm.got.forEach(got -> bySubject
                    .computeIfAbsent(json(got).getString("subject"), any -> new ArrayList<>())
                    .add(number(got)));
            assertThat(bySubject).hasSize(4);
            assertThat(bySubject.values())
                    .allSatisfy(numbers -> assertThat(numbers).isSorted());
        }
    }

    @Test
    void anEventWaitsForATransactionThatBeganBeforeIt() throws Exception {
        try (Receiver crm = new Receiver(request -> 200)) {
            webhook(crm.url(), WebhookSecret.random());
            jdbi.useHandle(slow -> {
                slow.begin();
                slow.execute("SELECT pg_current_xact_id()");
                happen("mailbox:1", 2);
                assertThat(deliverAll("a")).isZero();
                slow.commit();
            });
            assertThat(deliverAll("a")).isEqualTo(1);
        }
    }

    @Test
    void aSlowEndpointDoesNotHoldTheOthers() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (Receiver slow = new Receiver(request -> wait(release));
                Receiver quick = new Receiver(request -> 200)) {
            webhook(slow.url(), WebhookSecret.random());
            for (int i = 0; i < 20; i++) {
                happen("mailbox:" + i, i);
            }
            webhook(quick.url(), WebhookSecret.random());
            happen("mailbox:99", 99);
            List<DeliveryClaim> claims = claim("a");
            // Two of the slow one, although it has 21 that have waited longer.
            assertThat(claims).hasSize(3);
            ExecutorService threads = Executors.newCachedThreadPool();
            claims.forEach(
                    claim -> threads.execute(() -> courier("a", allowing()).run(claim)));
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(numbers(quick)).containsExactly(99));
            assertThat(slow.got).isEmpty();
            release.countDown();
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anAnswerThatDripsEndsAtTheDeadline() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ExecutorService thread = Executors.newSingleThreadExecutor();
            thread.execute(() -> drip(server));
            webhook("http://127.0.0.1:" + server.getLocalPort() + "/", WebhookSecret.random());
            happen("mailbox:1", 1);
            long began = System.nanoTime();
            Courier.Outcome outcome = new Courier(transactions(), allowing(), secrets, post(2), "a")
                    .send(claim("a").get(0));
            assertThat(outcome.error()).contains("in time");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
            thread.shutdownNow();
        }
    }

    @Test
    void nobodyThereIsAFailureThatSaysSo() throws Exception {
        String url;
        try (Receiver crm = new Receiver(request -> 200)) {
            url = crm.url();
        }
        long id = webhook(url, WebhookSecret.random());
        happen("mailbox:1", 1);
        deliverAll("a");
        Delivery delivery = jdbi.withHandle(
                h -> new WebhookRows(h).deliveries(id, null, Long.MAX_VALUE, 1).get(0));
        assertThat(delivery.error().orElseThrow()).startsWith("No connection");
        assertThat(delivery.answer()).isEqualTo(Optional.empty());
    }

    @Test
    void ofABacklogOnlyTheOldestOfEachSubjectIsReadAndNothingOfADeadWebhook() throws Exception {
        long dead = webhook("http://127.0.0.1:9/", WebhookSecret.random());
        long slow = webhook("http://127.0.0.1:9/", WebhookSecret.random());
        jdbi.useHandle(h -> {
            h.execute(
                    "SELECT record_event('message.bound', ?, 'mailbox:' || n % 50, '{}')"
                            + " FROM generate_series(1, 20000) n",
                    account);
            new WebhookRows(h).enter(dead, WebhookState.DEAD, "gone");
            h.execute("ANALYZE webhook_delivery");
            String plan = String.join(
                    "\n",
                    h.createQuery("EXPLAIN (ANALYZE, BUFFERS) " + DeliveryRows.HEADS)
                            .bindArray("busy", Long.class)
                            .bind("most", 12)
                            .mapTo(String.class)
                            .list());
            long read = 0;
            java.util.regex.Matcher scan = java.util.regex.Pattern.compile(
                            "webhook_delivery h.*?actual time=\\S+ rows=([0-9.]+) loops=([0-9]+)")
                    .matcher(plan);
            while (scan.find()) {
                read += Math.round(Double.parseDouble(scan.group(1)) * Long.parseLong(scan.group(2)));
            }
            assertThat(read).as(plan).isBetween(50L, 60L);
        });
        assertThat(claim("a")).hasSize(2).allMatch(claim -> claim.webhookId() == slow);
    }

    @Test
    void eventsAreForgottenAfterTheirTimeUnlessAReceiverStillGetsThem() {
        long dead = webhook("http://127.0.0.1:9/", WebhookSecret.random());
        happen("mailbox:1", 1, 2, 3);
        jdbi.useHandle(h -> new WebhookRows(h).enter(dead, WebhookState.DEAD, "gone"));
        webhook("http://127.0.0.1:9/", WebhookSecret.random());
        happen("mailbox:1", 4);
        jdbi.useHandle(h -> {
            assertThat(new DeliveryRows(h).forget(10)).isZero();
            h.execute("UPDATE event SET recorded_at = recorded_at - interval '31 days'");
            // Of the dead one's three, two at a time; the fourth is still under way to the other.
            assertThat(new DeliveryRows(h).forget(2)).isEqualTo(2);
            assertThat(new DeliveryRows(h).forget(2)).isEqualTo(1);
            assertThat(new DeliveryRows(h).forget(2)).isZero();
        });
        assertThat(states()).containsExactly(Map.entry("PENDING", 1L));
    }

    private static int wait(CountDownLatch release) {
        try {
            release.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 200;
    }

    private static void drip(ServerSocket server) {
        try (Socket socket = server.accept()) {
            for (int i = 0; i < 200; i++) {
                socket.getOutputStream().write('H');
                socket.getOutputStream().flush();
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (IOException e) {
            // the client has gone, as it should
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long webhook(String url, WebhookSecret secret) {
        return jdbi.inTransaction(h -> {
            WebhookRows rows = new WebhookRows(h);
            long id = rows.insert(
                    new WebhookDraft(Optional.of(account), url, List.of(ALL)),
                    "t",
                    Instant.parse("2019-05-02T08:00:00Z"));
            rows.keepSecret(id, secrets.seal(account, id, Webhooks.SECRET, secret.reveal()));
            return id;
        });
    }

    private static void happen(String subject, int... numbers) {
        for (int number : numbers) {
            jdbi.useHandle(h -> Events.record(
                    h,
                    EventType.MESSAGE_BOUND,
                    account,
                    subject,
                    Json.createObjectBuilder().add("number", number).build()));
        }
    }

    private static List<DeliveryClaim> claim(String owner) {
        return jdbi.inTransaction(h -> new DeliveryRows(h).claim(owner, List.of(), 12));
    }

    /** One round of a node, one delivery after the other. */
    private static int deliverAll(String owner) {
        List<DeliveryClaim> claims = claim(owner);
        claims.forEach(claim -> courier(owner, allowing()).run(claim));
        return claims.size();
    }

    private static Courier courier(String owner, EndpointPolicy endpoints) {
        return new Courier(transactions(), endpoints, secrets, post(15), owner);
    }

    private static WebhookPost post(int seconds) {
        return new WebhookPost((SSLSocketFactory) SSLSocketFactory.getDefault(), Duration.ofSeconds(seconds));
    }

    private static EndpointPolicy allowing() {
        return new EndpointPolicy(new HostPolicy("127.0.0.1", InetAddress::getAllByName));
    }

    private static ShortTransaction transactions() {
        return new ShortTransaction() {
            @Override
            public <T> T call(java.util.function.Function<org.jdbi.v3.core.Handle, T> work) {
                return jdbi.inTransaction(work::apply);
            }
        };
    }

    private static int replaySince(long id) {
        return jdbi.withHandle(h -> new WebhookRows(h).replaySince(id, Instant.EPOCH));
    }

    private static Webhook find(long id) {
        return jdbi.withHandle(h -> new WebhookRows(h).find(id).orElseThrow());
    }

    private static void overdue() {
        jdbi.useHandle(h -> {
            h.execute("UPDATE webhook_delivery SET due_at = clock_timestamp()");
            h.execute("UPDATE webhook SET rest_until = NULL");
        });
    }

    private static long waitMillis() {
        return jdbi.withHandle(h -> h.createQuery("SELECT (extract(epoch FROM max(due_at) - clock_timestamp()) * 1000)"
                        + "::bigint FROM webhook_delivery WHERE state = 'PENDING'")
                .mapTo(Long.class)
                .one());
    }

    private static Map<String, Long> states() {
        return jdbi.withHandle(h -> h.createQuery("SELECT state, count(*) AS n FROM webhook_delivery GROUP BY state")
                .reduceRows(new TreeMap<String, Long>(), (all, row) -> {
                    all.put(row.getColumn("state", String.class), row.getColumn("n", Long.class));
                    return all;
                }));
    }

    private static List<Integer> numbers(Receiver receiver) {
        return receiver.got.stream().map(DeliveriesIT::number).toList();
    }

    private static int number(Receiver.Got got) {
        return json(got).getJsonObject("data").getInt("number");
    }

    private static JsonObject json(Receiver.Got got) {
        return Json.createReader(new StringReader(got.body())).readObject();
    }
}
