package org.holdfast.run;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second, independent IMAP client: it fills mailboxes at a provider and reads everything back, so that
 * what the product did or left alone is judged by other code. Clear text on the loopback address only.
 */
public final class ImapSession implements AutoCloseable {

    private static final DateTimeFormatter DATE_TIME =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern LITERAL = Pattern.compile("\\{(\\d+)\\}$");
    private static final Pattern LISTED = Pattern.compile("^\\* LIST \\(([^)]*)\\) (?:\"[^\"]*\"|NIL) (.+)$");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private int commands;

    private ImapSession(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    static ImapSession open(int port, String login, String password) {
        try {
            ImapSession session = new ImapSession(new Socket(InetAddress.getLoopbackAddress(), port));
            session.socket.setSoTimeout(60_000);
            session.line();
            session.run("LOGIN " + quoted(login) + " " + quoted(password));
            return session;
        } catch (IOException e) {
            throw new UncheckedIOException("The provider on port " + port + " did not let " + login + " in", e);
        }
    }

    /** Makes sure that there is a folder; the name is in the wire's form (modified UTF-7). */
    public void create(String folder) {
        if (!folders().contains(folder)) {
            run("CREATE " + quoted(folder));
        }
    }

    /**
     * Stores a message as if it had been received at an instant, to the second.
     *
     * @param flags such as {@code \Seen} or a keyword
     */
    public void append(String folder, List<String> flags, Instant received, byte[] message) {
        String command = "APPEND " + quoted(folder) + " (" + String.join(" ", flags) + ") \""
                + DATE_TIME.format(received) + "\" {" + message.length + "}";
        try {
            String tag = send(command);
            String answer = line();
            if (!answer.startsWith("+")) {
                throw new IllegalStateException("The provider refused " + command + ": " + answer);
            }
            out.write(message);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            complete(tag, command);
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        }
    }

    /** Names of the folders that can be selected, in the wire's form, sorted. */
    public List<String> folders() {
        List<String> names = new ArrayList<>();
        for (Response response : run("LIST \"\" \"*\"")) {
            Matcher listed = LISTED.matcher(response.text());
            if (listed.matches() && !listed.group(1).toLowerCase(Locale.ROOT).contains("\\noselect")) {
                names.add(unquoted(listed.group(2)));
            }
        }
        return names.stream().sorted().toList();
    }

    /** Everything in a folder, in the order of UIDs, without changing a flag. */
    public List<Original> originals(String folder) {
        String validity = "";
        for (Response response : run("EXAMINE " + quoted(folder))) {
            Matcher found = Pattern.compile("\\[UIDVALIDITY (\\d+)\\]").matcher(response.text());
            if (found.find()) {
                validity = found.group(1);
            }
        }
        List<Original> originals = new ArrayList<>();
        for (Response response : run("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])")) {
            if (response.text().matches("^\\* \\d+ FETCH \\(.*")) {
                originals.add(Original.of(validity, response.text(), response.literal()));
            }
        }
        originals.sort(Comparator.comparingLong(Original::uid));
        return originals;
    }

    @Override
    public void close() {
        try (socket) {
            run("LOGOUT");
        } catch (IOException e) {
            throw new UncheckedIOException("The session did not end", e);
        }
    }

    /** Runs a command without literals and returns what came before its OK. */
    private List<Response> run(String command) {
        try {
            return complete(send(command), command);
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        }
    }

    private String send(String command) throws IOException {
        String tag = "h" + ++commands;
        out.write((tag + " " + command + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        return tag;
    }

    private List<Response> complete(String tag, String command) throws IOException {
        List<Response> responses = new ArrayList<>();
        while (true) {
            Response response = response();
            if (response.text().startsWith(tag + " OK")) {
                return responses;
            }
            if (response.text().startsWith(tag + " ")) {
                throw new IllegalStateException("The provider refused " + command + ": " + response.text());
            }
            responses.add(response);
        }
    }

    /** One response: its text with literals left out, and the last literal. */
    private Response response() throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] literal = {};
        while (true) {
            String line = line();
            Matcher announced = LITERAL.matcher(line);
            if (!announced.find()) {
                return new Response(text.append(line).toString(), literal);
            }
            text.append(line, 0, announced.start());
            int length = Integer.parseInt(announced.group(1));
            literal = in.readNBytes(length);
            if (literal.length < length) {
                throw new EOFException("The provider closed the connection within a literal");
            }
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("The provider closed the connection");
            }
            if (octet != '\r') {
                line.write(octet);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String unquoted(String text) {
        return text.startsWith("\"") ? text.substring(1, text.length() - 1).replace("\\\\", "\\") : text;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Response(String text, byte[] literal) {}
}
