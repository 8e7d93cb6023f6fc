package org.holdfast.event;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.List;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventsIT {

    private static final JsonObject PAYLOAD =
            Json.createObjectBuilder().add("messageId", "7").build();

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static long account;
    private static long other;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        account = account("a");
        other = account("b");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void nobodySubscribes() {
        jdbi.useHandle(h -> {
            h.execute("DELETE FROM webhook");
            h.execute("DELETE FROM event");
        });
    }

    @Test
    void whatNobodySubscribesToIsNotWritten() {
        webhook(other, "ENABLED", "message.bound");
        webhook(account, "ENABLED", "preview.ready");
        jdbi.useHandle(h -> Events.record(h, EventType.MESSAGE_BOUND, account, "mailbox:1", PAYLOAD));
        assertThat(count("event")).isZero();
        assertThat(count("webhook_delivery")).isZero();
    }

    @Test
    void eachSubscriberOfTheAccountAndOfTheInstallationGetsADelivery() {
        webhook(account, "ENABLED", "message.bound");
        webhook(null, "ENABLED", "message.bound");
        webhook(other, "ENABLED", "message.bound");
        jdbi.useHandle(h -> Events.record(h, EventType.MESSAGE_BOUND, account, "mailbox:1", PAYLOAD));
        assertThat(count("event")).isEqualTo(1);
        assertThat(count("webhook_delivery")).isEqualTo(2);
    }

    @Test
    void anAccountIsNotToldOfTheInstallation() {
        webhook(account, "ENABLED", "ledger.broken");
        jdbi.useHandle(h -> Events.record(h, EventType.LEDGER_BROKEN, Events.INSTALLATION, "ledger", PAYLOAD));
        assertThat(count("event")).isZero();
    }

    @Test
    void forADeadEndpointTheEventIsKeptToBeReplayed() {
        webhook(account, "DEAD", "message.bound");
        jdbi.useHandle(h -> Events.record(h, EventType.MESSAGE_BOUND, account, "mailbox:1", PAYLOAD));
        assertThat(count("event")).isEqualTo(1);
        assertThat(count("webhook_delivery")).isZero();
    }

    @Test
    void whatIsRolledBackWasNoEvent() {
        webhook(account, "ENABLED", "message.bound");
        jdbi.useHandle(h -> {
            h.begin();
            Events.record(h, EventType.MESSAGE_BOUND, account, "mailbox:1", PAYLOAD);
            h.rollback();
        });
        assertThat(count("event")).isZero();
    }

    @Test
    void manyCopiesArePackedByMailbox() {
        webhook(account, "ENABLED", "message.gone");
        List<CopyEvents.Named> copies = LongStream.range(0, 1_200)
                .mapToObj(id -> new CopyEvents.Named(id % 3 == 0 ? other : account, id % 3, id))
                .toList();
        jdbi.useHandle(h -> CopyEvents.gone(h, copies, CopyEvents.Reason.PURGED));
        List<JsonObject> payloads = payloads();
        assertThat(payloads).hasSize(2);
        assertThat(payloads.stream().flatMap(p -> p.getJsonArray("messageIds").stream()))
                .hasSize(800);
        assertThat(payloads).allMatch(p -> p.getString("reason").equals("PURGED"));
    }

    @Test
    void aMailboxThatChangesItsStateIsAnEventWhoeverChangesIt() {
        webhook(account, "ENABLED", "mailbox.state");
        jdbi.useHandle(h -> {
            long mailbox = mailbox(h);
            h.execute("UPDATE mailbox SET state = 'ACTIVE', state_reason = 'the same' WHERE id = ?", mailbox);
            assertThat(count("event")).isZero();
            h.execute("UPDATE mailbox SET state = 'AUTH_FAILED', state_reason = 'refused' WHERE id = ?", mailbox);
        });
        assertThat(payloads()).singleElement().satisfies(p -> {
            assertThat(p.getString("before")).isEqualTo("ACTIVE");
            assertThat(p.getString("state")).isEqualTo("AUTH_FAILED");
            assertThat(p.getString("reason")).isEqualTo("refused");
        });
    }

    @Test
    void aRunIsToldOfWhenItStartsAndWhenItCompletes() {
        webhook(null, "ENABLED", "purge.started");
        webhook(null, "ENABLED", "purge.completed");
        webhook(account, "ENABLED", "purge.started");
        jdbi.useHandle(h -> {
            h.execute("INSERT INTO purge_run (as_of, scope_kind, scope_ref, status, started_by, started_at, terms,"
                    + " worker_slots, chunk_size) VALUES ('2019-05-02T00:00:00Z', 'ACCOUNT', '" + account
                    + "', 'STARTING', 't', now(), '[]', 1, 10)");
            h.execute("UPDATE purge_run SET status = 'RUNNING'");
            h.execute("UPDATE purge_run SET status = 'COMPLETED'");
        });
        assertThat(payloads()).extracting(p -> p.getString("status")).containsExactly("STARTING", "COMPLETED");
        assertThat(payloads().get(0).getString("asOf")).isEqualTo("2019-05-02T00:00:00.000000Z");
        assertThat(count("webhook_delivery")).isEqualTo(3);
    }

    @Test
    void publishedTermsAreAnEventDraftsAreNot() {
        webhook(null, "ENABLED", "terms.published");
        jdbi.useHandle(h -> {
            h.execute(
                    "INSERT INTO terms_change (plan_code, effective_at, syncs, grace_days, status, reason, drafted_by,"
                            + " drafted_at) VALUES ('STANDARD', '2020-01-01T00:00:00Z', true, 7, 'DRAFT', 'r', 'd', now())");
            h.execute("UPDATE terms_change SET status = 'APPROVED'");
            assertThat(count("event")).isZero();
            h.execute("UPDATE terms_change SET status = 'PUBLISHED'");
        });
        assertThat(payloads()).singleElement().satisfies(p -> assertThat(p.getString("planCode"))
                .isEqualTo("STANDARD"));
    }

    private static void webhook(Long of, String state, String... types) {
        jdbi.useHandle(h -> h.createUpdate("INSERT INTO webhook (account_id, url, event_types, state, state_since,"
                        + " created_by, created_at) VALUES (:account, 'https://example.org/', :types, :state, now(), 't',"
                        + " now())")
                .bind("account", of)
                .bindArray("types", String.class, (Object[]) types)
                .bind("state", state)
                .execute());
    }

    private static long account(String name) {
        return jdbi.withHandle(
                h -> h.createQuery("INSERT INTO account (name, created_at) VALUES (:name, now()) RETURNING id")
                        .bind("name", name)
                        .mapTo(Long.class)
                        .one());
    }

    private static long mailbox(Handle h) {
        return h.createQuery("WITH owner AS (INSERT INTO app_user (account_id, email, display_name, role, created_at)"
                        + " VALUES (:a, 'o@example.org', 'O', 'OWNER', now()) RETURNING id)"
                        + " INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security,"
                        + " login, state, state_since, connected_at) SELECT :a, id, 'o@example.org', 'h', 993, 'TLS',"
                        + " 'o', 'ACTIVE', now(), now() FROM owner RETURNING id")
                .bind("a", account)
                .mapTo(Long.class)
                .one();
    }

    private static long count(String table) {
        return jdbi.withHandle(h ->
                h.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
    }

    private static List<JsonObject> payloads() {
        return jdbi.withHandle(
                h -> h.createQuery("SELECT payload FROM event ORDER BY id").mapTo(String.class).list().stream()
                        .map(text -> Json.createReader(new StringReader(text)).readObject())
                        .toList());
    }
}
