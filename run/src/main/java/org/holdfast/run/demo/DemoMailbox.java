package org.holdfast.run.demo;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.holdfast.run.ImapSession;
import org.holdfast.run.MailProvider;
import org.holdfast.run.Snapshot;
import org.holdfast.run.Tenant;

/** One account of the demonstration with its mailbox, and what was seen of it so far. */
final class DemoMailbox {

    private static final int BOUND_OLD = 6;
    private static final int BOUND_YOUNG = 2;

    final DemoPlan plan;
    final Tenant tenant;
    final String address;
    private final String password;
    private final String id;

    Snapshot before;
    Map<String, JsonObject> imported = Map.of();
    Map<String, JsonObject> purgedTo = Map.of();
    Map<String, JsonObject> resynced = Map.of();
    final Map<String, JsonObject> bound = new LinkedHashMap<>();
    int expectedDue;
    long previewDue;

    DemoMailbox(DemoPlan plan, Tenant tenant, String address, String password, String id) {
        this.plan = plan;
        this.tenant = tenant;
        this.address = address;
        this.password = password;
        this.id = id;
    }

    String id() {
        return id;
    }

    ImapSession open(MailProvider provider) {
        return provider.open(address, password);
    }

    Snapshot snapshot(MailProvider provider) {
        try (ImapSession session = open(provider)) {
            return Snapshot.of(session);
        }
    }

    /** The copies there are now, by id. */
    Map<String, JsonObject> copies() {
        return tenant.owner().all("messages?mailbox=" + id + "&limit=200").stream()
                .collect(Collectors.toMap(copy -> copy.getString("id"), copy -> copy));
    }

    JsonObject progress() {
        return tenant.administrator().get("mailboxes/" + id + "/sync");
    }

    String state() {
        return tenant.administrator().get("mailboxes/" + id).getString("state");
    }

    void syncNow() {
        tenant.administrator().post("mailboxes/" + id + "/sync", JsonValue.EMPTY_JSON_OBJECT);
    }

    /** Binds some of the oldest and some of the youngest copies to deals and tasks. */
    void bindSome() {
        List<JsonObject> oldestFirst = imported.values().stream()
                .sorted(Comparator.comparing(DemoMailbox::clock))
                .toList();
        for (int i = 0; i < BOUND_OLD; i++) {
            bind(oldestFirst.get(i * 3), i);
        }
        for (int i = 0; i < BOUND_YOUNG; i++) {
            bind(oldestFirst.get(oldestFirst.size() - 1 - i), BOUND_OLD + i);
        }
    }

    private void bind(JsonObject copy, int number) {
        JsonObject target = Json.createObjectBuilder()
                .add("kind", number % 2 == 0 ? "deal" : "task")
                .add("reference", plan.code() + "-" + (100 + number))
                .build();
        tenant.owner().post("messages/" + copy.getString("id") + "/bindings", target);
        bound.put(copy.getString("id"), copy);
    }

    /** Counts what the rule makes due, from dates alone and without asking the product. */
    void expect(Instant asOf) {
        Instant cutoff = asOf.minus(Duration.ofDays(plan.days()));
        expectedDue = (int) imported.values().stream()
                .filter(copy -> !bound.containsKey(copy.getString("id")))
                .filter(copy -> !clock(copy).isAfter(cutoff))
                .count();
    }

    /** Copies that the purge took. */
    List<JsonObject> purged() {
        return imported.values().stream()
                .filter(copy -> !purgedTo.containsKey(copy.getString("id")))
                .toList();
    }

    /** Copies after the second synchronisation with the content of a purged one. */
    long cameBack() {
        var gone = purged().stream().map(DemoMailbox::content).collect(Collectors.toSet());
        return resynced.values().stream()
                .filter(copy -> !purgedTo.containsKey(copy.getString("id")))
                .filter(copy -> gone.contains(content(copy)))
                .count();
    }

    static String content(JsonObject copy) {
        return copy.getString("contentSha256");
    }

    private static Instant clock(JsonObject copy) {
        return Instant.parse(copy.getString("clock"));
    }
}
