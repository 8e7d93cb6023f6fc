package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.holdfast.run.FirstRunToken;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.ImapSession;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.MailProvider;
import org.holdfast.run.PayaraMicro;
import org.holdfast.run.Snapshot;
import org.holdfast.run.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first promise, with a real server and a real provider that writes down each command it is given. */
class PurgeLeavesOriginalsIT {

    private static final int LETTERS = 40;
    private static final String ADDRESS = "anna@customer.example";

    @TempDir
    Path folder;

    /** Dovecot with its raw log of commands. */
    private record LoggedDovecot(LocalDovecot dovecot) implements MailProvider {

        @Override
        public String name() {
            return "Dovecot";
        }

        @Override
        public int imapPort() {
            return dovecot.port();
        }

        @Override
        public OptionalInt smtpPort() {
            return OptionalInt.empty();
        }

        @Override
        public String createMailbox(String address) {
            dovecot.keepCommands(address);
            return LocalDovecot.PASSWORD;
        }

        @Override
        public void close() {
            dovecot.close();
        }
    }

    @Test
    void providerGetsNoCommandWhileCopiesArePurgedAndKeepsEveryOriginalAsItWas() throws Exception {
        if (!LocalDovecot.isInstalled() && !"true".equals(System.getenv("CI"))) {
            System.out.println("PurgeLeavesOriginalsIT is skipped: Dovecot is not installed here");
            assumeThat(LocalDovecot.isInstalled()).isTrue();
        }
        try (LocalPostgres postgres = LocalPostgres.start();
                LoggedDovecot provider =
                        new LoggedDovecot(LocalDovecot.start(new LocalDovecot.Options(null, null, true)))) {
            postgres.createDatabase("originals", "template1");
            fill(provider);
            try (PayaraMicro server = start(postgres)) {
                purgeAndCompare(server, provider);
            }
        }
    }

    private static void fill(LoggedDovecot provider) {
        provider.createMailbox(ADDRESS);
        try (ImapSession session = provider.open(ADDRESS, LocalDovecot.PASSWORD)) {
            for (int i = 1; i <= LETTERS; i++) {
                List<String> flags = i % 3 == 0 ? List.of("\\Seen", "$label" + i % 2) : List.of("\\Flagged");
                byte[] letter = ("From: b@example.org\r\nSubject: Letter " + i + "\r\n\r\nText \u00e4 " + i + "\r\n")
                        .getBytes(StandardCharsets.UTF_8);
                session.append("INBOX", flags, Instant.now().minus(Duration.ofHours(i)), letter);
            }
        }
    }

    private static void purgeAndCompare(PayaraMicro server, LoggedDovecot provider) throws InterruptedException {
        HoldfastApi administrator = new HoldfastApi(server.url())
                .setUp(FirstRunToken.in(server.logged()), "admin@example.org", "correct horse battery staple");
        Tenant tenant = Tenant.create(administrator, "Customer", "STANDARD", null, "owner@customer.example");
        String mailbox = tenant.connect(provider, ADDRESS, LocalDovecot.PASSWORD);
        tenant.owner()
                .post(
                        "mailboxes/" + mailbox + "/sync",
                        Json.createObjectBuilder().build());
        await(() -> copies(tenant).size() == LETTERS);
        JsonObject bound = copies(tenant).get(7);
        tenant.owner()
                .post(
                        "messages/" + bound.getString("id") + "/bindings",
                        Json.createObjectBuilder()
                                .add("kind", "deal")
                                .add("reference", "4711")
                                .build());
        administrator.post(
                "accounts/" + tenant.id() + "/subscriptions",
                Json.createObjectBuilder()
                        .add("planCode", "FREE")
                        .add("reason", "Downgrade")
                        .build());
        await(() -> administrator.get("mailboxes/" + mailbox).getString("state").equals("PAUSED_BY_PLAN"));
        awaitSilence(provider.dovecot());

        Snapshot before = snapshot(provider);
        List<String> commands = provider.dovecot().commands(ADDRESS);
        assertThat(commands).as("of the sync").hasSizeGreaterThan(5);
        String run = administrator
                .post("purge/runs", Json.createObjectBuilder().build())
                .getString("id");
        await(() -> administrator.get("purge/runs/" + run).getString("status").equals("COMPLETED"));
        assertThat(copies(tenant)).extracting(copy -> copy.getString("id")).containsExactly(bound.getString("id"));
        assertThat(provider.dovecot().commands(ADDRESS)).as("not one more").isEqualTo(commands);
        assertThat(before.messages()).isEqualTo(LETTERS);
        assertThat(snapshot(provider)).isEqualTo(before);
    }

    private static Snapshot snapshot(LoggedDovecot provider) {
        try (ImapSession session = provider.open(ADDRESS, LocalDovecot.PASSWORD)) {
            return Snapshot.of(session);
        }
    }

    private static List<JsonObject> copies(Tenant tenant) {
        return tenant.owner().all("messages");
    }

    /** Until no command has come for three seconds. */
    private static void awaitSilence(LocalDovecot dovecot) throws InterruptedException {
        int before = -1;
        for (int now = dovecot.commands(ADDRESS).size();
                now != before;
                now = dovecot.commands(ADDRESS).size()) {
            before = now;
            TimeUnit.SECONDS.sleep(3);
        }
    }

    private PayaraMicro start(LocalPostgres postgres) {
        return PayaraMicro.start(Launch.of(Path.of("target/holdfast.war"))
                .database(postgres, "originals")
                .folder(folder.resolve("server"))
                .setting("holdfast.mail.allow", "127.0.0.1")
                .setting("holdfast.purge.at", "off")
                .setting("holdfast.keyset", folder.resolve("keyset.json").toString()));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within three minutes").isLessThan(until);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }
}
