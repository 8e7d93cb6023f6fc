package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.assertj.core.api.SoftAssertions;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wrong input of each kind, and stale versions, for every endpoint that the description has. */
class EveryEndpointIT extends PackagedApplication {

    private static final String WEBHOOK = "{\"url\":\"http://127.0.0.1:9/\",\"eventTypes\":[\"ledger.broken\"]}";

    private final ApiClient client = new ApiClient(holdfast().url());
    private final JsonObject document = Contract.described();
    private String administrator;

    /** One operation with its path filled in, so that nothing is there. */
    private record Operation(String method, String path, JsonObject described) {

        boolean takesJson() {
            JsonObject body = described.getJsonObject("requestBody");
            return body != null && body.getJsonObject("content").containsKey("application/json");
        }

        boolean takesNothing() {
            return !described.containsKey("requestBody");
        }

        List<JsonObject> parameters(String place) {
            return described.containsKey("parameters")
                    ? described.getJsonArray("parameters").getValuesAs(JsonObject.class).stream()
                            .filter(each -> each.getString("in").equals(place))
                            .toList()
                    : List.of();
        }

        boolean isConditional() {
            return parameters("header").stream().anyMatch(each -> each.getString("name").equals("If-Match"));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    @BeforeEach
    void signIn() {
        administrator = AccessMatrixIT.administratorToken(client);
    }

    private List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        document.getJsonObject("paths").forEach((path, item) -> item.asJsonObject()
                .forEach((verb, described) -> all.add(new Operation(
                        verb.toUpperCase(Locale.ROOT),
                        path.replaceFirst("/api/v1/", "")
                                .replace("{kind}", "deal")
                                .replace("{template}", "LEAVING")
                                .replace("{language}", "en")
                                .replace("{part}", "1")
                                .replaceAll("\\{\\w+}", "999999999999"),
                        described.asJsonObject()))));
        assertThat(all).hasSizeGreaterThan(100);
        return all;
    }

    private void forEach(BiConsumer<Operation, SoftAssertions> check) {
        SoftAssertions all = new SoftAssertions();
        operations().forEach(operation -> check.accept(operation, all));
        all.assertAll();
    }

