package org.holdfast.sync.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.MODSEQ;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.holdfast.message.Flags;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProtocolViolation;

/**
 * What a session may change in the name of one user's command. Every command that changes something has the
 * id of the user's command in its tag, and names each message it touches.
 */
public final class CommandSession implements AutoCloseable {

    private static final Pattern VALIDITY = Pattern.compile("\\[UIDVALIDITY ([0-9]{1,10})\\]");
    private static final Pattern PERMANENT = Pattern.compile("\\[PERMANENTFLAGS \\(([^)]*)\\)\\]");
    private static final Pattern APPENDED = Pattern.compile("\\[APPENDUID ([0-9]{1,10}) ([0-9]{1,10})\\]");
    private static final Pattern COPIED = Pattern.compile("\\[COPYUID ([0-9]{1,10}) [0-9]{1,10} ([0-9]{1,10})\\]");
    private static final List<String> SYSTEM = List.of("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft");

    private final Wire wire;
    private final long commandId;
    private int commands;

    CommandSession(Wire wire, long commandId) {
        this.wire = wire;
        this.commandId = commandId;
    }

    /**
     * A folder that is open to be changed.
     *
     * @param permanent flags that the server keeps; empty: it does not say
     */
    public record OpenFolder(long uidValidity, boolean readOnly, Optional<List<String>> permanent) {

        /** Whether the server would keep a flag or keyword. */
        public boolean keeps(String name) {
            return !readOnly
                    && permanent
                            .map(names -> names.stream().anyMatch(name::equalsIgnoreCase)
                                    || (!name.startsWith("\\") && names.contains("\\*")))
                            .orElse(true);
        }
    }

    /**
     * Flags as the server has them.
     *
     * @param modSeq 0 where the server has none
     */
    public record ServerFlags(Flags flags, long modSeq) {}

    /** Where a message was put. */
    public record Placed(long uidValidity, long uid) {}

    private String tag() {
        return "U" + commandId + "-" + ++commands;
    }

    public boolean hasMove() {
        return wire.has("MOVE");
    }

    /** Whether single messages can be removed, and the server says the numbers of what it takes. */
    public boolean hasUidPlus() {
        return wire.has("UIDPLUS");
    }

    /** Opens a folder to change something in it. */
    public OpenFolder select(String wireName) throws IOException {
        long[] validity = new long[1];
        List<List<String>> permanent = new ArrayList<>();
        String parameters = wire.has("CONDSTORE") || wire.has("QRESYNC") ? " (CONDSTORE)" : "";
        String ok = wire.write(tag(), "SELECT " + Wire.quote(wireName) + parameters, response -> {
            String text = response.toString();
            Matcher number = VALIDITY.matcher(text);
            if (number.find()) {
                validity[0] = Long.parseLong(number.group(1));
            }
            Matcher names = PERMANENT.matcher(text);
            if (names.find()) {
                permanent.add(List.of(names.group(1).split(" ", -1)));
            }
        });
        if (validity[0] == 0) {
            throw new ProtocolViolation("The server does not say the UIDVALIDITY of a folder");
        }
        boolean readOnly = ok.toUpperCase(Locale.ROOT).contains("[READ-ONLY]");
        return new OpenFolder(validity[0], readOnly, permanent.stream().findFirst());
    }

    /** The flags of a message of the open folder; empty if it is not there. */
    public Optional<ServerFlags> flags(long uid) throws IOException {
        List<ServerFlags> found = new ArrayList<>();
        String items = wire.has("CONDSTORE") || wire.has("QRESYNC") ? " (UID FLAGS MODSEQ)" : " (UID FLAGS)";
        wire.run("UID FETCH " + uid + items, response -> read(response, uid).ifPresent(found::add));
        return found.stream().reduce((first, last) -> last);
    }

    private static Optional<ServerFlags> read(IMAPResponse response, long uid) {
        UID number = ImapSession.item(response, UID.class);
        FLAGS flags = ImapSession.item(response, FLAGS.class);
        MODSEQ modSeq = ImapSession.item(response, MODSEQ.class);
        return number == null || number.uid != uid || flags == null
                ? Optional.empty()
                : Optional.of(new ServerFlags(ImapSession.flags(flags), modSeq == null ? 0 : modSeq.modseq));
    }

