package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** The document that the build made from the resources. */
class OpenApiTest {

    private final JsonObject document = Contract.described();

    @Test
    void everyEndpointIsInIt() throws Exception {
        List<String> described = new ArrayList<>();
        document.getJsonObject("paths").forEach((path, item) -> item.asJsonObject().keySet().stream()
                .map(verb -> verb.toUpperCase(Locale.ROOT) + " " + path.replaceFirst("^/api/v1/", ""))
                .forEach(described::add));
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Endpoints.all())
                .hasSizeGreaterThan(30);
    }

    @Test
    void everyOperationHasAnIdOfItsOwn() {
        List<String> ids = new ArrayList<>();
        document.getJsonObject("paths").values().forEach(item -> item.asJsonObject()
                .values()
                .forEach(operation -> ids.add(operation.asJsonObject().getString("operationId"))));
        assertThat(ids).doesNotHaveDuplicates().doesNotContainNull();
    }

    @Test
    void tokenIsAskedForAndIdsAreTexts() {
        assertThat(document.getString("openapi")).startsWith("3.1");
        assertThat(document.getJsonArray("security")).hasSize(1);
        JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
        JsonObject item = schemas.getJsonObject("BindItem").getJsonObject("properties");
        assertThat(item.getJsonObject("messageId").getString("type")).isEqualTo("string");
    }

    @Test
    void everyOperationSaysWhatItAnswers() throws Exception {
        List<String> silent = new ArrayList<>();
        document.getJsonObject("paths")
                .values()
                .forEach(item -> item.asJsonObject().values().forEach(operation -> {
                    String id = operation.asJsonObject().getString("operationId");
                    boolean hidden = OpenApiDocument.method(id).getReturnType() == Response.class
                            && !OpenApiDocument.method(id).isAnnotationPresent(Answers.class);
                    if (hidden) {
                        silent.add(id);
                    }
                }));
        assertThat(silent)
                .as("methods that answer a Response say which by @Answers")
                .isEmpty();
    }

    @Test
    void whatIsMadeIsDescribedWithItsStatusItsBodyAndItsProblems() {
        JsonObject responses = document.getJsonObject("paths")
                .getJsonObject("/api/v1/webhooks")
                .getJsonObject("post")
                .getJsonObject("responses");
        assertThat(responses.keySet())
                .contains("201", "400", "401", "403", "409", "415", "422")
                .doesNotContain("200");
        assertThat(responses.getJsonObject("201").toString()).contains("#/components/schemas/WithSecret");
        JsonObject job = document.getJsonObject("paths")
                .getJsonObject("/api/v1/rules/{id}/run")
                .getJsonObject("post")
                .getJsonObject("responses")
                .getJsonObject("202");
        assertThat(job.toString()).contains("#/components/schemas/JobView");
    }

    @Test
    void schemasSayWhatMustBeThereAndNameEveryValueOfAnEnumeration() {
        JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
        JsonObject rule = schemas.getJsonObject("NewRule");
        assertThat(rule.getJsonArray("required").toString())
                .contains("accountId", "basis")
                .doesNotContain("pattern");
        assertThat(rule.getJsonObject("properties").getJsonObject("basis").toString())
                .contains("ADDRESS", "REPLY", "SUBJECT", "DOMAIN");
        assertThat(rule.getJsonObject("properties").getJsonObject("accountId").getString("type"))
                .isEqualTo("string");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        Matcher reference = Pattern.compile("\"#/components/(\\w+)/(\\w+)\"").matcher(document.toString());
        int found = 0;
        while (reference.find()) {
            found++;
            assertThat(document.getJsonObject("components").getJsonObject(reference.group(1)))
                    .containsKey(reference.group(2));
        }
        assertThat(found).isGreaterThan(500);
    }

    @Test
    void anAnswerThatIsNotAsDescribedIsFound() {
        Contract contract = new Contract(document);
        assertThat(contract.complaint("GET", "/api/v1/health", answer(200, "{\"status\":\"UP\",\"setUp\":true}")))
                .isEmpty();
        assertThat(contract.complaint("GET", "/api/v1/health", answer(200, "{\"status\":\"UP\"}")))
                .isPresent();
        assertThat(contract.complaint("GET", "/api/v1/health", answer(200, "{\"status\":1,\"setUp\":true}")))
                .isPresent();
        assertThat(contract.complaint(
                        "GET", "/api/v1/health", answer(200, "{\"status\":\"UP\",\"setUp\":true,\"more\":1}")))
                .isPresent();
        assertThat(contract.complaint("GET", "/api/v1/health", answer(202, "{\"status\":\"UP\",\"setUp\":true}")))
                .isPresent();
        assertThat(contract.complaint("GET", "/api/v1/nothing", answer(200, "{}")))
                .isPresent();
        assertThat(contract.complaint("GET", "/api/v1/clock", answer(200, "{\"now\":\"yesterday\"}")))
                .isPresent();
    }

    private static ApiClient.Answer answer(int status, String json) {
        return new ApiClient.Answer(new Told(status, json.getBytes(StandardCharsets.UTF_8)));
    }

    /** An answer that nobody sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Told(int statusCode, byte[] body) implements HttpResponse<byte[]> {

        @Override
        public HttpHeaders headers() {
            return HttpHeaders.of(Map.of("Content-Type", List.of("application/json")), (name, value) -> true);
        }

        @Override
        public HttpRequest request() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<HttpResponse<byte[]>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            throw new UnsupportedOperationException();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }
}
