package org.holdfast.api;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a JSON object as a record, strictly: a member that the record does not have, one that is missing
 * and not Optional, and one of the wrong type are each named, all at once.
 */
final class RecordOfJson {

    private final List<FieldError> errors = new ArrayList<>();

    private RecordOfJson() {}

    /**
     * The record that an object describes.
     *
     * @throws InvalidRequest naming every field that is wrong
     */
    static <T> T read(Class<T> type, JsonObject object) {
        RecordOfJson reading = new RecordOfJson();
        Object value = reading.object(type, object, "");
        if (!reading.errors.isEmpty()) {
            throw new InvalidRequest(
                    "invalid-request", "The body is not what is expected here; see errors", reading.errors);
        }
        return type.cast(value);
    }

    private Object object(Class<?> type, JsonObject object, String path) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> names =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        object.keySet().stream()
                .filter(name -> !names.contains(name))
                .forEach(name -> wrong(path + name, "is not known here; known are " + String.join(", ", names)));
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            values[i] = component(components[i].getGenericType(), object.get(name), path + name);
        }
        return errors.isEmpty() ? construct(type, values, path) : null;
    }

    private Object component(Type type, JsonValue value, String path) {
        boolean absent = value == null || value == JsonValue.NULL;
        if (type instanceof ParameterizedType optional && optional.getRawType() == Optional.class) {
            return absent
                    ? Optional.empty()
                    : Optional.ofNullable(component(optional.getActualTypeArguments()[0], value, path));
        }
        if (absent) {
            return wrong(path, "is missing");
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return list(list.getActualTypeArguments()[0], value, path);
        }
        return ofType((Class<?>) type, value, path);
    }

    private Object list(Type of, JsonValue value, String path) {
        if (!(value instanceof JsonArray array)) {
            return wrong(path, "is a list");
        }
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            items.add(component(of, array.get(i), path + "[" + i + "]"));
        }
        return items;
    }

    private Object ofType(Class<?> type, JsonValue value, String path) {
        if (type == String.class) {
            return value instanceof JsonString text ? clean(text.getString(), path) : wrong(path, "is a text");
        }
        if (type == boolean.class || type == Boolean.class) {
            return value == JsonValue.TRUE || value == JsonValue.FALSE
                    ? Boolean.valueOf(value == JsonValue.TRUE)
                    : wrong(path, "is true or false");
        }
        if (type == int.class || type == Integer.class) {
            return value instanceof JsonNumber number && number.isIntegral() && isInt(number)
                    ? Integer.valueOf(number.intValue())
                    : wrong(path, "is a whole number");
        }
        if (type == Limit.class) {
            return limit(value, path);
        }
        if (type.isRecord() && type != Id.class) {
            return value instanceof JsonObject nested ? object(type, nested, path + ".") : wrong(path, "is an object");
        }
        return ofText(type, value, path);
    }

    private Object ofText(Class<?> type, JsonValue value, String path) {
        String text = value instanceof JsonString string ? string.getString() : "";
        if (type == Instant.class) {
            return Texts.instant(text).<Object>map(i -> i).orElseGet(() -> wrong(path, Texts.INSTANT_FORM));
        }
        if (type == Id.class) {
            return Texts.id(text).<Object>map(Id::new).orElseGet(() -> wrong(path, "is an id: a text of digits"));
        }
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(text)) {
                return constant;
            }
        }
        return wrong(path, "is one of " + Arrays.toString(type.getEnumConstants()));
    }

    private Object limit(JsonValue value, String path) {
        if (value instanceof JsonString text && text.getString().equals(Limit.UNLIMITED)) {
            return new Limit(null);
        }
        return value instanceof JsonNumber number && number.isIntegral() && isInt(number)
                ? new Limit(number.intValue())
                : wrong(path, "is a whole number or " + Limit.UNLIMITED);
    }

    /** PostgreSQL keeps no NUL in a text, and no person means one. */
    private Object clean(String text, String path) {
        return text.indexOf('\0') < 0 ? text : wrong(path, "has a NUL character in it");
    }

    private static boolean isInt(JsonNumber number) {
        try {
            number.intValueExact();
            return true;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** What the record's own constructor refuses is the sender's mistake. */
    private Object construct(Class<?> type, Object[] values, String path) {
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                return wrong(path.isEmpty() ? "body" : path.substring(0, path.length() - 1), refused.getMessage());
            }
            throw new IllegalStateException("Record " + type + " cannot be made", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Record " + type + " cannot be made", e);
        }
    }

    private Object wrong(String field, String message) {
        errors.add(new FieldError(field, message));
        return null;
    }
}
