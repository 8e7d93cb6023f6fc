package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The document that the build made from the resources. */
class OpenApiTest {

    private final JsonObject document = document();

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
        assertThat(schemas.getJsonObject("Id").getString("type")).isEqualTo("string");
    }

    private static JsonObject document() {
        try (InputStream file = OpenApiTest.class.getResourceAsStream(OpenApiResource.DOCUMENT)) {
            return Json.createReader(file).readObject();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
