package org.holdfast.api;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the compiled resource classes offer, such as {@code GET accounts/{id}}. */
final class Endpoints {

    private static final java.nio.file.Path CLASSES = java.nio.file.Path.of("target/classes/org/holdfast/api");

    private Endpoints() {}

    static List<String> all() throws IOException, ClassNotFoundException {
        List<String> found = new ArrayList<>();
        try (Stream<java.nio.file.Path> files = Files.list(CLASSES)) {
            for (java.nio.file.Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class")) {
                    of(Class.forName("org.holdfast.api." + name.replace(".class", "")), found);
                }
            }
        }
        return found;
    }

    private static void of(Class<?> type, List<String> found) {
        Path root = type.getAnnotation(Path.class);
        if (root == null) {
            return;
        }
        for (Method method : type.getDeclaredMethods()) {
            for (Annotation annotation : method.getAnnotations()) {
                HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (verb != null) {
                    Path own = method.getAnnotation(Path.class);
                    String path = root.value() + (own == null ? "" : "/" + own.value());
                    found.add(verb.value() + " " + path.replaceAll("\\{(\\w+):(?:[^{}]|\\{[^{}]*})*}", "{$1}"));
                }
            }
        }
    }
}
