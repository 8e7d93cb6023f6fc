package org.holdfast.sync.oauth;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.CheckedServer;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.imap.DeadlineSocket;
import org.holdfast.sync.imap.Tls;
import org.holdfast.sync.imap.WireLimits;

/**
 * One form sent to an address that was checked, under the same policy as mail servers: HTTP clients resolve names
 * again. Redirects are not followed; the answer is bounded in size and time.
 */
final class FormPost {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_LINES = 200;
    private static final int LONGEST_BODY = 64 * 1024;

    private final HostPolicy hosts;
    private final WireLimits limits;
    private final SSLSocketFactory tls;

    FormPost(HostPolicy hosts, WireLimits limits, SSLSocketFactory tls) {
        this.hosts = hosts;
        this.limits = limits;
        this.tls = tls;
    }

    /** What was answered. */
    record Answer(int status, String body) {}

    /**
     * Sends and waits.
     *
     * @throws org.holdfast.mailbox.HostRefused before anything is sent
     * @throws ProviderFailure if there is no whole answer in time
     */
    Answer send(String url, Map<String, String> fields) throws IOException {
        URI uri = URI.create(url);
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
        CheckedServer target = hosts.checkWeb(
                new MailServer(uri.getHost(), port, secure ? TransportSecurity.TLS : TransportSecurity.NONE));
        byte[] body = form(fields).getBytes(StandardCharsets.US_ASCII);
        ProviderFailure last = null;
        for (InetAddress address : target.addresses()) {
            try (DeadlineSocket raw = new DeadlineSocket(limits)) {
                raw.connect(new InetSocketAddress(address, port), (int)
                        limits.connect().toMillis());
                raw.allow(limits.connect());
                return exchange(secure ? Tls.over(tls, target, raw) : raw, uri, body);
            } catch (ProviderFailure e) {
                last = e;
            } catch (IOException e) {
                last = new ConnectionLost("No answer of " + target.server() + ": " + e.getMessage(), e);
            }
        }
        throw last;
    }

    private static Answer exchange(Socket socket, URI uri, byte[] body) throws IOException {
        OutputStream out = socket.getOutputStream();
        String head = "POST " + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                + " HTTP/1.1\r\nHost: " + uri.getRawAuthority() + "\r\nUser-Agent: Holdfast\r\n"
                + "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        int status = status(in);
        long length = -1;
        boolean chunked = false;
        for (int lines = 0; ; lines++) {
            String line = line(in).toLowerCase(Locale.ROOT);
            if (line.isEmpty()) {
                break;
            }
            require(lines < MOST_LINES, "has a head without end");
            if (line.startsWith("content-length:")) {
                length = number(line.substring(15).strip(), 10);
            }
            chunked |= line.startsWith("transfer-encoding:") && line.contains("chunked");
        }
        return new Answer(status, chunked ? chunks(in) : text(in.readNBytes(bounded(length))));
    }

    private static int bounded(long length) throws ConnectionLost {
        require(length <= LONGEST_BODY, "is too long");
        return length < 0 ? LONGEST_BODY : (int) length;
    }

    private static String chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            long size = number(line(in).replaceFirst(";.*", "").strip(), 16);
            require(body.size() + size <= LONGEST_BODY, "is too long");
            if (size == 0) {
                return text(body.toByteArray());
            }
            body.write(in.readNBytes((int) size));
            line(in);
        }
    }

    private static long number(String text, int radix) throws ConnectionLost {
        try {
            long number = Long.parseLong(text, radix);
            require(number >= 0, "is no HTTP");
            return number;
        } catch (NumberFormatException e) {
            throw new ConnectionLost("The token endpoint's answer is no HTTP", e);
        }
    }

    private static int status(InputStream in) throws IOException {
        Matcher status = STATUS.matcher(line(in));
        require(status.matches(), "is no HTTP/1.1");
        return Integer.parseInt(status.group(1));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            require(next >= 0, "ends before it is whole");
            require(line.length() < LONGEST_LINE, "has a line without end");
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private static void require(boolean fact, String otherwise) throws ConnectionLost {
        if (!fact) {
            throw new ConnectionLost("The token endpoint's answer " + otherwise);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
