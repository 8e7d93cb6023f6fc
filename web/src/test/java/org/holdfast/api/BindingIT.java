package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a CRM does over HTTP: tells of records, binds, keeps rules, is told of events. */
class BindingIT extends PackagedApplication {

    private static final byte[] PDF = "%PDF-1.4 not really \u00e4".getBytes(StandardCharsets.ISO_8859_1);
    private static final String MAIL = "From: Anna <anna@acme.example>\r\nTo: o@own.example\r\n"
            + "Subject: [deal D-7]\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + "--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\n"
            + "hello\r\n--y\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n--y--\r\n"
            + "--x\r\nContent-Type: application/pdf; name=\"x\"\r\nContent-Transfer-Encoding: base64\r\n"
            + "Content-Disposition: attachment; filename*=UTF-8''..%2FB%C3%A1o%20gi%C3%A1.pdf\r\n\r\n"
            + Base64.getMimeEncoder().encodeToString(PDF) + "\r\n--x--\r\n";

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;
    private Tenants tenants;

    @BeforeEach
    void signIn() throws SQLException {
        administrator = AccessMatrixIT.administratorToken(client);
        tenants = new Tenants(client, administrator, holdfast().database());
    }

    private ApiClient.Answer admin(String method, String path, String body) {
        return client.send(method, path, administrator, body);
    }

    private ApiClient.Answer owner(String method, String path, String body) {
        return client.send(method, path, tenants.tokens.get(Who.OWNER), body);
    }

    @Test
    void recordsAreToldInBulkEachByItself() {
        String records = "accounts/" + tenants.account + "/records";
        String body = "{\"items\":[{\"kind\":\"contact\",\"reference\":\"C-1\",\"title\":\"Anna\",\"addresses\":"
                + "[\"Anna@Acme.example\"]},{\"kind\":\"nothing\",\"reference\":\"x\",\"title\":\"x\"},"
                + "{\"kind\":\"deal\",\"reference\":\"D-7\",\"title\":\" \"},"
                + "{\"kind\":\"company\",\"reference\":\"A-1\",\"title\":\"Acme\",\"domains\":[\"acme.example\"]}]}";
        for (int i = 0; i < 2; i++) {
            JsonArray results = admin("POST", records, body).json().getJsonArray("items");
            assertThat(results.getJsonObject(0).isNull("problem")).isTrue();
            assertThat(results.getJsonObject(1).getJsonObject("problem").getString("code"))
                    .isEqualTo("kind-unknown");
            assertThat(results.getJsonObject(2).getJsonObject("problem").getString("code"))
                    .isEqualTo("invalid-request");
            assertThat(results.getJsonObject(3).isNull("problem")).isTrue();
        }
        JsonArray found = owner("GET", records + "?query=anna", null).json().getJsonArray("items");
        assertThat(found).hasSize(1);
        assertThat(found.getJsonObject(0).getJsonArray("addresses").getString(0))
                .isEqualTo("anna@acme.example");
        admin("DELETE", records + "/contact/C-1", null);
        assertThat(owner("GET", records + "?query=anna", null).json().getJsonArray("items"))
                .isEmpty();
        assertThat(owner("POST", records, body).verdict()).isEqualTo("403 forbidden");
    }

    @Test
    void manyAreBoundAtOnceAndAgainWithoutHarm() throws SQLException {
        tenants.moreMessages(holdfast().database(), 2);
        List<String> ids = owner("GET", "messages", null).json().getJsonArray("items").stream()
                .map(item -> item.asJsonObject().getString("id"))
                .toList();
        String body = "{\"items\":[" + item(ids.get(0), "deal") + "," + item("999999999999", "deal") + ","
                + item(ids.get(1), "nothing") + "," + item(ids.get(2), "task") + "]}";
        JsonArray first = owner("POST", "bindings", body).json().getJsonArray("items");
        JsonArray again = owner("POST", "bindings", body).json().getJsonArray("items");
        assertThat(again).isEqualTo(first);
        assertThat(first.getJsonObject(0).getJsonObject("binding").getString("kind"))
                .isEqualTo("deal");
        assertThat(first.getJsonObject(1).getJsonObject("problem").getInt("status"))
                .isEqualTo(404);
        assertThat(first.getJsonObject(2).getJsonObject("problem").getString("code"))
                .isEqualTo("kind-unknown");
        assertThat(first.getJsonObject(3).isNull("problem")).isTrue();
        assertThat(owner(
                                "POST",
                                "bindings",
                                "{\"items\":[" + (item("1", "deal") + ",").repeat(200) + item("1", "deal") + "]}")
                        .verdict())
                .isEqualTo("400 invalid-request");
    }

