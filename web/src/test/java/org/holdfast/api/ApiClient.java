package org.holdfast.api;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Sends requests as they are, right or wrong, and shows answers as they are. */
final class ApiClient {

    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private final URI application;

    ApiClient(URI application) {
        this.application = application;
    }

    /**
     * Sends one request.
     *
     * @param token null: none
     * @param body null: none; else sent as JSON
     */
    Answer send(String method, String path, String token, String body) {
        return send(method, path, token, body, "application/json");
    }

    Answer send(String method, String path, String token, String body, String type) {
        HttpRequest.Builder request = builder(path)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.header("Content-Type", type);
        }
        return send(request);
    }

    HttpRequest.Builder builder(String path) {
        return HttpRequest.newBuilder(URI.create(application + (path.startsWith("/") ? path : "/api/v1/" + path)))
                .timeout(Duration.ofMinutes(1));
    }

    /** Sends it, and holds the answer of the API to what is described. */
    Answer send(HttpRequest.Builder builder) {
        try {
            HttpRequest request = builder.build();
            Answer answer = new Answer(client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
            String path =
                    request.uri().getPath().substring(application.getPath().length());
            if (path.startsWith("/api/v1/")) {
                Contract.check(request.method(), path, answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    record Answer(HttpResponse<byte[]> response) {

        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        JsonObject json() {
            return Json.createReader(new StringReader(text())).readObject();
        }

        /** The status, and the code of a problem. */
        String verdict() {
            boolean problem = header("Content-Type").startsWith(Problem.MEDIA_TYPE);
            return problem ? status() + " " + json().getString("code") : Integer.toString(status());
        }
    }
}
