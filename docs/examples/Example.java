import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A small CRM's side of Holdfast, with nothing but the JDK: tells of a contact and a deal, finds the contact's
 * messages, binds them to the deal, asks why they stay, and is told of it by a signed webhook.
 *
 * <pre>
 *   export HOLDFAST=https://mail.example.org/holdfast
 *   export HOLDFAST_TOKEN=hf_...    # with the scopes read, bind and administer
 *   export HOLDFAST_ACCOUNT=17
 *   java Example.java 8099 https://crm.example.org/events anna@acme.example
 * </pre>
 *
 * The port is where this program listens; the URL is how Holdfast reaches it.
 */
public class Example {

    private static final String BASE = System.getenv("HOLDFAST") + "/api/v1/";
    private static final String ACCOUNT = System.getenv("HOLDFAST_ACCOUNT");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final BlockingQueue<Map<String, Object>> EVENTS = new LinkedBlockingQueue<>();
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    private static volatile byte[] key;

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        String url = arguments[1];
        String address = arguments[2];

        HttpServer receiver = HttpServer.create(new InetSocketAddress(port), 0);
        receiver.createContext("/", Example::receive);
        receiver.start();
        String webhook = null;
        try {
            Map<String, Object> made = call("POST", "webhooks", Map.of(
                    "accountId", ACCOUNT, "url", url, "eventTypes", List.of("message.bound")));
            webhook = (String) object(made.get("webhook")).get("id");
            key = Base64.getDecoder().decode(((String) made.get("secret")).substring("whsec_".length()));

            call("POST", "accounts/" + ACCOUNT + "/records", Map.of("items", List.of(
                    Map.of("kind", "contact", "reference", "C-1", "title", "Anna", "addresses", List.of(address)),
                    Map.of("kind", "deal", "reference", "D-7", "title", "Ten desks"))));

            for (Map<String, Object> message : messagesOf(address)) {
                String id = (String) message.get("id");
                call("POST", "messages/" + id + "/bindings", Map.of("kind", "deal", "reference", "D-7"));
                System.out.println("Bound to deal D-7: " + id + " " + message.get("subject"));
                for (Object sentence : list(call("GET", "messages/" + id + "/fate", null).get("sentences"))) {
                    System.out.println("  " + sentence);
                }
                Map<String, Object> event = EVENTS.poll(60, TimeUnit.SECONDS);
                if (event == null) {
                    throw new IllegalStateException("Not told of it within a minute");
                }
                System.out.println("  Told: " + event.get("type") + " " + event.get("data"));
            }
        } finally {
            if (webhook != null) {
                call("DELETE", "webhooks/" + webhook, null);
            }
            receiver.stop(0);
        }
    }

    /** Goes through all pages; a CRM would keep the place that it has reached. */
    private static List<Map<String, Object>> messagesOf(String address) throws Exception {
        List<Map<String, Object>> found = new ArrayList<>();
        String cursor = null;
        do {
            String query = "messages?account=" + ACCOUNT + "&limit=200" + (cursor == null ? "" : "&cursor=" + cursor);
            Map<String, Object> page = call("GET", query, null);
            for (Object item : list(page.get("items"))) {
                String sender = (String) object(item).get("sender");
                if (sender != null && sender.contains(address)) {
                    found.add(object(item));
                }
            }
            cursor = (String) page.get("next");
        } while (cursor != null);
        return found;
    }

    /** One request. A write may be sent again under its key: it is done once, and answered alike. */
    private static Map<String, Object> call(String method, String path, Map<String, Object> body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(BASE + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + System.getenv("HOLDFAST_TOKEN"));
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(Json.write(body)));
            // What is shown once, such as a webhook's secret, is not kept for another answer.
            if (!path.equals("webhooks")) {
                request.header("Idempotency-Key", UUID.randomUUID().toString());
            }
        }
        HttpResponse<String> answer = null;
        for (int attempt = 1; answer == null; attempt++) {
            try {
                answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + answer.body());
        }
        return answer.body().isEmpty() ? Map.of() : object(Json.read(answer.body()));
    }

    /** What Holdfast sends: taken if it is signed, young, and not seen before. */
    private static void receive(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
        String signature = exchange.getRequestHeaders().getFirst("webhook-signature");
        boolean taken = id != null && timestamp != null && signature != null && isSigned(id, timestamp, signature, body);
        if (taken && SEEN.add(id)) {
            EVENTS.add(object(Json.read(new String(body, StandardCharsets.UTF_8))));
        }
        // Told again until it is answered with 2xx, so answer before working on it.
        exchange.sendResponseHeaders(taken ? 204 : 401, -1);
        exchange.close();
    }

    private static boolean isSigned(String id, String timestamp, String signature, byte[] body) {
        try {
            long age = Instant.now().getEpochSecond() - Long.parseLong(timestamp);
            if (Math.abs(age) > 300) {
                return false;
            }
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
            return MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
        } catch (Exception e) {
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }

    /** As much JSON as this needs, since the JDK has none; a CRM uses a library. */
    private static final class Json {

        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) {
            return new Json(text).value();
        }

        static String write(Object value) {
            if (value instanceof Map<?, ?> map) {
                List<String> members = new ArrayList<>();
                map.forEach((name, member) -> members.add(write(name) + ":" + write(member)));
                return "{" + String.join(",", members) + "}";
            }
            if (value instanceof List<?> list) {
                return "[" + String.join(",", list.stream().map(Json::write).toList()) + "]";
            }
            if (value instanceof String string) {
                StringBuilder quoted = new StringBuilder("\"");
                string.chars().forEach(c -> quoted.append(
                        c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", c) : Character.toString(c)));
                return quoted.append('"').toString();
            }
            return String.valueOf(value);
        }

        private Object value() {
            char first = next();
            return switch (first) {
                case '{' -> members();
                case '[' -> items();
                case '"' -> string();
                default -> literal();
            };
        }

        private Map<String, Object> members() {
            Map<String, Object> members = new LinkedHashMap<>();
            at++;
            while (next() != '}') {
                String name = string();
                expect(':');
                members.put(name, value());
                if (next() == ',') {
                    at++;
                }
            }
            at++;
            return members;
        }

        private List<Object> items() {
            List<Object> items = new ArrayList<>();
            at++;
            while (next() != ']') {
                items.add(value());
                if (next() == ',') {
                    at++;
                }
            }
            at++;
            return items;
        }

        private String string() {
            expect('"');
            StringBuilder string = new StringBuilder();
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                if (c == '\\') {
                    char escaped = text.charAt(at++);
                    switch (escaped) {
                        case 'n' -> string.append('\n');
                        case 'r' -> string.append('\r');
                        case 't' -> string.append('\t');
                        case 'b' -> string.append('\b');
                        case 'f' -> string.append('\f');
                        case 'u' -> {
                            string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                            at += 4;
                        }
                        default -> string.append(escaped);
                    }
                } else {
                    string.append(c);
                }
            }
            at++;
            return string.toString();
        }

        private Object literal() {
            int from = at;
            while (at < text.length() && "+-.0123456789aeflnrstuE".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            String literal = text.substring(from, at);
            return switch (literal) {
                case "true" -> true;
                case "false" -> false;
                case "null" -> null;
                default -> Double.valueOf(literal);
            };
        }

        private char next() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private void expect(char wanted) {
            if (next() != wanted) {
                throw new IllegalArgumentException("Not JSON at " + at + ": " + text);
            }
            at++;
        }
    }
}
