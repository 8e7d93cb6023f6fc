package org.holdfast.sync;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A second opinion on what a provider holds: IMAP over a plain socket, independent of the mail client. */
final class RawImap implements AutoCloseable {

    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]+)\\}$");
    private static final Pattern UID = Pattern.compile("UID ([0-9]+)");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private int tag;

    RawImap(int port, String user, String password) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
        line();
        command("LOGIN " + user + " " + password);
    }

    /** The untagged lines of a command that must be answered OK. */
    List<String> command(String text) throws IOException {
        List<String> lines = new ArrayList<>();
        String answer = send(text, lines, new LinkedHashMap<>());
        if (!answer.startsWith("OK")) {
            throw new IOException(text + ": " + answer);
        }
        return lines;
    }

    /** Appends; the answer of the server, which may be NO. */
    String append(String folder, byte[] message, String date, String flags) throws IOException {
        String name = "T" + ++tag;
        String quotedDate = date == null ? "" : " \"" + date + "\"";
        write(name + " APPEND \"" + folder + "\" (" + flags + ")" + quotedDate + " {" + message.length + "+}\r\n");
        out.write(message);
        write("\r\n");
        for (String line = line(); ; line = line()) {
            if (line.startsWith(name + " ")) {
                return line.substring(name.length() + 1);
            }
        }
    }

    void appendText(String folder, String text, String date) throws IOException {
        String answer = append(folder, text.getBytes(StandardCharsets.UTF_8), date, "");
        if (!answer.startsWith("OK")) {
            throw new IOException(answer);
        }
    }

    /** Content of every message of a folder, by UID. */
    Map<Long, byte[]> bodies(String folder) throws IOException {
        List<String> lines = new ArrayList<>();
        Map<Long, byte[]> bodies = new LinkedHashMap<>();
        command("EXAMINE \"" + folder + "\"");
        send("UID FETCH 1:* (UID BODY.PEEK[])", lines, bodies);
        return bodies;
    }

    private String send(String text, List<String> lines, Map<Long, byte[]> bodies) throws IOException {
        String name = "T" + ++tag;
        write(name + " " + text + "\r\n");
        while (true) {
            String line = line();
            if (line.startsWith(name + " ")) {
                return line.substring(name.length() + 1);
            }
            Matcher literal = LITERAL.matcher(line);
            if (literal.find()) {
                byte[] body = in.readNBytes(Integer.parseInt(literal.group(1)));
                String whole = line + line();
                Matcher uid = UID.matcher(whole);
                if (uid.find()) {
                    bodies.put(Long.parseLong(uid.group(1)), body);
                }
            } else {
                lines.add(line);
            }
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("The server closed the connection after: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
