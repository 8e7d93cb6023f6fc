package org.holdfast.api;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** Reads query parameters; a value that is not understood is a 400 that names its parameter. */
@Provider
public class QueryValues implements ParamConverterProvider {

    @Override
    public <T> ParamConverter<T> getConverter(Class<T> type, Type generic, Annotation[] annotations) {
        String name = Arrays.stream(annotations)
                .filter(QueryParam.class::isInstance)
                .map(a -> ((QueryParam) a).value())
                .findFirst()
                .orElse(null);
        if (name == null) {
            return null;
        }
        if (type == Instant.class) {
            return converter(type, Texts::instant, name, Texts.INSTANT_FORM);
        }
        if (type == Long.class) {
            return converter(type, Texts::id, name, "is an id: digits");
        }
        if (type == Integer.class) {
            return converter(type, QueryValues::small, name, "is a whole number");
        }
        if (type.isEnum()) {
            T[] constants = type.getEnumConstants();
            return converter(
                    type,
                    text -> Arrays.stream(constants)
                            .filter(c -> ((Enum<?>) c).name().equals(text))
                            .findFirst(),
                    name,
                    "is one of " + Arrays.toString(constants));
        }
        if (type == Boolean.class) {
            return converter(type, QueryValues::truth, name, "is true or false");
        }
        return null;
    }

    private static <T> ParamConverter<T> converter(
            Class<T> type, Function<String, Optional<?>> parse, String name, String expected) {
        return new ParamConverter<>() {

            @Override
            public T fromString(String text) {
                if (text == null) {
                    return null;
                }
                return type.cast(parse.apply(text).orElseThrow(() -> InvalidRequest.of(name, expected)));
            }

            @Override
            public String toString(T value) {
                return String.valueOf(value);
            }
        };
    }

    private static Optional<Integer> small(String text) {
        return text.matches("[0-9]{1,9}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
    }

    private static Optional<Boolean> truth(String text) {
        return text.equals("true") || text.equals("false") ? Optional.of(Boolean.valueOf(text)) : Optional.empty();
    }
}
