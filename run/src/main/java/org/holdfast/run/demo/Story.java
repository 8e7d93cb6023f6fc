package org.holdfast.run.demo;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.holdfast.run.ApiRefusal;
import org.holdfast.run.FirstRunToken;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.ImapSession;
import org.holdfast.run.MailProvider;
import org.holdfast.run.Tenant;

/** The main job, step by step. Everything goes through the public REST API and the provider's IMAP. */
final class Story {

    /** The day after the shipped terms took effect. */
    private static final Instant AFTER_TERMS = Instant.parse("2019-05-02T08:00:00Z");

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final MailProvider provider;
    private final DemoServers servers;
    private final Report report;
    private final String administratorEmail = "administrator@holdfast.example";
    private final String administratorPassword = Tenant.password();
    private final List<DemoMailbox> mailboxes = new ArrayList<>();
    private HoldfastApi administrator;
    private JsonObject preview;
    private JsonObject run;
    private String freeRefused;

    Story(DemoServers servers, Report report) {
        this.servers = servers;
        this.provider = servers.provider();
        this.report = report;
    }

    String administratorEmail() {
        return administratorEmail;
    }

    String administratorPassword() {
        return administratorPassword;
    }

    List<DemoMailbox> mailboxes() {
        return mailboxes;
    }

    void tell() throws InterruptedException {
        administrator = new HoldfastApi(servers.url())
                .setUp(FirstRunToken.in(servers.logged()), administratorEmail, administratorPassword);
        report.step("First administrator made with the token in the server's log");
        for (DemoPlan plan : DemoPlan.ALL) {
            mailboxes.add(fillAndConnect(plan));
        }
        firstSync();
        mailboxes.forEach(DemoMailbox::bindSome);
        report.step(
                "%d copies bound to deals and tasks",
                mailboxes.stream().mapToInt(m -> m.bound.size()).sum());
        moveClock();
        dryRun();
        purge();
        secondSync();
        new Proofs(this, report, provider).print(administrator, preview, run, freeRefused);
    }

    private DemoMailbox fillAndConnect(DemoPlan plan) {
        String address = "mail@" + plan.host();
        String password = provider.createMailbox(address);
        try (ImapSession session = provider.open(address, password)) {
            Letters.FOLDERS.forEach(session::create);
            for (Letter letter : Letters.of(address, Instant.parse(DemoServers.CLOCK_START))) {
                session.append(letter.folder(), letter.flags(), letter.received(), letter.message());
            }
        }
        Tenant tenant = Tenant.create(
                administrator,
                "Account on " + plan.code(),
                plan.code(),
                plan.until().orElse(null),
                "owner@" + plan.host());
        DemoMailbox mailbox =
                new DemoMailbox(plan, tenant, address, password, tenant.connect(provider, address, password));
        mailbox.before = mailbox.snapshot(provider);
        report.step(
                "%-12s account, owner and mailbox connected; %d originals at the provider",
                plan.code(), mailbox.before.messages());
        return mailbox;
    }

    private void firstSync() throws InterruptedException {
        Map<DemoMailbox, String> last = mailboxes.stream().collect(Collectors.toMap(m -> m, m -> ""));
        mailboxes.forEach(DemoMailbox::syncNow);
        awaitSync(last, mailboxes);
        mailboxes.forEach(mailbox -> mailbox.imported = mailbox.copies());
    }