    private static String item(String message, String kind) {
        return "{\"messageId\":\"" + message + "\",\"kind\":\"" + kind + "\",\"reference\":\"R-1\"}";
    }

    @Test
    void aReferenceMayHaveASlashInIt() {
        String records = "accounts/" + tenants.account + "/records";
        admin("POST", records, "{\"items\":[{\"kind\":\"deal\",\"reference\":\"2019/7 {a}\",\"title\":\"Seven\"}]}");
        String bind = "messages/" + tenants.message + "/bindings";
        ApiClient.Answer bound = owner("POST", bind, "{\"kind\":\"deal\",\"reference\":\"2019/7 {a}\"}");
        assertThat(bound.header("Location")).endsWith("/bindings/deal/2019/7%20%7Ba%7D");
        String location = bound.header("Location").replaceFirst(".*/api/v1/", "");
        assertThat(owner("DELETE", location, null).status()).isEqualTo(204);
        owner("POST", bind, "{\"kind\":\"deal\",\"reference\":\"2019/7 {a}\"}");
        assertThat(admin(
                                "POST",
                                records + "/deal/2019/7%20%7Ba%7D/conversion",
                                "{\"kind\":\"deal\",\"reference\":\"2019/8\"}")
                        .json()
                        .getInt("messages"))
                .isEqualTo(1);
        assertThat(admin("DELETE", records + "/deal/2019/8", null).json().getInt("messages"))
                .isEqualTo(1);
    }

    @Test
    void aLongReferenceOfOtherLettersAndOneThatCannotBeAreTakenAsTheyAre() {
        String bind = "messages/" + tenants.message + "/bindings";
        String reference = "\u1eb5".repeat(200);
        ApiClient.Answer bound = owner("POST", bind, "{\"kind\":\"deal\",\"reference\":\"" + reference + "\"}");
        assertThat(owner("DELETE", bound.header("Location").replaceFirst(".*/api/v1/", ""), null)
                        .status())
                .isEqualTo(204);
        assertThat(owner("DELETE", bind + "/deal/" + "x".repeat(201), null).verdict())
                .isEqualTo("404 not-found");
        assertThat(owner("DELETE", bind + "/deal/%20", null).verdict()).isEqualTo("404 not-found");
    }

    @Test
    void anOwnerBlocksForTheOwnMailboxesAndAnAdministratorForTheAccount() {
        String blocks = "accounts/" + tenants.account + "/blocks";
        JsonObject all = admin("POST", blocks, "{\"sender\":\"Shop.example\",\"reason\":\"ads\"}")
                .json();
        assertThat(all.isNull("userId")).isTrue();
        assertThat(all.getString("sender")).isEqualTo("shop.example");
        JsonObject own = owner("POST", blocks, "{\"sender\":\"Pest <x>@b\u00fccher.example\",\"reason\":\"x\"}")
                .json();
        assertThat(own.getString("code")).isEqualTo("block-unusable");
        own = owner("POST", blocks, "{\"sender\":\"pest@b\u00fccher.example\",\"reason\":\"x\"}")
                .json();
        assertThat(own.getString("userId")).isEqualTo(tenants.owner);
        assertThat(own.getString("sender")).isEqualTo("pest@xn--bcher-kva.example");
        assertThat(admin("POST", blocks, "{\"sender\":\"shop.example\",\"reason\":\"again\"}")
                        .verdict())
                .isEqualTo("409 block-exists");
        assertThat(owner("POST", blocks, "{\"sender\":\"shop.example\",\"reason\":\"mine too\"}")
                        .status())
                .isEqualTo(201);
        assertThat(owner("GET", blocks, null).json().getJsonArray("items")).hasSize(3);
        assertThat(client.send("GET", blocks, tenants.colleague(), null).json().getJsonArray("items"))
                .as("a colleague sees what counts for the own mailboxes")
                .hasSize(1);
        assertThat(owner("DELETE", blocks + "/" + all.getString("id"), null).verdict())
                .isEqualTo("403 block-of-account");
        assertThat(client.send("DELETE", blocks + "/" + own.getString("id"), tenants.colleague(), null)
                        .verdict())
                .isEqualTo("404 not-found");
        assertThat(owner("DELETE", blocks + "/" + own.getString("id"), null).status())
                .isEqualTo(204);
        assertThat(admin("DELETE", blocks + "/" + all.getString("id"), null).status())
                .isEqualTo(204);
    }

