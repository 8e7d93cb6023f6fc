package org.holdfast.api;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Completes the description that the build scanned: what goes in and what comes out, success or problem, from
 * the same records that are read and written.
 */
final class OpenApiDocument {

    private static final Set<String> OPEN = Set.of("health", "openapi.json", "setup");
    private static final String ROOT = "/api/v1/";

    /** The problems of every operation that asks for a token. */
    private static final Set<Integer> ALWAYS = Set.of(400, 401, 403, 404, 406, 422, 429, 500, 503);

    /** Those of operations that change something, beside. */
    private static final Set<Integer> OF_CHANGES = Set.of(409, 413, 415);

    private static final Map<Integer, String> PROBLEMS = new TreeMap<>(Map.ofEntries(
            Map.entry(400, "The request makes no sense whoever sends it; errors names the fields"),
            Map.entry(401, "There is no token, or it is not good any more"),
            Map.entry(403, "The role or the token's scope does not allow it"),
            Map.entry(404, "There is no such thing, or it is not the caller's to see"),
            Map.entry(406, "It is answered in another media type than Accept allows"),
            Map.entry(409, "The present state does not allow it"),
            Map.entry(410, "It was there and was purged; ledgerEntry says when and by which terms"),
            Map.entry(412, "It is not as If-Match says any more"),
            Map.entry(413, "The body is too large"),
            Map.entry(415, "The body is not sent as the media type that is expected"),
            Map.entry(416, "The range has no byte of the content in it; Content-Range says how many there are"),
            Map.entry(422, "Understood, but the values cannot be used"),
            Map.entry(429, "Too many requests in too short a time; see Retry-After"),
            Map.entry(500, "A failure of ours; instance is the reference in the server's log"),
            Map.entry(503, "Something that is needed is not there now; try again later")));

    private final RecordSchemas schemas = new RecordSchemas();

    private OpenApiDocument() {}

    /** The whole description. */
    static JsonObject complete(JsonObject scanned) {
        OpenApiDocument document = new OpenApiDocument();
        JsonObjectBuilder paths = Json.createObjectBuilder();
        new TreeMap<>(scanned.getJsonObject("paths"))
                .forEach((path, item) -> paths.add(path, document.item(path, item.asJsonObject())));
        JsonObjectBuilder components =
                Json.createObjectBuilder(scanned.getJsonObject("components")).add("responses", document.problems());
        return Json.createObjectBuilder(scanned)
                .add("paths", paths)
                .add("components", components.add("schemas", document.schemas.all()))
                .build();
    }

    private JsonObject item(String path, JsonObject item) {
        JsonObjectBuilder completed = Json.createObjectBuilder();
        item.forEach((verb, operation) -> completed.add(
                verb,
                operation instanceof JsonObject found && found.containsKey("operationId")
                        ? operation(path, verb, found)
                        : operation));
        return completed.build();
    }

    private JsonObject operation(String path, String verb, JsonObject operation) {
        Method method = method(operation.getString("operationId"));
        JsonObjectBuilder completed = Json.createObjectBuilder(operation)
                .add("tags", Json.createArrayBuilder().add(tag(path)))
                .add("responses", responses(path, verb, method));
        if (operation.containsKey("parameters")) {
            completed.add("parameters", parameters(operation.getJsonArray("parameters"), method));
        }
        Arrays.stream(method.getParameters())
                .filter(parameter -> parameter.getType().isRecord())
                .findFirst()
                .ifPresent(body -> completed.add("requestBody", body(body)));
        return completed.build();
    }

    private static String tag(String path) {
        return path.replaceFirst("^" + ROOT, "").replaceFirst("/.*", "");
    }

    /** The method behind an operation: its id is the class's name and the method's. */
    static Method method(String operationId) {
        int end = operationId.lastIndexOf('_');
        try {
            Class<?> resource =
                    Class.forName(OpenApiDocument.class.getPackageName() + "." + operationId.substring(0, end));
            return Arrays.stream(resource.getDeclaredMethods())
                    .filter(found -> found.getName().equals(operationId.substring(end + 1)))
                    .filter(found -> Arrays.stream(found.getAnnotations())
                            .anyMatch(own -> own.annotationType().isAnnotationPresent(HttpMethod.class)))
                    .findFirst()
                    .orElseThrow();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("No resource for " + operationId, e);
        }
    }

