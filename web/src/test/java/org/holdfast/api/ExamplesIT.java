package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.holdfast.run.FreePort;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of a CRM's side, run as somebody who reads the documentation would. */
class ExamplesIT extends PackagedApplication {

    private static final Path EXAMPLES =
            Path.of("..", "docs", "examples").toAbsolutePath().normalize();
    private static final String ADDRESS = "anna@acme.example";

    @TempDir
    Path folder;

    private final ApiClient client = new ApiClient(holdfast().url());
    private Tenants tenants;
    private String token;

    /** What a command printed, and how it ended. */
    private record Ran(int exit, String out, String err) {

        JsonObject json() {
            assertThat(exit).as(out + err).isZero();
            return Json.createReader(new StringReader(out)).readObject();
        }
    }

    @BeforeEach
    void narrowedToken() throws SQLException {
        String administrator = AccessMatrixIT.administratorToken(client);
        tenants = new Tenants(client, administrator, holdfast().database());
        token = client.send(
                        "POST",
                        "tokens",
                        administrator,
                        "{\"name\":\"crm\",\"scopes\":[\"read\",\"bind\",\"administer\"],\"accountId\":\""
                                + tenants.account + "\"}")
                .json()
                .getString("token");
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "UPDATE mail_copy SET sender = 'Anna <" + ADDRESS + ">' WHERE id = " + tenants.message);
        }
    }

    private Ran run(String in, List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("HOLDFAST", holdfast().url().toString().replaceFirst("/$", ""));
        builder.environment().put("HOLDFAST_TOKEN", token);
        builder.environment().put("HOLDFAST_ACCOUNT", tenants.account);
        Process process = builder.start();
        process.getOutputStream().write(in.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Ran crm(String... arguments) throws IOException, InterruptedException {
        return crmWith("", arguments);
    }

    private Ran crmWith(String in, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("sh", EXAMPLES.resolve("crm.sh").toString()));
        command.addAll(List.of(arguments));
        return run(in, command);
    }

    @Test
    void theShellScriptTellsOfRecordsFindsBindsAsksWhyAndChecksWhatItIsTold() throws Exception {
        BlockingQueue<Map<String, String>> told = new LinkedBlockingQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        receiver.createContext("/", exchange -> told.add(taken(exchange)));
        receiver.start();
        try {
            JsonObject webhook = crm(
                            "webhook",
                            "http://127.0.0.1:" + receiver.getAddress().getPort() + "/events")
                    .json();
            String title = "Ten \"desks\" \\ and a chair";
            JsonArray records =
                    crm("record", "deal", "D/7 a", title, ADDRESS).json().getJsonArray("items");
            assertThat(records.getJsonObject(0).isNull("problem")).isTrue();
            assertThat(client.send("GET", "accounts/" + tenants.account + "/records", token, null)
                            .json()
                            .getJsonArray("items")
                            .getJsonObject(0)
                            .getString("title"))
                    .isEqualTo(title);
            JsonObject found = crm("messages").json().getJsonArray("items").getJsonObject(0);
            assertThat(found.getString("sender")).contains(ADDRESS);
            String message = found.getString("id");
            assertThat(crm("bind", message, "deal", "D/7 a").json().getString("reference"))
                    .isEqualTo("D/7 a");
            assertThat(crm("why", message).json().getString("verdict")).isEqualTo("BOUND");

            Map<String, String> event = told.poll(60, TimeUnit.SECONDS);
            assertThat(event).as("told within a minute").isNotNull();
            String secret = webhook.getString("secret");
            assertThat(verified(secret, event).exit()).isZero();
            event.put("body", event.get("body").replace("deal", "lead"));
            assertThat(verified(secret, event).exit()).isEqualTo(1);
            event.put("webhook-timestamp", "1500000000");
            assertThat(verified(secret, event).err()).contains("five minutes");

            assertThat(crm("unbind", message, "deal", "D/7 a").exit()).isZero();
            Ran refused = crm("why", "999999999999");
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.out()).contains("not-found");
            assertThat(crm("nothing").exit()).isEqualTo(2);
        } finally {
            receiver.stop(0);
        }
    }

    private Ran verified(String secret, Map<String, String> event) throws IOException, InterruptedException {
        return crmWith(
                event.get("body"),
                "verify",
                secret,
                event.get("webhook-id"),
                event.get("webhook-timestamp"),
                event.get("webhook-signature"));
    }

    private static Map<String, String> taken(HttpExchange exchange) throws IOException {
        Map<String, String> request = new java.util.HashMap<>();
        for (String name : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
            request.put(name, exchange.getRequestHeaders().getFirst(name));
        }
        request.put("body", new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
        return request;
    }

    @Test
    void theJavaProgramBindsWhatItFindsAndIsToldOfIt() throws Exception {
        int port = FreePort.any();
        Ran ran = run(
                "",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        EXAMPLES.resolve("Example.java").toString(),
                        Integer.toString(port),
                        "http://127.0.0.1:" + port + "/events",
                        ADDRESS));
        assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out())
                .contains("Bound to deal D-7: " + tenants.message)
                .contains("  Told: message.bound {")
                .contains(Long.toString(tenants.message));
        assertThat(client.send("GET", "messages/" + tenants.message + "/bindings", token, null)
                        .json()
                        .getJsonArray("items")
                        .getJsonObject(0)
                        .getString("reference"))
                .isEqualTo("D-7");
        assertThat(client.send("GET", "webhooks?account=" + tenants.account, token, null)
                        .json()
                        .getJsonArray("items"))
                .as("it takes its webhook away")
                .isEmpty();
    }
}
