package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.holdfast.run.FirstRunToken;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.PayaraMicro;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real job on a real server: stopped, restarted, and killed in the middle. */
class PurgeOnPayaraMicroIT {

    private static final int ACCOUNTS = 50;
    private static final int DUE = 800;

    private static final String SEED = "INSERT INTO account (id, name, created_at)"
            + " SELECT n, 'Account ' || n, now() FROM generate_series(1001, 1050) n;"
            + "INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
            + " SELECT n, n, n || '@example.org', 'Owner', 'OWNER', now() FROM generate_series(1001, 1050) n;"
            + "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login, state,"
            + " state_since, connected_at) SELECT n, n, n, n || '@example.org', 'h', 993, 'TLS', 'l', 'PAUSED_BY_USER',"
            + " now(), now() FROM generate_series(1001, 1050) n;"
            + "INSERT INTO folder (id, mailbox_id, wire_name, name) SELECT n, n, 'INBOX', 'INBOX'"
            + " FROM generate_series(1001, 1050) n;"
            + "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
            + " SELECT n, 'CRM_PLUS', '2015-01-01Z', '2015-01-01Z', 't', 't' FROM generate_series(1001, 1050) n;"
            + "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, received_at, copied_at,"
            + " size_bytes, content_sha256) SELECT a, a, a, 1, n, at, at, at, 3, sha256('raw')"
            + " FROM generate_series(1001, 1050) a, generate_series(1, 1000) n,"
            + " LATERAL (SELECT now() - CASE WHEN n <= 800 THEN interval '40 days' ELSE interval '1 day' END AS at) t;"
            + "INSERT INTO mail_content (copy_id, raw) SELECT id, 'raw' FROM mail_copy;"
            + "ANALYZE";

    @TempDir
    Path folder;

    private LocalPostgres postgres;

    @Test
    void runSurvivesStopRestartAndTheDeathOfItsServer() throws Exception {
        try (LocalPostgres database = LocalPostgres.start()) {
            postgres = database;
            database.createDatabase("purge", "template1");
            String token;
            String run;
            try (PayaraMicro server = start("first")) {
                execute(SEED);
                HoldfastApi api = new HoldfastApi(server.url());
                JsonObject made = api.post("setup", setUp(FirstRunToken.in(server.logged())));
                token = made.getJsonObject("token").getString("token");
                api = api.as(token);
                run = api.post("purge/runs", Json.createObjectBuilder().build()).getString("id");
                await(() -> purged() > 0);
                api.post(
                        "purge/runs/" + run + "/stop",
                        Json.createObjectBuilder().build());
                await(() -> status().equals("STOPPED"));
                long stoppedAt = purged();
                assertThat(stoppedAt).isBetween(1L, (long) ACCOUNTS * DUE - 1);
                api.post(
                        "purge/runs/" + run + "/restart",
                        Json.createObjectBuilder().build());
                await(() -> purged() > stoppedAt);
                server.kill();
            }
            assertThat(status()).isEqualTo("RUNNING");
            assertThat(purged()).isLessThan((long) ACCOUNTS * DUE);
            try (PayaraMicro server = start("second")) {
                await(() -> status().equals("COMPLETED"));
                HoldfastApi api = new HoldfastApi(server.url()).as(token);
                JsonObject verified = api.post(
                        "ledger/verification", Json.createObjectBuilder().build());
                System.out.println(api.get("purge/runs/" + run));
                System.out.println(verified);
                assertThat(purged()).isEqualTo((long) ACCOUNTS * DUE);
                assertThat(count("SELECT count(*) FROM mail_copy")).isEqualTo(ACCOUNTS * 200L);
                assertThat(count("SELECT count(*) FROM mail_content")).isEqualTo(ACCOUNTS * 200L);
                // The second server joins the execution of the dead one, or adopts the run as a third.
                assertThat(count("SELECT executions FROM purge_run")).isBetween(2L, 3L);
                assertThat(verified.getBoolean("intact")).isTrue();
            }
        }
    }

    private PayaraMicro start(String name) {
        return PayaraMicro.start(Launch.of(Path.of("target/holdfast.war"))
                .database(postgres, "purge")
                .folder(folder.resolve(name))
                .setting("holdfast.purge.at", "off")
                .setting("holdfast.purge.chunk", "20"));
    }

    private static JsonObject setUp(String token) {
        return Json.createObjectBuilder()
                .add("token", token)
                .add("email", "admin@example.org")
                .add("password", "correct horse battery staple")
                .add("displayName", "First Administrator")
                .build();
    }

    private interface Condition {
        boolean holds() throws SQLException;
    }

    private static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("within three minutes").isLessThan(until);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private long purged() throws SQLException {
        return count("SELECT coalesce(sum(purged_copies), 0) FROM purge_slice");
    }

    private String status() throws SQLException {
        return value("SELECT status FROM purge_run");
    }

    private long count(String sql) throws SQLException {
        return Long.parseLong(value(sql));
    }

    private String value(String sql) throws SQLException {
        try (Connection connection = postgres.database("purge").getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = postgres.database("purge").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