    @Test
    void whatIsNotStoredWholeIsNotBound() throws SQLException {
        String bind = "messages/" + tenants.message + "/bindings";
        update("UPDATE mail_content SET raw = substring(raw FROM 1 FOR 5) WHERE copy_id = " + tenants.message);
        assertThat(owner("POST", bind, "{\"kind\":\"deal\",\"reference\":\"x\"}")
                        .verdict())
                .isEqualTo("409 content-missing");
        assertThat(owner("GET", bind, null).json().getJsonArray("items")).isEmpty();
    }

    @Test
    void aBoundCopyIsReadWithItsAttachmentsWhenProviderMailboxAndPlanAreGone() throws SQLException {
        String message = "messages/" + tenants.message;
        content(MAIL.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(owner("POST", message + "/bindings", "{\"kind\":\"deal\",\"reference\":\"x\"}")
                        .status())
                .isEqualTo(201);
        assertThat(owner("POST", "mailboxes/" + tenants.mailbox + "/disconnect", null)
                        .status())
                .isEqualTo(200);
        admin("POST", "accounts/" + tenants.account + "/subscriptions", "{\"planCode\":\"FREE\",\"reason\":\"test\"}");
        update("UPDATE mail_copy SET original_gone_at = now() WHERE id = " + tenants.message);

        assertThat(owner("GET", message + "/raw", null).text()).isEqualTo(MAIL);
        JsonArray parts = owner("GET", message + "/parts", null).json().getJsonArray("items");
        assertThat(parts.stream().map(p -> p.asJsonObject().getString("path"))).containsExactly("1.1", "1.2", "2");
        JsonObject pdf = parts.getJsonObject(2);
        assertThat(pdf.getString("fileName")).isEqualTo("B\u00e1o gi\u00e1.pdf");
        assertThat(pdf.getInt("size")).isEqualTo(PDF.length);
        assertThat(pdf.getBoolean("attachment")).isTrue();

        ApiClient.Answer whole = owner("GET", message + "/parts/2", null);
        assertThat(whole.response().body()).isEqualTo(PDF);
        SoftAssertions all = new SoftAssertions();
        all.assertThat(whole.header("Content-Type")).isEqualTo("application/pdf");
        all.assertThat(whole.header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"B_o gi_.pdf\"; filename*=UTF-8''B%C3%A1o%20gi%C3%A1.pdf");
        all.assertThat(whole.header("X-Content-Type-Options")).isEqualTo("nosniff");
        all.assertThat(whole.header("Content-Security-Policy")).contains("sandbox");
        ApiClient.Answer some = client.send(client.builder(message + "/parts/2")
                .header("Authorization", "Bearer " + tenants.tokens.get(Who.OWNER))
                .header("Range", "bytes=5-7"));
        all.assertThat(some.status()).isEqualTo(206);
        all.assertThat(some.text()).isEqualTo("1.4");
        all.assertThat(some.header("Content-Range")).isEqualTo("bytes 5-7/" + PDF.length);
        ApiClient.Answer html = owner("GET", message + "/parts/1.2", null);
        all.assertThat(html.header("Content-Disposition")).startsWith("attachment");
        all.assertThat(owner("GET", message + "/parts/7", null).verdict()).isEqualTo("404 not-found");
        all.assertThat(admin("GET", message + "/parts/2", null).verdict()).isEqualTo("403 content-private");
        all.assertAll();
    }

    @Test
    void aRuleIsTriedRunAndUndoneAndTheReceiverIsTold() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        HttpServer crm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        crm.createContext("/", exchange -> {
            told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        crm.start();
        try {
            String url = "http://127.0.0.1:" + crm.getAddress().getPort() + "/";
            admin(
                    "POST",
                    "webhooks",
                    "{\"accountId\":\"" + tenants.account + "\",\"url\":\"" + url
                            + "\",\"eventTypes\":[\"message.bound\"]}");
            content(MAIL.getBytes(StandardCharsets.ISO_8859_1));
            admin(
                    "POST",
                    "accounts/" + tenants.account + "/records",
                    "{\"items\":[{\"kind\":\"deal\",\"reference\":\"D-7\",\"title\":\"The deal\"}]}");
            ApiClient.Answer rule = admin(
                    "POST",
                    "rules",
                    "{\"accountId\":\"" + tenants.account + "\",\"name\":\"by subject\",\"basis\":\"SUBJECT\","
                            + "\"kind\":\"deal\",\"pattern\":\"[deal {reference}]\",\"enabled\":true,\"position\":1}");
            String path = "rules/" + rule.json().getString("id");
            JsonObject tried = finished(admin("POST", path + "/trial", null));
            assertThat(tried.getJsonObject("result").getInt("bindings")).isEqualTo(1);
            String bindings = "messages/" + tenants.message + "/bindings";
            assertThat(owner("GET", bindings, null).json().getJsonArray("items"))
                    .isEmpty();
            JsonObject run = finished(admin("POST", path + "/run", null));
            assertThat(run.getString("status")).isEqualTo("COMPLETED");
            JsonObject bound =
                    owner("GET", bindings, null).json().getJsonArray("items").getJsonObject(0);
            assertThat(bound.getString("ruleId")).isEqualTo(rule.json().getString("id"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(told)
                    .singleElement()
                    .asString()
                    .contains("\"messageId\":\"" + tenants.message + "\"", "\"reference\":\"D-7\""));
            JsonObject undone = finished(admin("POST", path + "/undo", "{\"runId\":\"" + run.getString("id") + "\"}"));
            assertThat(undone.getJsonObject("result").getInt("unbound")).isEqualTo(1);
            assertThat(owner("GET", bindings, null).json().getJsonArray("items"))
                    .isEmpty();
            assertThat(admin("POST", "jobs/" + run.getString("id") + "/cancel", null)
                            .verdict())
                    .isEqualTo("409 job-ended");
        } finally {
            crm.stop(0);
        }
    }

    private JsonObject finished(ApiClient.Answer accepted) {
        assertThat(accepted.status()).isEqualTo(202);
        String job = "jobs/" + accepted.json().getString("id");
        assertThat(accepted.header("Location")).endsWith("/api/v1/" + job);
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> admin("GET", job, null).json(), state -> !List.of("WAITING", "RUNNING")
                        .contains(state.getString("status")));
    }

    private void content(byte[] raw) throws SQLException {
        try (Connection connection = holdfast().database().getConnection();
                PreparedStatement content =
                        connection.prepareStatement("UPDATE mail_content SET raw = ? WHERE copy_id = ?");
                PreparedStatement copy =
                        connection.prepareStatement("UPDATE mail_copy SET size_bytes = ? WHERE id = ?")) {
            content.setBytes(1, raw);
            content.setLong(2, tenants.message);
            content.executeUpdate();
            copy.setLong(1, raw.length);
            copy.setLong(2, tenants.message);
            copy.executeUpdate();
        }
    }

    private static void update(String change) throws SQLException {
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(change);
        }
    }
}
