package org.holdfast.api;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** What the API's description promises of answers; every answer that a test gets is held to it. */
final class Contract {

    private static final Contract OURS = new Contract(described());

    private final JsonObject document;
    private final List<Path> paths;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    /** A path and what it matches; the one with the fewest variables first. */
    private record Path(String template, Pattern pattern) {

        static Path of(String template) {
            return new Path(template, Pattern.compile(template.replace("{reference}", ".+").replaceAll("\\{\\w+}", "[^/]+")));
        }

        long variables() {
            return template.chars().filter(c -> c == '{').count();
        }
    }

    Contract(JsonObject document) {
        this.document = document;
        this.paths = document.getJsonObject("paths").keySet().stream()
                .map(Path::of)
                .sorted(Comparator.comparingLong(Path::variables))
                .toList();
    }

    /** The document as it is served. */
    static JsonObject described() {
        try (InputStream file = Contract.class.getResourceAsStream(OpenApiResource.DOCUMENT)) {
            return OpenApiDocument.complete(Json.createReader(file).readObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Holds an answer to it; a path or method that is not described must not succeed. */
    static void check(String method, String path, ApiClient.Answer answer) {
        OURS.complaint(method, path, answer).ifPresent(complaint -> {
            throw new AssertionError(method + " " + path + " answers " + answer.status() + " "
                    + answer.header("Content-Type") + ": " + complaint + "\n" + answer.text());
        });
    }

    Optional<String> complaint(String method, String path, ApiClient.Answer answer) {
        String plain = path.replaceFirst("\\?.*", "");
        Optional<JsonObject> operation = paths.stream()
                .filter(each -> each.pattern().matcher(plain).matches())
                .map(each -> document.getJsonObject("paths").getJsonObject(each.template()))
                .filter(item -> item.containsKey(method.toLowerCase(Locale.ROOT)))
                .map(item -> item.getJsonObject(method.toLowerCase(Locale.ROOT)))
                .findFirst();
        if (operation.isEmpty()) {
            boolean silent = answer.status() >= 400 || method.equals("OPTIONS") || method.equals("HEAD");
            return silent ? Optional.empty() : Optional.of("is not described");
        }
        JsonObject responses = operation.get().getJsonObject("responses");
        String status = Integer.toString(answer.status());
        if (!responses.containsKey(status)) {
            return Optional.of("the status is not described; described are " + responses.keySet());
        }
        return content(resolved(responses.getJsonObject(status)), answer);
    }

    private JsonObject resolved(JsonObject response) {
        return response.containsKey("$ref")
                ? document.getJsonObject("components")
                        .getJsonObject("responses")
                        .getJsonObject(response.getString("$ref").replaceFirst(".*/", ""))
                : response;
    }

    private Optional<String> content(JsonObject response, ApiClient.Answer answer) {
        JsonObject content = response.getJsonObject("content");
        if (content == null) {
            return answer.response().body().length == 0 ? Optional.empty() : Optional.of("no body is described");
        }
        String media = answer.header("Content-Type").replaceFirst(" *;.*", "").toLowerCase(Locale.ROOT);
        if (!content.containsKey(media)) {
            return content.containsKey("*/*")
                    ? Optional.empty()
                    : Optional.of("the media type is not described; described are " + content.keySet());
        }
        JsonObject schema = content.getJsonObject(media).getJsonObject("schema");
        return media.endsWith("json") && schema != null ? invalid(schema, answer.text()) : Optional.empty();
    }

    private Optional<String> invalid(JsonObject schema, String text) {
        List<Error> errors = schemas.computeIfAbsent(schema.toString(), any -> compiled(schema))
                .validate(
                        text,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        return errors.isEmpty() ? Optional.empty() : Optional.of(errors.toString());
    }

    private Schema compiled(JsonObject schema) {
        String whole = Json.createObjectBuilder(schema)
                .add("$schema", "https://json-schema.org/draft/2020-12/schema")
                .add("$defs", document.getJsonObject("components").getJsonObject("schemas"))
                .build()
                .toString();
        return registry.getSchema(whole.replace("#/components/schemas/", "#/$defs/"), InputFormat.JSON);
    }
}