    private HttpRequest.Builder request(Operation operation, String query, String body) {
        HttpRequest.Builder request = client.builder(operation.path() + query)
                .header("Authorization", "Bearer " + administrator)
                .method(
                        operation.method(),
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return body == null ? request : request.header("Content-Type", "application/json");
    }

    private String verdict(Operation operation, String query, String body) {
        return client.send(request(operation, query, body)).verdict();
    }

    @Test
    void aBodyThatIsNotWhatIsExpectedIsRefusedAndNamed() {
        forEach((operation, all) -> {
            if (operation.takesJson()) {
                for (String broken : List.of("", "{", "[]", "\"text\"")) {
                    all.assertThat(verdict(operation, "", broken))
                            .as(operation + " with " + broken)
                            .isEqualTo("400 malformed-json");
                }
                ApiClient.Answer unknown = client.send(request(operation, "", "{\"nobody_knows\":1}"));
                all.assertThat(unknown.verdict()).as(operation.toString()).isEqualTo("400 invalid-request");
                all.assertThat(unknown.text()).as(operation.toString()).contains("\"field\":\"nobody_knows\"");
                all.assertThat(client.send(operation.method(), operation.path(), administrator, "{}", "text/plain")
                                .verdict())
                        .as(operation + " as text")
                        .isEqualTo("415 media-type-not-supported");
            }
        });
    }

    @Test
    void aMemberOfTheWrongTypeIsRefusedAndNamed() {
        forEach((operation, all) -> {
            if (operation.takesJson()) {
                String name = operation.described()
                        .getJsonObject("requestBody")
                        .getJsonObject("content")
                        .getJsonObject("application/json")
                        .getJsonObject("schema")
                        .getString("$ref")
                        .replaceFirst(".*/", "");
                JsonObject properties = document.getJsonObject("components")
                        .getJsonObject("schemas")
                        .getJsonObject(name)
                        .getJsonObject("properties");
                for (String member : properties.keySet()) {
                    // No member is an object of this kind.
                    ApiClient.Answer answer =
                            client.send(request(operation, "", "{\"" + member + "\":{\"nobody_knows\":{}}}"));
                    all.assertThat(answer.verdict()).as(operation + " " + member).isEqualTo("400 invalid-request");
                    all.assertThat(answer.text()).as(operation + " " + member).contains("\"field\":\"" + member);
                }
            }
        });
    }

    @Test
    void aParameterThatIsNotKnownOrMakesNoSenseIsRefused() {
        forEach((operation, all) -> {
            String body = operation.takesJson() ? "{}" : null;
            if (operation.takesJson() || operation.takesNothing()) {
                all.assertThat(verdict(operation, "?nobody_knows=1", body))
                        .as(operation.toString())
                        .isEqualTo("400 unknown-parameter");
            }
            for (JsonObject parameter : operation.parameters("query")) {
                JsonObject schema = parameter.getJsonObject("schema");
                boolean free = schema.getString("type", "").equals("string")
                        && !schema.containsKey("enum")
                        && !schema.containsKey("format");
                if (!free) {
                    String query = "?" + parameter.getString("name") + "=nonsense";
                    all.assertThat(verdict(operation, query, body))
                            .as(operation + query)
                            .isEqualTo("400 invalid-request");
                }
            }
        });
    }

    @Test
    void anAnswerInAnotherMediaTypeIsNotHad() {
        forEach((operation, all) -> {
            if (operation.method().equals("GET") && !operation.path().matches(".*/parts/1")) {
                all.assertThat(client.send(request(operation, "", null).header("Accept", "image/png"))
                                .verdict())
                        .as(operation.toString())
                        .isEqualTo("406 not-acceptable");
            }
        });
    }

    @Test
    void aConditionIsOnlyTakenWhereItIsLookedAt() {
        forEach((operation, all) -> {
            if (!operation.isConditional() && (operation.takesJson() || operation.takesNothing())) {
                String body = operation.takesJson() ? "{}" : null;
                all.assertThat(client.send(request(operation, "", body).header("If-Match", "\"v1\""))
                                .verdict())
                        .as(operation.toString())
                        .isEqualTo("400 if-match-not-offered");
            }
        });
    }

    @Test
    void aStaleVersionIsRefusedByEveryChangeThatLooksAtOne() {
        String account = client.send("POST", "accounts", administrator, "{\"name\":\"Versions\"}")
                .json()
                .getString("id");
        String rule = "\"name\":\"r\",\"basis\":\"ADDRESS\",\"kind\":\"contact\",\"enabled\":false,\"position\":1}";
        String madeRule = client.send("POST", "rules", administrator, "{\"accountId\":\"" + account + "\"," + rule)
                .json()
                .getString("id");
        String madeWebhook = client.send("POST", "webhooks", administrator, WEBHOOK)
                .json()
                .getJsonObject("webhook")
                .getString("id");
        SoftAssertions all = new SoftAssertions();
        int looked = 0;
        for (Operation operation : operations()) {
            if (operation.isConditional()) {
                looked++;
                boolean ofRule = operation.path().startsWith("rules");
                all.assertThat(operation.path()).as("this test has nothing to change for it").matches("(rules|webhooks)/.*");
                Operation real = new Operation(
                        operation.method(),
                        operation.path().replace("999999999999", ofRule ? madeRule : madeWebhook),
                        operation.described());
                String body = real.takesJson() ? (ofRule ? "{" + rule : WEBHOOK) : null;
                for (String stale : List.of("\"v999\"", "W/\"v1\"", "nothing")) {
                    all.assertThat(client.send(request(real, "", body).header("If-Match", stale))
                                    .verdict())
                            .as(real + " " + stale)
                            .isEqualTo("412 changed-meanwhile");
                }
            }
        }
        all.assertThat(looked).isGreaterThanOrEqualTo(6);
        all.assertAll();
        assertThat(client.send("GET", "rules/" + madeRule, administrator, null).status())
                .isEqualTo(200);
        assertThat(client.send("GET", "webhooks/" + madeWebhook, administrator, null)
                        .status())
                .isEqualTo(200);
    }
}