    private JsonArray parameters(JsonArray scanned, Method method) {
        JsonArrayBuilder parameters = Json.createArrayBuilder();
        for (JsonObject each : scanned.getValuesAs(JsonObject.class)) {
            Class<?> type = Arrays.stream(method.getParameters())
                    .filter(own -> each.getString("name").equals(nameOf(own)))
                    .map(Parameter::getType)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(method + " has no parameter " + each));
            parameters.add(Json.createObjectBuilder(each).add("schema", schemas.of(type)));
        }
        return parameters.build();
    }

    private static String nameOf(Parameter parameter) {
        QueryParam query = parameter.getAnnotation(QueryParam.class);
        PathParam path = parameter.getAnnotation(PathParam.class);
        HeaderParam header = parameter.getAnnotation(HeaderParam.class);
        return query != null ? query.value() : path != null ? path.value() : header != null ? header.value() : "";
    }

    private JsonObject body(Parameter parameter) {
        return Json.createObjectBuilder()
                .add("required", true)
                .add("content", content(MediaType.APPLICATION_JSON, schemas.of(parameter.getType())))
                .build();
    }

    private JsonObject responses(String path, String verb, Method method) {
        JsonObjectBuilder responses = Json.createObjectBuilder();
        successes(method).forEach((status, response) -> responses.add(Integer.toString(status), response));
        for (int status : failures(path, verb, method)) {
            responses.add(
                    Integer.toString(status),
                    Json.createObjectBuilder().add("$ref", "#/components/responses/Problem" + status));
        }
        return responses.build();
    }

    private Map<Integer, JsonObject> successes(Method method) {
        Map<Integer, JsonObject> successes = new TreeMap<>();
        Answers answers = method.getAnnotation(Answers.class);
        Type type = method.getGenericReturnType();
        if (type == void.class) {
            successes.put(204, described(204, null));
            return successes;
        }
        Type body = type == Response.class ? (answers == null ? Void.class : answers.body()) : type;
        for (int status : answers == null ? new int[] {200} : answers.value()) {
            successes.put(status, described(status, status == 204 ? null : content(method, body)));
        }
        return successes;
    }

    private JsonObject content(Method method, Type body) {
        if (body instanceof Class<?> plain && !plain.isRecord()) {
            String media = produced(method);
            return media.equals(MediaType.APPLICATION_JSON) && plain == Void.class
                    ? null
                    : content(media, JsonObject.EMPTY_JSON_OBJECT);
        }
        return content(MediaType.APPLICATION_JSON, schemas.of(body));
    }

    private static String produced(Method method) {
        Produces own = method.getAnnotation(Produces.class);
        Produces produces = own == null ? method.getDeclaringClass().getAnnotation(Produces.class) : own;
        return produces == null ? MediaType.WILDCARD : produces.value()[0].replaceFirst(" *;.*", "");
    }

    private static JsonObject content(String media, JsonObject schema) {
        return Json.createObjectBuilder()
                .add(media, Json.createObjectBuilder().add("schema", schema))
                .build();
    }

    private static JsonObject described(int status, JsonObject content) {
        JsonObjectBuilder response = Json.createObjectBuilder()
                .add("description", Response.Status.fromStatusCode(status).getReasonPhrase());
        if (content != null) {
            response.add("content", content);
        }
        return response.build();
    }

    private static Set<Integer> failures(String path, String verb, Method method) {
        String place = path.replaceFirst("^" + ROOT, "");
        Set<Integer> failures = new TreeSet<>(ALWAYS);
        boolean changes = !verb.equals("get");
        if (OPEN.contains(place) && !changes) {
            failures.removeAll(Set.of(403, 404));
        }
        if (changes) {
            failures.addAll(OF_CHANGES);
        }
        if (place.startsWith("messages") || place.startsWith("bindings")) {
            failures.add(410);
        }
        Set<String> headers = Arrays.stream(method.getParameters())
                .map(parameter -> parameter.getAnnotation(HeaderParam.class))
                .filter(header -> header != null)
                .map(HeaderParam::value)
                .collect(Collectors.toSet());
        if (headers.contains(HttpHeaders.IF_MATCH)) {
            failures.add(412);
        }
        if (headers.contains("Range")) {
            failures.add(416);
        }
        return failures;
    }

    private JsonObject problems() {
        JsonObject problem = schemas.of(Problem.class);
        JsonObject purged = schemas.of(PurgedProblem.class);
        JsonArray either = Json.createArrayBuilder().add(problem).add(purged).build();
        JsonObjectBuilder all = Json.createObjectBuilder();
        PROBLEMS.forEach((status, meaning) -> {
            JsonValue schema = status == 410
                    ? Json.createObjectBuilder().add("anyOf", either).build()
                    : problem;
            all.add(
                    "Problem" + status,
                    Json.createObjectBuilder()
                            .add("description", meaning)
                            .add("content", content(Problem.MEDIA_TYPE, schema.asJsonObject())));
        });
        return all.build();
    }
}
