package org.holdfast.api;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.holdfast.run.FirstRunToken;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.PayaraMicro;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What the API adds: reading a page of 50 from a mailbox of many copies, and binding one, over HTTP on Payara Micro,
 * in turns with the same statements over JDBC. Connections are kept on both sides; commits are durable.
 */
public final class ApiBench {

    private static final int EACH = 400;
    private static final int WARM_UP = 600;
    private static final int PAGE = 50;
    private static final double GOAL = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String api;
    private final Connection connection;
    private final Handle handle;
    private String token;
    private String email;
    private long mailbox;
    private String cursor;
    private Instant clock;
    private long last;
    private long copy;

    private ApiBench(LocalPostgres postgres, PayaraMicro server) throws SQLException {
        connection = postgres.database("holdfast").getConnection();
        handle = Jdbi.open(connection);
        api = server.url() + "/api/v1/";
    }

    /** Arguments: how many copies, how many rounds, the WAR. */
    public static void main(String[] arguments) throws Exception {
        int copies = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        Path work = Files.createTempDirectory("api-bench");
        try (LocalPostgres postgres = LocalPostgres.start()) {
            postgres.createDatabase("holdfast", "template1");
            Launch launch = Launch.of(Path.of(arguments[2]))
                    .database(postgres, "holdfast")
                    .folder(work)
                    .setting("holdfast.purge.at", "off")
                    .setting("holdfast.api.rate", "0")
                    .setting("holdfast.keyset", work.resolve("keyset.json").toString());
            try (PayaraMicro server = PayaraMicro.start(launch)) {
                ApiBench bench = new ApiBench(postgres, server);
                bench.prepare(copies, FirstRunToken.in(server.logged()));
                bench.run(copies, rounds);
            }
        }
    }

