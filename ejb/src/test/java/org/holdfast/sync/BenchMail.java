package org.holdfast.sync;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Random;
import org.holdfast.run.LocalDovecot;

/**
 * Fills and changes a mailbox for the bench, the same in each run: sizes as in real mailboxes (most about 14 KB,
 * some with attachments up to a megabyte), or all small.
 */
final class BenchMail implements AutoCloseable {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final int AT_ONCE = 500;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Random random = new Random(1);
    private final String filler;
    private int tag;

    BenchMail(LocalDovecot dovecot, String user) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), dovecot.port());
        in = new BufferedInputStream(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        byte[] noise = new byte[3_000_000];
        random.nextBytes(noise);
        filler = Base64.getMimeEncoder().encodeToString(noise);
        line();
        command("LOGIN " + user + " " + LocalDovecot.PASSWORD);
    }

    /** Adds messages, many in one command (RFC 3502); returns how many bytes they have. */
    long fill(String folder, int count, boolean small) throws IOException {
        long bytes = 0;
        for (int first = 0; first < count; first += AT_ONCE) {
            String name = "B" + ++tag;
            write(name + " APPEND " + folder);
            for (int i = first; i < Math.min(count, first + AT_ONCE); i++) {
                byte[] mail = mail(i, small);
                Instant at = PullBench.NOW.minusSeconds(3_600L * 24 * 365).plusSeconds(60L * i);
                write((i % 5 == 0 ? " ()" : " (\\Seen)") + " \"" + DATE.format(at) + "\" {" + mail.length + "+}\r\n");
                out.write(mail);
                bytes += mail.length;
            }
            write("\r\n");
            await(name);
        }
        return bytes;
    }

    private byte[] mail(int number, boolean small) {
        int size = small
                ? 800 + random.nextInt(1_600)
                : (int) Math.min(400_000, Math.exp(Math.log(10_500) + 0.85 * random.nextGaussian()));
        if (!small && random.nextInt(100) < 8) {
            size += (int) Math.exp(Math.log(100_000) + random.nextDouble() * Math.log(10));
        }
        int from = random.nextInt(filler.length() - size - 1);
        return ("Message-ID: <" + number + "." + random.nextLong() + "@example.com>\r\nFrom: Sender " + number
                        + " <s" + number % 2_000 + "@example.org>\r\nTo: me@example.org\r\nSubject: Number " + number
                        + "\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\r\n"
                        + filler.substring(from, from + size) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Sets or takes a flag on so many, spread over the folder. */
    void flag(String folder, int count, int round) throws IOException {
        command("SELECT " + folder);
        long step = Math.max(1, exists / count);
        for (int i = 0; i < count; i++) {
            command("STORE " + (i * step + 1) + " " + (round % 2 == 0 ? "+" : "-") + "FLAGS.SILENT (\\Flagged)");
        }
        command("UNSELECT");
    }

    /** Removes so many, spread over the folder. */
    void expunge(String folder, int count) throws IOException {
        command("SELECT " + folder);
        long step = Math.max(1, exists / count);
        for (int i = 0; i < count; i++) {
            command("STORE " + (i * step + 1) + " +FLAGS.SILENT (\\Deleted)");
        }
        command("EXPUNGE");
        command("UNSELECT");
    }

    long count(String folder) throws IOException {
        command("EXAMINE " + folder);
        long count = exists;
        command("UNSELECT");
        return count;
    }

    private long exists;

    private void command(String text) throws IOException {
        String name = "B" + ++tag;
        write(name + " " + text + "\r\n");
        await(name);
    }

    private void await(String name) throws IOException {
        out.flush();
        for (String line = line(); ; line = line()) {
            if (line.endsWith(" EXISTS")) {
                exists = Long.parseLong(line.split(" ", -1)[1]);
            }
            if (line.startsWith(name + " ")) {
                if (!line.startsWith(name + " OK")) {
                    throw new IOException(line);
                }
                return;
            }
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("The server closed the connection after: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
