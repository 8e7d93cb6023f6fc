package org.holdfast.sync.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A small submission server whose answers a test may replace, and which may end the connection anywhere. */
public final class ScriptedSmtp implements AutoCloseable {

    /** Ends an answer: the connection is closed behind it. */
    public static final String CUT = "\0cut";

    /** What the script is asked for when a connection has been opened. */
    public static final String GREETING = "(greeting)";

    /** What the script is asked for when the message is complete and accepted: only the answer is still to come. */
    public static final String FINAL_DOT = ".";

    /** Bodies of messages that were complete, as they were sent, with their dots. */
    public final List<String> accepted = new CopyOnWriteArrayList<>();

    public final List<String> received = new CopyOnWriteArrayList<>();
    public volatile Script script = (command, usual) -> usual;
    public volatile String extensions = "250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1000000\r\n";

    /** After so many bytes of content the connection is closed; -1: never. */
    public volatile int cutContentAfter = -1;

    private final ServerSocket server;

    /** What is sent instead of the usual answer. */
    @FunctionalInterface
    public interface Script {
        String answer(String command, String usual);
    }

    public ScriptedSmtp() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept);
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                serve(socket.getInputStream(), socket.getOutputStream());
            } catch (IOException e) {
                // the client has gone, or the test is over: the next connection is looked at anew
            }
        }
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        if (!answer(out, GREETING, "220 hello\r\n")) {
            return;
        }
        for (String line = line(in, -1); line != null; line = line(in, -1)) {
            received.add(line);
            if (!answer(out, line, usual(line))) {
                return;
            }
            if (line.equals("DATA") && !data(in, out)) {
                return;
            }
        }
    }

    private boolean data(InputStream in, OutputStream out) throws IOException {
        StringBuilder body = new StringBuilder();
        int left = cutContentAfter;
        for (String line = line(in, left); line != null; line = line(in, left)) {
            if (line.equals(".")) {
                accepted.add(body.toString());
                return answer(out, FINAL_DOT, "250 2.0.0 queued as " + accepted.size() + "\r\n");
            }
            body.append(line).append("\r\n");
            left = left < 0 ? left : Math.max(0, left - line.length() - 2);
        }
        return false;
    }

    private boolean answer(OutputStream out, String command, String usual) throws IOException {
        String answer = script.answer(command, usual);
        out.write(answer.replace(CUT, "").getBytes(StandardCharsets.UTF_8));
        out.flush();
        return !answer.endsWith(CUT) && !command.equals("QUIT");
    }

    private String usual(String command) {
        if (command.startsWith("EHLO")) {
            return "250-here\r\n" + extensions;
        }
        if (command.startsWith("AUTH")) {
            return "235 2.7.0 welcome\r\n";
        }
        return switch (command) {
            case "DATA" -> "354 go on\r\n";
            case "QUIT" -> "221 bye\r\n";
            default -> "250 2.1.0 fine\r\n";
        };
    }

    /** Null at the end of the connection, or where it is to be cut. */
    private static String line(InputStream in, int most) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.size() == most) {
                return null;
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        if (!text.endsWith("\r")) {
            throw new IOException("A bare line feed reached the wire");
        }
        return text.substring(0, text.length() - 1);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