    private void prepare(int copies, String firstRun) throws Exception {
        email = "admin@example.org";
        String setUp = "{\"token\":\"" + firstRun + "\",\"email\":\"" + email
                + "\",\"password\":\"long enough for a bench 7\",\"displayName\":\"A\"}";
        token = json(send("POST", "setup", setUp)).getJsonObject("token").getString("token");
        try (Statement fill = connection.createStatement()) {
            fill.execute("INSERT INTO account (id, name, created_at) VALUES (1, 'Bench', now())");
            fill.execute("INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                    + " VALUES (1001, 1, 'o@example.org', 'O', 'OWNER', now())");
            fill.execute("INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security,"
                    + " login, state, state_since, connected_at) VALUES (1, 1, 1001, 'o@example.org', '127.0.0.1', 9,"
                    + " 'TLS', 'x', 'PAUSED_BY_USER', now(), now())");
            fill.execute("INSERT INTO mailbox_sync (mailbox_id, due_at) VALUES (1, now() + interval '1 year')");
            fill.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (1, 1, 'INBOX', 'INBOX')");
            fill.execute("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                    + " received_at, sent_at, copied_at, size_bytes, content_sha256, message_id, subject, sender,"
                    + " recipients) SELECT 1, 1, 1, 1, n, now() - n * interval '1 minute',"
                    + " now() - n * interval '1 minute', now(), now(), 600, sha256('x'), '<' || n || '@example.org>',"
                    + " 'About the desks, number ' || n, 'Anna <anna@acme.example>', 'o@example.org'"
                    + " FROM generate_series(1, " + copies + ") n");
            fill.execute("INSERT INTO mail_content (copy_id, raw)"
                    + " SELECT id, convert_to(repeat('x', 600), 'UTF8') FROM mail_copy");
            fill.execute("ANALYZE");
        }
        mailbox = 1;
        copy = 0;
    }

    private void run(int copies, int rounds) throws Exception {
        turn(WARM_UP);
        Map<String, List<Double>> ratios = new TreeMap<>();
        Map<String, List<Double>> measured = new TreeMap<>();
        for (int round = 1; round <= rounds; round++) {
            Map<String, long[]> nanos = turn(EACH);
            for (String what : List.of("page", "bind")) {
                for (int part : new int[] {50, 95}) {
                    double over = percentile(nanos.get(what + "-http"), part);
                    double sql = percentile(nanos.get(what + "-sql"), part);
                    String figure = what + "-p" + part;
                    ratios.computeIfAbsent(figure, name -> new ArrayList<>()).add(over / sql);
                    measured.computeIfAbsent(figure + "-http-ms", name -> new ArrayList<>())
                            .add(over);
                    measured.computeIfAbsent(figure + "-sql-ms", name -> new ArrayList<>())
                            .add(sql);
                    System.out.printf(
                            Locale.ROOT, "round %d: %s HTTP %.2f ms, SQL %.2f ms%n", round, figure, over, sql);
                }
            }
        }
        report(copies, rounds, ratios, measured);
    }

    /** One after the other, so that whatever else the machine does hits both. */
    private Map<String, long[]> turn(int times) throws Exception {
        Map<String, long[]> nanos = new TreeMap<>();
        for (String what : List.of("page-http", "page-sql", "bind-http", "bind-sql")) {
            nanos.put(what, new long[times]);
        }
        cursor = null;
        last = 0;
        for (int i = 0; i < times; i++) {
            nanos.get("page-http")[i] = timed(this::pageOverHttp);
            nanos.get("page-sql")[i] = timed(this::pageInSql);
            nanos.get("bind-http")[i] = timed(() -> bindOverHttp(++copy));
            nanos.get("bind-sql")[i] = timed(() -> bindInSql(++copy));
        }
        return nanos;
    }

    /** Something that is timed. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static long timed(Work work) throws Exception {
        long began = System.nanoTime();
        work.run();
        return System.nanoTime() - began;
    }

    private void pageOverHttp() throws Exception {
        String path = "messages?mailbox=" + mailbox + "&limit=" + PAGE + (cursor == null ? "" : "&cursor=" + cursor);
        String page = send("GET", path, null);
        int at = page.lastIndexOf("\"next\":\"");
        cursor = page.substring(at + 8, page.indexOf('"', at + 8));
    }

    private void pageInSql() throws SQLException {
        String beyond = last == 0 ? "" : " AND (c.clock < ? OR (c.clock = ? AND c.id < ?))";
        try (PreparedStatement query = connection.prepareStatement("SELECT * FROM mail_copy c WHERE c.mailbox_id = ?"
                + beyond + " ORDER BY c.clock DESC, c.id DESC LIMIT " + (PAGE + 1))) {
            query.setLong(1, mailbox);
            if (last > 0) {
                query.setTimestamp(2, Timestamp.from(clock));
                query.setTimestamp(3, Timestamp.from(clock));
                query.setLong(4, last);
            }
            try (ResultSet rows = query.executeQuery()) {
                int columns = rows.getMetaData().getColumnCount();
                for (int row = 0; rows.next(); row++) {
                    for (int column = 1; column <= columns; column++) {
                        rows.getObject(column);
                    }
                    if (row == PAGE - 1) {
                        last = rows.getLong("id");
                        clock = rows.getTimestamp("clock").toInstant();
                    }
                }
            }
        }
    }

    private void bindOverHttp(long id) throws Exception {
        send("POST", "messages/" + id + "/bindings", "{\"kind\":\"deal\",\"reference\":\"D-7\"}");
    }

    /** The statements of a bind, in a transaction of their own. */
    private void bindInSql(long id) throws SQLException {
        Handle h = handle;
        connection.setAutoCommit(false);
        try {
            BindingRepository bindings = new BindingRepository(h);
            long account = bindings.lockCopy(id).orElseThrow();
            BindingTarget target = new BindingTarget("deal", "D-7");
            h.createQuery("SELECT EXISTS (SELECT FROM binding_kind WHERE code = 'deal')")
                    .mapTo(Boolean.class)
                    .one();
            h.createQuery("SELECT EXISTS (SELECT FROM mail_copy c JOIN mail_content t ON t.copy_id = c.id"
                            + " WHERE c.id = :copy AND octet_length(t.raw) = c.size_bytes)")
                    .bind("copy", id)
                    .mapTo(Boolean.class)
                    .one();
            bindings.bind(id, account, target, email, Clock.systemUTC().instant());
            h.createUpdate("INSERT INTO audit_event (at, actor, action, subject, reason, details)"
                            + " VALUES (now(), :actor, 'copy.bind', :subject, NULL, 'deal:D-7')")
                    .bind("actor", email)
                    .bind("subject", "copy:" + id)
                    .execute();
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static JsonObject json(String text) {
        return Json.createReader(new StringReader(text)).readObject();
    }

    /** In milliseconds. */
    private static double percentile(long[] nanos, int part) {
        long[] sorted = nanos.clone();
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length * part / 100] / 1e6;
    }

    private static double median(List<Double> figures) {
        return figures.stream().sorted().toList().get(figures.size() / 2);
    }

    private static void report(
            int copies, int rounds, Map<String, List<Double>> ratios, Map<String, List<Double>> measured)
            throws IOException {
        List<String> lines = new ArrayList<>();
        ratios.forEach((figure, all) -> {
            double median = median(all);
            String verdict = median <= GOAL ? "ok" : "short";
            System.out.printf(Locale.ROOT, "bench api/%s %.2f goal <=%.2f %s%n", figure, median, GOAL, verdict);
            lines.add(String.format(
                    Locale.ROOT,
                    "\"%s\":{\"ratio\":%.3f,\"goal\":%.2f,\"verdict\":\"%s\"}",
                    figure,
                    median,
                    GOAL,
                    verdict));
        });
        measured.forEach((what, all) -> lines.add(String.format(Locale.ROOT, "\"%s\":%.3f", what, median(all))));
        Files.writeString(
                Files.createDirectories(Path.of("target", "bench")).resolve("api.json"),
                "{\"copies\":" + copies + ",\"rounds\":" + rounds + "," + String.join(",", lines) + "}\n");
    }
}
