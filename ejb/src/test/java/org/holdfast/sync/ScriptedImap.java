package org.holdfast.sync;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A small IMAP server whose INBOX a test fills and whose answers it may replace. */
final class ScriptedImap implements AutoCloseable {

    /** Ends an answer: the connection is closed behind it. */
    static final String CUT = "\0cut";

    private static final Pattern FETCH = Pattern.compile("UID FETCH ([0-9:*,]+) \\((.*?)\\)(?: \\(CHANGEDSINCE.*)?");
    private static final Pattern PIECE = Pattern.compile("BODY\\.PEEK\\[]<([0-9]+)\\.([0-9]+)>");

    final NavigableMap<Long, String> mails = new TreeMap<>();
    final List<String> received = new CopyOnWriteArrayList<>();
    /** Whether it ends connections without a greeting. */
    volatile boolean deaf;

    volatile Script script = (command, usual) -> usual;
    volatile long uidNext;
    volatile long modSeq;
    volatile long validity = 7;
    final Map<Long, String> dates = new ConcurrentHashMap<>();
    final Map<Long, String> flags = new ConcurrentHashMap<>();
    private final ServerSocket server;

    /** What is sent instead of the usual answer, which has no tag; the tag replaces {@code TAG}. */
    interface Script {
        String answer(String command, String usual);
    }

    ScriptedImap() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread session = new Thread(() -> session(socket));
                session.setDaemon(true);
                session.start();
            } catch (IOException e) {
                // the test is over
            }
        }
    }

    private void session(Socket client) {
        try (Socket socket = client) {
            serve(socket);
        } catch (IOException e) {
            // the client has gone
        }
    }

    private void serve(Socket socket) throws IOException {
        if (deaf) {
            return;
        }
        OutputStream out = socket.getOutputStream();
        out.write("* OK hello\r\n".getBytes(StandardCharsets.ISO_8859_1));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String tag = "";
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            // What has no tag answers a challenge of the command before.
            String command = line;
            if (line.indexOf(' ') > 0) {
                tag = line.substring(0, line.indexOf(' '));
                command = line.substring(line.indexOf(' ') + 1);
            }
            received.add(command);
            String answer = script.answer(command, usual(command)).replace("TAG", tag);
            out.write(answer.replace(CUT, "").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            if (answer.endsWith(CUT)) {
                return;
            }
        }
    }

    private String usual(String command) {
        String answer = "";
        Matcher fetch = FETCH.matcher(command);
        if (command.equals("CAPABILITY")) {
            answer = "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN" + (modSeq > 0 ? " CONDSTORE" : "") + "\r\n";
        } else if (command.startsWith("LIST")) {
            answer = "* LIST () \"/\" INBOX\r\n";
        } else if (command.startsWith("EXAMINE")) {
            answer = "* " + mails.size() + " EXISTS\r\n* OK [UIDVALIDITY " + validity + "] is\r\n* OK [UIDNEXT "
                    + next() + "] next\r\n" + (modSeq > 0 ? "* OK [HIGHESTMODSEQ " + modSeq + "] is\r\n" : "");
        } else if (command.startsWith("UID SEARCH")) {
            StringBuilder found = new StringBuilder("* SEARCH");
            within(command.replaceFirst(".* ", ""))
                    .forEach(uid -> found.append(' ').append(uid));
            answer = found + "\r\n";
        } else if (fetch.matches()) {
            StringBuilder found = new StringBuilder();
            within(fetch.group(1)).forEach(uid -> found.append(fetched(uid, fetch.group(2))));
            answer = found.toString();
        }
        return answer + "TAG OK done\r\n";
    }

    private long next() {
        return uidNext > 0 ? uidNext : mails.isEmpty() ? 1 : mails.lastKey() + 1;
    }

    private List<Long> within(String set) {
        List<Long> found = new ArrayList<>();
        for (String range : set.split(",", -1)) {
            String[] ends = range.split(":", 2);
            long first = Long.parseLong(ends[0]);
            long last = ends.length < 2 ? first : ends[1].equals("*") ? Long.MAX_VALUE : Long.parseLong(ends[1]);
            found.addAll(mails.subMap(first, true, last, true).keySet());
        }
        return found;
    }

    /** One line of an answer to UID FETCH. */
    String fetched(long uid, String items) {
        String mail = mails.get(uid);
        StringBuilder line = new StringBuilder("* " + (mails.headMap(uid).size() + 1) + " FETCH (UID " + uid);
        line.append(items.contains("FLAGS") ? " FLAGS (" + flags.getOrDefault(uid, "") + ")" : "");
        line.append(
                items.contains("INTERNALDATE")
                        ? " INTERNALDATE \"" + dates.getOrDefault(uid, "01-Mar-2026 10:00:00 +0000") + '"'
                        : "");
        line.append(items.contains("RFC822.SIZE") ? " RFC822.SIZE " + mail.length() : "");
        Matcher piece = PIECE.matcher(items);
        if (piece.find()) {
            int from = Math.min(mail.length(), Integer.parseInt(piece.group(1)));
            int to = Math.min(mail.length(), from + Integer.parseInt(piece.group(2)));
            line.append(" BODY[]<" + piece.group(1) + "> {" + (to - from) + "}\r\n" + mail.substring(from, to));
        } else if (items.contains("HEADER.FIELDS")) {
            String id = header(mail);
            line.append(" BODY[HEADER.FIELDS (MESSAGE-ID)] {" + id.length() + "}\r\n" + id);
        } else if (items.contains("BODY.PEEK[]")) {
            line.append(" BODY[] {" + mail.length() + "}\r\n" + mail);
        }
        return line + ")\r\n";
    }

    private static String header(String mail) {
        Matcher id = Pattern.compile("(?m)^Message-ID: [^\r]*\r\n").matcher(mail);
        return (id.find() ? id.group() : "") + "\r\n";
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
