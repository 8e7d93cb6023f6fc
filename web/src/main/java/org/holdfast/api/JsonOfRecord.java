package org.holdfast.api;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Optional;

/**
 * Writes records as JSON, the same on every server: components in their order, instants in ISO 8601
 * (UTC, to the microsecond that the database keeps), enumerations by name, an empty Optional as null.
 */
final class JsonOfRecord {

    private JsonOfRecord() {}

    static JsonObject of(Record value) {
        JsonObjectBuilder object = Json.createObjectBuilder();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            object.add(component.getName(), value(read(component, value)));
        }
        return object.build();
    }

    private static JsonValue value(Object value) {
        if (value == null) {
            return JsonValue.NULL;
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(JsonOfRecord::value).orElse(JsonValue.NULL);
        }
        if (value instanceof Id id) {
            return Json.createValue(Id.of(id.value()));
        }
        if (value instanceof Record nested) {
            return of(nested);
        }
        if (value instanceof Collection<?> many) {
            JsonArrayBuilder array = Json.createArrayBuilder();
            many.forEach(one -> array.add(value(one)));
            return array.build();
        }
        return scalar(value);
    }

    private static JsonValue scalar(Object value) {
        if (value instanceof Boolean truth) {
            return truth ? JsonValue.TRUE : JsonValue.FALSE;
        }
        if (value instanceof Integer || value instanceof Long) {
            return Json.createValue(((Number) value).longValue());
        }
        if (value instanceof Double number) {
            return Json.createValue(number);
        }
        if (value instanceof Enum<?> constant) {
            return Json.createValue(constant.name());
        }
        if (value instanceof Instant instant) {
            return Json.createValue(instant.truncatedTo(ChronoUnit.MICROS).toString());
        }
        if (value instanceof String text) {
            return Json.createValue(text);
        }
        throw new IllegalStateException("No JSON form for " + value.getClass());
    }

    private static Object read(RecordComponent component, Record value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Component " + component + " cannot be read", e);
        }
    }
}
