package org.holdfast.webhook;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One POST over a connection of its own to an address that was checked: HTTP clients resolve names again.
 * Of the answer only the status is read; redirects are not followed, and nothing of the body is taken.
 */
final class WebhookPost {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_LINES = 500;

    private final SSLSocketFactory tls;
    private final Duration time;

    /** With a time for all of it: connecting, TLS, sending and the answer. */
    WebhookPost(SSLSocketFactory tls, Duration time) {
        this.tls = tls;
        this.time = time;
    }

    /**
     * Sends and waits for the status.
     *
     * @return the HTTP status
     * @throws IOException if there was none in time; the message may be shown
     */
    int send(Endpoint endpoint, Map<String, String> headers, String body) throws IOException {
        IOException last = null;
        for (InetAddress address : endpoint.addresses()) {
            try (PostSocket raw = new PostSocket(time)) {
                try {
                    raw.connect(new InetSocketAddress(address, endpoint.port()), Math.min(raw.left(), 5_000));
                } catch (IOException e) {
                    // Nothing was sent: the next address may answer.
                    last = new IOException("No connection: " + e.getMessage(), e);
                    continue;
                }
                return exchange(endpoint, raw, head(endpoint, headers, body), body);
            }
        }
        throw last;
    }

    private int exchange(Endpoint endpoint, PostSocket raw, String head, String body) throws IOException {
        try (Socket socket = endpoint.tls() ? secured(endpoint, raw) : raw) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.ISO_8859_1));
            out.write(body.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return status(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private Socket secured(Endpoint endpoint, PostSocket raw) throws IOException {
        SSLSocket socket = (SSLSocket) tls.createSocket(raw, endpoint.host(), endpoint.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            return socket;
        } catch (SSLException e) {
            throw new IOException(refusal(endpoint, e), e);
        }
    }

    /** Says which certificate is refused and why, where that is the reason; nothing was sent. */
    private static String refusal(Endpoint endpoint, SSLException refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException && cause.getMessage() != null) {
                return "The certificate of " + endpoint.authority() + " is refused: " + cause.getMessage();
            }
        }
        return "No TLS with " + endpoint.authority() + ": " + refused.getMessage();
    }

    private static String head(Endpoint endpoint, Map<String, String> headers, String body) {
        StringBuilder head = new StringBuilder("POST " + endpoint.target() + " HTTP/1.1\r\nHost: "
                + endpoint.authority() + "\r\nUser-Agent: Holdfast\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString();
    }

    /** The first status that is not provisional (RFC 9110 section 15.2). */
    private static int status(InputStream in) throws IOException {
        for (int lines = 0; lines < MOST_LINES; lines++) {
            Matcher status = STATUS.matcher(line(in));
            if (status.matches() && Integer.parseInt(status.group(1)) >= 200) {
                return Integer.parseInt(status.group(1));
            }
            if (lines == 0 && !status.matches()) {
                break;
            }
        }
        throw new IOException("The answer is not HTTP/1.1");
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("The connection was closed without an answer");
            }
            if (line.length() >= LONGEST_LINE) {
                throw new IOException("The answer has a line without end");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }
}
