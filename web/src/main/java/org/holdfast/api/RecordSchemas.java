package org.holdfast.api;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** JSON schemas of the records that {@link JsonOfRecord} writes and {@link RecordOfJson} reads, by the same rules. */
final class RecordSchemas {

    private static final String PLACE = "#/components/schemas/";

    private final Map<String, Class<?>> owners = new HashMap<>();
    private final Map<String, JsonObject> schemas = new TreeMap<>();

    /** Every schema that was asked for so far, by name. */
    JsonObject all() {
        JsonObjectBuilder all = Json.createObjectBuilder();
        schemas.forEach(all::add);
        return all.build();
    }

    /** The schema of a type; that of a record is a reference to one by name. */
    JsonObject of(Type type) {
        return of(type, Map.of());
    }

    private JsonObject of(Type type, Map<TypeVariable<?>, Type> bound) {
        if (type instanceof TypeVariable<?> variable) {
            return of(bound.get(variable), bound);
        }
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type first = generic.getActualTypeArguments()[0];
            if (raw == Optional.class) {
                return orNull(of(first, bound));
            }
            if (Collection.class.isAssignableFrom(raw)) {
                return Json.createObjectBuilder()
                        .add("type", "array")
                        .add("items", of(first, bound))
                        .build();
            }
            return record(raw, generic, bound);
        }
        Class<?> plain = (Class<?>) type;
        return plain.isRecord() && plain != Id.class && plain != Limit.class
                ? record(plain, null, bound)
                : scalar(plain);
    }

    private static JsonObject orNull(JsonObject schema) {
        JsonObject none = Json.createObjectBuilder().add("type", "null").build();
        return Json.createObjectBuilder()
                .add("anyOf", Json.createArrayBuilder().add(schema).add(none))
                .build();
    }

    private JsonObject record(Class<?> type, ParameterizedType generic, Map<TypeVariable<?>, Type> outer) {
        Map<TypeVariable<?>, Type> bound = new HashMap<>();
        StringBuilder name = new StringBuilder(nameOf(type));
        TypeVariable<?>[] variables = type.getTypeParameters();
        for (int i = 0; i < variables.length && generic != null; i++) {
            Type argument = generic.getActualTypeArguments()[i];
            Type actual = argument instanceof TypeVariable<?> variable ? outer.get(variable) : argument;
            bound.put(variables[i], actual);
            name.append(nameOf((Class<?>) actual));
        }
        if (!schemas.containsKey(name.toString())) {
            schemas.put(name.toString(), JsonObject.EMPTY_JSON_OBJECT);
            schemas.put(name.toString(), members(type, bound));
        }
        return Json.createObjectBuilder().add("$ref", PLACE + name).build();
    }

    /** What must be there: everything but what is Optional, which answers have as null. */
    private JsonObject members(Class<?> type, Map<TypeVariable<?>, Type> bound) {
        JsonObjectBuilder properties = Json.createObjectBuilder();
        JsonArrayBuilder required = Json.createArrayBuilder();
        for (RecordComponent component : type.getRecordComponents()) {
            properties.add(component.getName(), of(component.getGenericType(), bound));
            if (component.getType() != Optional.class) {
                required.add(component.getName());
            }
        }
        return Json.createObjectBuilder()
                .add("type", "object")
                .add("properties", properties)
                .add("required", required)
                .add("additionalProperties", false)
                .build();
    }

    /** The simple name; with that of the class around it where another record has it already. */
    private String nameOf(Class<?> type) {
        String simple = type.getSimpleName();
        if (owners.computeIfAbsent(simple, any -> type) == type) {
            return simple;
        }
        Class<?> around = type.getEnclosingClass();
        String longer = (around == null ? "Other" : around.getSimpleName().replace("Resource", "")) + simple;
        return owners.computeIfAbsent(longer, any -> type) == type
                ? longer
                : type.getName().replaceAll("[^A-Za-z0-9]", "_");
    }

    private static JsonObject scalar(Class<?> type) {
        JsonObjectBuilder schema = Json.createObjectBuilder();
        if (type.isEnum()) {
            JsonArrayBuilder names = Json.createArrayBuilder();
            Arrays.stream(type.getEnumConstants()).forEach(constant -> names.add(((Enum<?>) constant).name()));
            return schema.add("type", "string").add("enum", names).build();
        }
        if (type == Limit.class) {
            return schema.add(
                            "anyOf",
                            Json.createArrayBuilder().add(scalar(int.class)).add(unlimited()))
                    .build();
        }
        if (type == Instant.class) {
            return schema.add("type", "string").add("format", "date-time").build();
        }
        if (type == Id.class) {
            return schema.add("type", "string").add("pattern", "^[0-9]{1,18}$").build();
        }
        if (type == boolean.class || type == Boolean.class) {
            return schema.add("type", "boolean").build();
        }
        if (type == double.class || type == Double.class) {
            return schema.add("type", "number").build();
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            boolean small = type == int.class || type == Integer.class;
            return schema.add("type", "integer")
                    .add("format", small ? "int32" : "int64")
                    .build();
        }
        if (type == String.class) {
            return schema.add("type", "string").build();
        }
        throw new IllegalStateException("No JSON form for " + type);
    }

    private static JsonObject unlimited() {
        return Json.createObjectBuilder()
                .add("type", "string")
                .add("enum", Json.createArrayBuilder().add(Limit.UNLIMITED))
                .build();
    }
}