    /**
     * Sets or takes off flags of one message of the open folder.
     *
     * @param which the flags that are meant; the others stay as they are
     * @param unchangedSince 0: whatever others did meanwhile
     * @return false if somebody changed the message meanwhile and nothing was done
     */
    public boolean store(long uid, boolean set, Flags which, long unchangedSince) throws IOException {
        List<String> names = new ArrayList<>(which.keywords());
        for (int bit = 0; bit < SYSTEM.size(); bit++) {
            if ((which.bits() & (1 << bit)) != 0) {
                names.add(SYSTEM.get(bit));
            }
        }
        String condition = unchangedSince > 0 ? "(UNCHANGEDSINCE " + unchangedSince + ") " : "";
        String command = "UID STORE " + uid + " " + condition + (set ? "+" : "-") + "FLAGS.SILENT ("
                + String.join(" ", names) + ")";
        try {
            return !wire.write(tag(), command, response -> {}).contains("[MODIFIED ");
        } catch (CommandRefused e) {
            if (e.getMessage().contains("[MODIFIED ")) {
                return false;
            }
            throw e;
        }
    }

    /** Copies one message of the open folder; where to, if the server says it. */
    public Optional<Placed> copy(long uid, String wireName) throws IOException {
        return put("UID COPY", uid, wireName);
    }

    /** Moves one message of the open folder; where to, if the server says it. */
    public Optional<Placed> move(long uid, String wireName) throws IOException {
        return put("UID MOVE", uid, wireName);
    }

    private Optional<Placed> put(String verb, long uid, String wireName) throws IOException {
        List<Placed> found = new ArrayList<>();
        String ok = wire.write(
                tag(), verb + " " + uid + " " + Wire.quote(wireName), response -> placed(COPIED, response.toString())
                        .ifPresent(found::add));
        return placed(COPIED, ok).or(() -> found.stream().findFirst());
    }

    private static Optional<Placed> placed(Pattern pattern, String text) {
        Matcher code = pattern.matcher(text);
        return code.find()
                ? Optional.of(new Placed(Long.parseLong(code.group(1)), Long.parseLong(code.group(2))))
                : Optional.empty();
    }

    /**
     * Removes one message of the open folder that is marked as deleted; the others that are marked stay.
     *
     * @throws CommandRefused where the server cannot do that
     */
    public void expunge(long uid) throws IOException {
        if (!hasUidPlus()) {
            throw new CommandRefused("The server cannot remove single messages");
        }
        wire.write(tag(), "UID EXPUNGE " + uid, response -> {});
    }

    /**
     * Adds a message to a folder; its number, if the server says it.
     *
     * @param flags as on the wire, such as {@code \Draft}; may be empty
     */
    public Optional<Placed> append(String wireName, String flags, byte[] message) throws IOException {
        return placed(APPENDED, wire.write(tag(), "APPEND " + Wire.quote(wireName) + " (" + flags + ")", message));
    }

    /** Creates a folder and subscribes to it where the server likes that. */
    public void create(String wireName) throws IOException {
        wire.write(tag(), "CREATE " + Wire.quote(wireName), response -> {});
        subscribe(wireName);
    }

    /** Renames a folder. */
    public void rename(String from, String to) throws IOException {
        wire.write(tag(), "RENAME " + Wire.quote(from) + " " + Wire.quote(to), response -> {});
        subscribe(to);
    }

    private void subscribe(String wireName) throws IOException {
        try {
            wire.write(tag(), "SUBSCRIBE " + Wire.quote(wireName), response -> {});
        } catch (CommandRefused e) {
            // Other clients may not show it; it is there.
        }
    }

    /** A name that people read as servers know it (RFC 3501 section 5.1.3). */
    public static String encode(String name) {
        return ModifiedUtf7.encode(name);
    }

    /** From now on the session only reads again. */
    @Override
    public void close() {
        wire.end();
    }
}