    /** Waits until each mailbox has completed a pass later than the one given, with a line for progress. */
    private void awaitSync(Map<DemoMailbox, String> last, List<DemoMailbox> which) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        String printed = "";
        while (true) {
            long copies = 0;
            long done = 0;
            for (DemoMailbox mailbox : which) {
                JsonObject progress = mailbox.progress();
                copies += progress.getInt("copies");
                String completed = text(progress, "lastCompleted");
                if (!text(progress, "lastError").isEmpty()) {
                    throw new IllegalStateException(
                            mailbox.address + " does not synchronise: " + text(progress, "lastError"));
                }
                boolean idle = progress.getString("phase").equals("IDLE");
                if (idle && !completed.isEmpty() && !completed.equals(last.get(mailbox))) {
                    done++;
                }
            }
            String line = String.format("Synchronising: %d of %d mailboxes, %d copies", done, which.size(), copies);
            if (!line.equals(printed)) {
                report.step("%s", line);
                printed = line;
            }
            if (done == which.size()) {
                return;
            }
            if (System.nanoTime() > until) {
                throw new IllegalStateException("Mailboxes did not synchronise within " + PATIENCE.toMinutes()
                        + " minutes: "
                        + which.stream().map(m -> m.progress().toString()).collect(Collectors.joining("\n")));
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private void moveClock() {
        JsonObject clock = administrator.put(
                "clock",
                Json.createObjectBuilder().add("now", AFTER_TERMS.toString()).build());
        report.step(
                "The demonstration clock is moved to %s: the terms of 2019-05-01 are in force", clock.getString("now"));
    }

    private void dryRun() {
        preview = administrator.get("purge/preview?asOf=" + AFTER_TERMS);
        for (JsonObject line : preview.getJsonArray("plans").getValuesAs(JsonObject.class)) {
            mailboxes.stream()
                    .filter(m -> m.plan.code().equals(line.getString("planCode")))
                    .forEach(m -> m.previewDue = line.getInt("due"));
        }
        mailboxes.forEach(mailbox -> mailbox.expect(AFTER_TERMS));
        report.step(
                "Dry run as of %s: %d of %d copies would go",
                AFTER_TERMS, preview.getInt("due"), preview.getInt("copies"));
    }

    private void purge() throws InterruptedException {
        run = administrator.post(
                "purge/runs",
                Json.createObjectBuilder().add("asOf", AFTER_TERMS.toString()).build());
        report.step("Purge run %s started", run.getString("id"));
        long until = System.nanoTime() + PATIENCE.toNanos();
        int printed = -1;
        while (!List.of("COMPLETED", "FAILED", "STOPPED").contains(run.getString("status"))) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(
                        "The purge did not end within " + PATIENCE.toMinutes() + " minutes: " + run);
            }
            TimeUnit.MILLISECONDS.sleep(200);
            run = administrator.get("purge/runs/" + run.getString("id"));
            int purged = run.getJsonObject("progress").getInt("purgedCopies");
            if (purged != printed) {
                report.step("Purging: %d copies", purged);
                printed = purged;
            }
        }
        report.step("Purge run %s is %s", run.getString("id"), run.getString("status"));
        mailboxes.forEach(mailbox -> mailbox.purgedTo = mailbox.copies());
    }

    private void secondSync() throws InterruptedException {
        Map<DemoMailbox, String> last =
                mailboxes.stream().collect(Collectors.toMap(m -> m, m -> text(m.progress(), "lastCompleted")));
        List<DemoMailbox> syncing =
                mailboxes.stream().filter(m -> m.plan.syncs()).toList();
        syncing.forEach(DemoMailbox::syncNow);
        freeRefused = mailboxes.stream()
                .filter(m -> !m.plan.syncs())
                .map(Story::refusal)
                .collect(Collectors.joining("; "));
        awaitSync(last, syncing);
        mailboxes.forEach(mailbox -> mailbox.resynced = mailbox.copies());
    }

    /** How a mailbox whose plan does not synchronise any more answers, and the state that it comes to. */
    private static String refusal(DemoMailbox mailbox) {
        String answer = "accepted";
        try {
            mailbox.syncNow();
        } catch (ApiRefusal e) {
            answer = e.status() + " " + e.code();
        }
        return "sync now is answered " + answer + ", its mailbox is " + mailbox.state();
    }

    private static String text(JsonObject object, String key) {
        JsonValue value = object.getOrDefault(key, JsonValue.NULL);
        return value instanceof JsonString string ? string.getString() : "";
    }
}
