package org.holdfast.run;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A caller of the public REST API, as a script outside the server would be. */
public final class HoldfastApi {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final HttpClient client;
    private final URI application;
    private final String token;

    /** Without a token: for what needs none. */
    public HoldfastApi(URI application) {
        this(HttpClient.newHttpClient(), application, null);
    }

    private HoldfastApi(HttpClient client, URI application, String token) {
        this.client = client;
        this.application = application;
        this.token = token;
    }

    /** The same API with a token. */
    public HoldfastApi as(String bearer) {
        return new HoldfastApi(client, application, bearer);
    }

    /** Makes the first administrator and acts with its token. */
    public HoldfastApi setUp(String firstRunToken, String email, String password) {
        JsonObject made = post(
                "setup",
                Json.createObjectBuilder()
                        .add("token", firstRunToken)
                        .add("email", email)
                        .add("password", password)
                        .add("displayName", "First Administrator")
                        .build());
        return as(made.getJsonObject("token").getString("token"));
    }

    /**
     * Reads a resource.
     *
     * @throws ApiRefusal for any answer but a success
     */
    public JsonObject get(String path) {
        return json(send(request(path).GET().build()));
    }

    /**
     * Creates, or asks for something to be done.
     *
     * @throws ApiRefusal for any answer but a success
     */
    public JsonObject post(String path, JsonObject body) {
        return json(send(request(path).POST(content(body)).build()));
    }

    /**
     * Replaces a resource.
     *
     * @throws ApiRefusal for any answer but a success
     */
    public JsonObject put(String path, JsonObject body) {
        return json(send(request(path).PUT(content(body)).build()));
    }

    /** The body as it is. */
    public byte[] bytes(String path) {
        return send(request(path).GET().build());
    }

    /** All items of a collection, page by page; the path may have a query. */
    public List<JsonObject> all(String path) {
        List<JsonObject> items = new ArrayList<>();
        String next = "";
        while (next != null) {
            String cursor = next.isEmpty()
                    ? ""
                    : (path.contains("?") ? "&" : "?") + "cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
            JsonObject page = get(path + cursor);
            items.addAll(page.getJsonArray("items").getValuesAs(JsonObject.class));
            JsonValue more = page.getOrDefault("next", JsonValue.NULL);
            next = more instanceof JsonString text ? text.getString() : null;
        }
        return items;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(application + "/api/v1/" + path))
                .timeout(PATIENCE)
                .header("Accept", "*/*");
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private static HttpRequest.BodyPublisher content(JsonObject body) {
        return HttpRequest.BodyPublishers.ofString(body.toString());
    }

    private byte[] send(HttpRequest request) {
        HttpRequest typed = request.bodyPublisher().isEmpty()
                ? request
                : HttpRequest.newBuilder(request, (name, value) -> true)
                        .header("Content-Type", "application/json")
                        .build();
        try {
            HttpResponse<byte[]> answer = client.send(typed, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() >= 300) {
                throw new ApiRefusal(
                        request.method() + " " + request.uri(), answer.statusCode(), problem(answer.body()));
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.uri() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + request.uri(), e);
        }
    }

    private static JsonObject json(byte[] body) {
        if (body.length == 0) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
        try (JsonReader reader = Json.createReader(new ByteArrayInputStream(body))) {
            return reader.readObject();
        }
    }

    private static JsonObject problem(byte[] body) {
        try {
            return json(body);
        } catch (JsonException e) {
            return Json.createObjectBuilder()
                    .add("detail", new String(body, StandardCharsets.UTF_8))
                    .build();
        }
    }
}
