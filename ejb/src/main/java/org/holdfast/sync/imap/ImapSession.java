package org.holdfast.sync.imap;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.angus.mail.iap.ByteArray;
import org.eclipse.angus.mail.imap.protocol.BODY;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.INTERNALDATE;
import org.eclipse.angus.mail.imap.protocol.Item;
import org.eclipse.angus.mail.imap.protocol.RFC822SIZE;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.message.Flags;
import org.holdfast.sync.ModSeq;
import org.holdfast.sync.UidSet;
import org.holdfast.sync.UidValidity;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.failure.ProviderFailure;

/**
 * A session with a provider that only reads: folders are opened with EXAMINE, content is fetched with
 * BODY.PEEK, and nothing else can leave (see {@link CommandGate}). Used by one thread.
 */
public final class ImapSession implements AutoCloseable {

    /** How many commands for content are under way at once. */
    private static final int WINDOW = 3;

    /** How many searches are under way at once. */
    private static final int SEARCHES = 20;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d-MMM-yyyy", Locale.ENGLISH);

    /** How long a response that has begun may take while nothing was asked. */
    private static final Duration HEARING = Duration.ofSeconds(2);

    private static final int MOST_FOLDERS = 10_000;

    private final Wire wire;
    private boolean qresync;

    ImapSession(Wire wire) {
        this.wire = wire;
    }

    /** Turns on what makes later passes cheap, where the server has it; before any folder is opened. */
    void enable(boolean allowQresync) throws IOException {
        if (allowQresync && wire.has("QRESYNC") && wire.has("ENABLE")) {
            wire.run("ENABLE QRESYNC", response -> {});
            qresync = true;
        }
    }

    /** Whether the server reports changes since a modification sequence. */
    public boolean hasModSeq() {
        return wire.has("CONDSTORE") || wire.has("QRESYNC");
    }

    /** Folders that hold messages, in the server's order. */
    public List<FoundFolder> folders() throws IOException {
        List<FoundFolder> found = new ArrayList<>();
        boolean special = wire.has("SPECIAL-USE") && wire.has("LIST-EXTENDED");
        int unreadable = wire.run("LIST \"\" \"*\"" + (special ? " RETURN (SPECIAL-USE)" : ""), response -> {
            if (response.keyEquals("LIST") && found.size() < MOST_FOLDERS) {
                FoundFolder folder = listed(response);
                if (folder != null) {
                    found.add(folder);
                }
            }
        });
        if (unreadable > 0 || found.stream().noneMatch(each -> each.wireName().equalsIgnoreCase("INBOX"))) {
            throw new ProtocolViolation("The server does not list its folders in full: " + unreadable
                    + " lines could not be read, " + found.size() + " could");
        }
        return found;
    }

    private static FoundFolder listed(IMAPResponse response) {
        String[] attributes = response.readSimpleList();
        Set<String> names = new LinkedHashSet<>();
        for (String attribute : attributes == null ? new String[0] : attributes) {
            names.add(attribute.toLowerCase(Locale.ROOT));
        }
        response.skipSpaces();
        String separator = response.readString();
        String wireName = response.readAtomString();
        if (wireName == null || names.contains("\\noselect") || names.contains("\\nonexistent")) {
            return null;
        }
        String use = List.of("\\Sent", "\\Drafts", "\\Trash", "\\Junk", "\\Archive", "\\All", "\\Flagged").stream()
                .filter(known -> names.contains(known.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(null);
        String name = ModifiedUtf7.decode(wireName);
        return new FoundFolder(wireName, name.replace('\0', '?'), separator, use);
    }

    /**
     * Opens a folder to read it.
     *
     * @param known UIDVALIDITY of the state that is known here; null to ask for no changes
     * @param since modification sequence of that state
     */
    public FolderStatus examine(String wireName, UidValidity known, ModSeq since) throws IOException {
        try {
            return open(wireName, known, since);
        } catch (ProtocolViolation e) {
            // What makes no sense may be the changes.
            return open(wireName, null, ModSeq.NONE);
        }
    }

    private FolderStatus open(String wireName, UidValidity known, ModSeq since) throws IOException {
        StatusReader reader = new StatusReader();
        boolean changes = qresync && known != null && since.isKnown();
        String parameters = changes
                ? " (QRESYNC (" + known.value() + " " + since.value() + "))"
                : hasModSeq() ? " (CONDSTORE)" : "";
        int unreadable = wire.run("EXAMINE " + Wire.quote(wireName) + parameters, reader::read);
        return reader.status(changes && unreadable == 0 ? known : null);
    }

    /**
     * A light look at originals; an original whose date cannot be read is listed without it.
     *
     * @param uids in the protocol's form, {@code 5:*} included
     */
    public List<Listed> list(String uids) throws IOException {
        Map<Long, Listed> found = new LinkedHashMap<>();
        int unreadable = wire.run("UID FETCH " + uids + " (UID FLAGS INTERNALDATE RFC822.SIZE)", response -> {
            Listed listed = light(response);
            if (listed != null) {
                found.put(listed.uid(), listed);
            }
        });
        if (unreadable > 0) {
            wire.run("UID FETCH " + uids + " (UID FLAGS RFC822.SIZE)", response -> {
                Listed listed = light(response);
                if (listed != null) {
                    found.putIfAbsent(listed.uid(), listed);
                }
            });
        }
        return List.copyOf(found.values());
    }

    private static Listed light(IMAPResponse response) {
        UID uid = item(response, UID.class);
        FLAGS flags = item(response, FLAGS.class);
        RFC822SIZE size = item(response, RFC822SIZE.class);
        if (uid == null || flags == null || size == null || uid.uid < 1) {
            return null;
        }
        return new Listed(uid.uid, receivedAt(response), Math.max(0, size.size), flags(flags));
    }

    /**
     * Flags of originals.
     *
     * @param since only those changed after it; {@link ModSeq#NONE}: all, so that what is missing is gone
     */
    public Map<Long, Flags> flags(UidSet uids, ModSeq since) throws IOException {
        Map<Long, Flags> found = new HashMap<>();
        for (String part : Wire.parts(uids)) {
            String changed = since.isKnown() ? " (CHANGEDSINCE " + since.value() + ")" : "";
            int unreadable = wire.run("UID FETCH " + part + " (UID FLAGS)" + changed, response -> {
                UID uid = item(response, UID.class);
                FLAGS flags = item(response, FLAGS.class);
                if (uid != null && flags != null) {
                    found.put(uid.uid, flags(flags));
                }
            });
            if (unreadable > 0) {
                throw new ProtocolViolation(unreadable + " answers about flags could not be read");
            }
        }
        return found;
    }

    /**
     * Which originals the open folder has.
     *
     * @param uids in the protocol's form, {@code 5:*} included
     */
    public Set<Long> search(String uids) throws IOException {
        Set<Long> found = new HashSet<>();
        int unreadable = wire.run("UID SEARCH UID " + uids, response -> addFound(response, found));
        if (unreadable > 0) {
            throw new ProtocolViolation("The answer to a search could not be read");
        }
        return found;
    }

    /** Which of these originals the open folder has. */
    public Set<Long> search(UidSet uids) throws IOException {
        Set<Long> found = new HashSet<>();
        for (String part : Wire.parts(uids)) {
            found.addAll(search(part));
        }
        return found;
    }

    /** What the open folder has of that size, received about then; several searches are under way at once. */
    public Set<Long> search(List<Sought> marks) throws IOException {
        Set<Long> found = new HashSet<>();
        for (int from = 0; from < marks.size(); from += SEARCHES) {
            Deque<String> tags = new ArrayDeque<>();
            for (Sought mark : marks.subList(from, Math.min(from + SEARCHES, marks.size()))) {
                tags.add(wire.send("UID SEARCH " + mark.criteria()));
            }
            for (String tag : tags) {
                if (wire.receive(tag, response -> addFound(response, found)) > 0) {
                    throw new ProtocolViolation("The answer to a search could not be read");
                }
            }
        }
        return found;
    }

    private static void addFound(IMAPResponse response, Set<Long> found) {
        if (response.keyEquals("SEARCH")) {
            for (long uid = response.readLong(); uid > 0; uid = response.readLong()) {
                found.add(uid);
            }
        }
    }

    /**
     * What an original that lies somewhere looks like.
     *
     * @param size RFC822.SIZE
     */
    public record Sought(Instant receivedAt, long size) {

        /** Days are of the server's zone, which nobody knows. */
        String criteria() {
            LocalDate day = receivedAt.atZone(ZoneOffset.UTC).toLocalDate();
            return "SINCE " + DAY.format(day.minusDays(1)) + " BEFORE " + DAY.format(day.plusDays(2)) + " LARGER "
                    + Math.max(0, size - 1) + " SMALLER " + (size + 1);
        }
    }

    /**
     * The Message-ID field of originals as raw bytes: what tells them apart before any content is fetched. An
     * original that has none is in it without bytes; one of which the server says nothing is not in it.
     */
    public Map<Long, byte[]> idFields(UidSet uids) throws IOException {
        return fields(uids, "MESSAGE-ID");
    }

    /** The From field of originals as raw bytes, as {@link #idFields}. */
    public Map<Long, byte[]> fromFields(UidSet uids) throws IOException {
        return fields(uids, "FROM");
    }

    private Map<Long, byte[]> fields(UidSet uids, String name) throws IOException {
        Map<Long, byte[]> found = new HashMap<>();
        for (String part : Wire.parts(uids)) {
            wire.run("UID FETCH " + part + " (UID BODY.PEEK[HEADER.FIELDS (" + name + ")])", response -> {
                UID uid = item(response, UID.class);
                BODY body = item(response, BODY.class);
                if (uid != null && body != null && body.getByteArray() != null) {
                    found.put(uid.uid, body.getByteArray().getNewBytes());
                }
            });
        }
        return found;
    }

    /** Content of originals, several batches under way at once. */
    public void fetch(List<? extends Collection<Long>> batches, BodySink sink) throws IOException {
        Deque<String> tags = new ArrayDeque<>();
        int asked = 0;
        int answered = 0;
        boolean more = true;
        while (answered < batches.size()) {
            while (more && asked < batches.size() && tags.size() < WINDOW) {
                more = sink.mayAsk(asked);
                if (more) {
                    tags.add(wire.send("UID FETCH " + UidSet.of(batches.get(asked++))
                            + " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"));
                }
            }
            if (tags.isEmpty()) {
                return;
            }
            int batch = answered++;
            ProviderFailure refusal = null;
            try {
                wire.receive(tags.remove(), response -> take(response, batch, sink));
            } catch (CommandRefused e) {
                refusal = e;
            }
            sink.end(batch, refusal);
            wire.allowTime();
        }
    }

    private static void take(IMAPResponse response, int batch, BodySink sink) throws IOException {
        UID uid = item(response, UID.class);
        BODY body = item(response, BODY.class);
        FLAGS flags = item(response, FLAGS.class);
        if (uid != null && body != null && body.getByteArray() != null && body.getOrigin() <= 0) {
            ByteArray raw = body.getByteArray();
            sink.take(
                    batch,
                    new Original(
                            uid.uid,
                            receivedAt(response),
                            flags == null ? Flags.NONE : flags(flags),
                            raw.getNewBytes()));
        }
    }

    /**
     * One original by itself, asking for as little as possible beside its content.
     *
     * @return null if the server answers without it
     */
    public Original fetchAlone(long uid) throws IOException {
        Original[] found = new Original[1];
        wire.run("UID FETCH " + uid + " (UID FLAGS BODY.PEEK[])", response -> {
            UID answered = item(response, UID.class);
            BODY body = item(response, BODY.class);
            FLAGS flags = item(response, FLAGS.class);
            if (answered != null && answered.uid == uid && body != null && body.getByteArray() != null) {
                found[0] = new Original(
                        uid,
                        null,
                        flags == null ? Flags.NONE : flags(flags),
                        body.getByteArray().getNewBytes());
            }
        });
        return found[0];
    }

    /**
     * A piece of an original's content.
     *
     * @return shorter than asked at the end, empty behind it; null if the server answers without it
     */
    public byte[] piece(long uid, long offset, int length) throws IOException {
        byte[][] found = new byte[1][];
        wire.run("UID FETCH " + uid + " (UID BODY.PEEK[]<" + offset + "." + length + ">)", response -> {
            UID answered = item(response, UID.class);
            BODY body = item(response, BODY.class);
            if (answered != null && answered.uid == uid && body != null && body.getByteArray() != null) {
                found[0] = body.getOrigin() == offset ? body.getByteArray().getNewBytes() : null;
            }
        });
        return found[0];
    }

    /** Whether the open folder still has the original. */
    public boolean has(long uid) throws IOException {
        return search(String.valueOf(uid)).contains(uid);
    }

    /** Whether the server tells of news by itself. */
    public boolean canIdle() {
        return wire.has("IDLE");
    }

    /** Has it tell of what happens in the open folder, since that was opened; whether there is news already. */
    public boolean beginIdle() throws IOException {
        return wire.beginIdle(HEARING);
    }

    /** Reads what has arrived; whether any of it is about messages. The session is of no use after a failure. */
    public boolean hear() throws IOException {
        return wire.hear(HEARING);
    }

    /** Commands may be given again; whether there were news until then. */
    public boolean endIdle() throws IOException {
        return wire.endIdle();
    }

    /** Lets a selector see when something arrives; until {@link #unwatch} nothing else may be done. */
    public void watch(Selector selector, Object attachment) throws IOException {
        wire.socket().raw().watch(selector, attachment);
    }

    /** Ends {@link #watch}; by the thread that has the selector. */
    public void unwatch(Selector selector) throws IOException {
        wire.socket().raw().unwatch(selector);
    }

    /** Whoever has the tether can end the session from outside. */
    public void tether(Tether tether) throws IOException {
        tether.hold(wire.socket().raw());
    }

    /**
     * The Message-ID fields of originals in the open folder, as they are written; without those that have none.
     *
     * @param uids in the protocol's form, {@code 5:*} included
     */
    public Map<Long, String> messageIds(String uids) throws IOException {
        Map<Long, String> found = new HashMap<>();
        wire.run("UID FETCH " + uids + " (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])", response -> {
            UID uid = item(response, UID.class);
            BODY body = item(response, BODY.class);
            if (uid != null && body != null && body.getByteArray() != null) {
                String field =
                        new String(body.getByteArray().getNewBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
                String value = field.substring(field.indexOf(':') + 1).replaceAll("\\s", "");
                if (!value.isEmpty()) {
                    found.put(uid.uid, value);
                }
            }
        });
        return found;
    }

    /**
     * Lets this session change something in the name of a user's command, until it is closed.
     *
     * @param userCommandId part of the tag of every command that changes something
     */
    public CommandSession begin(long userCommandId) {
        wire.begin(userCommandId);
        return new CommandSession(wire, userCommandId);
    }

    /** Says goodbye where that is quick, and closes. */
    @Override
    public void close() {
        wire.close();
    }

    static <T extends Item> T item(IMAPResponse response, Class<T> type) {
        return response instanceof FetchResponse fetched ? fetched.getItem(type) : null;
    }

    static Flags flags(FLAGS flags) {
        List<String> names = new ArrayList<>(List.of(flags.getUserFlags()));
        for (jakarta.mail.Flags.Flag flag : flags.getSystemFlags()) {
            if (flag == jakarta.mail.Flags.Flag.SEEN) {
                names.add("\\Seen");
            } else if (flag == jakarta.mail.Flags.Flag.ANSWERED) {
                names.add("\\Answered");
            } else if (flag == jakarta.mail.Flags.Flag.FLAGGED) {
                names.add("\\Flagged");
            } else if (flag == jakarta.mail.Flags.Flag.DELETED) {
                names.add("\\Deleted");
            } else if (flag == jakarta.mail.Flags.Flag.DRAFT) {
                names.add("\\Draft");
            }
        }
        names.replaceAll(name -> name.replace("\0", ""));
        return Flags.ofNames(names);
    }

    private static Instant receivedAt(IMAPResponse response) {
        INTERNALDATE date = item(response, INTERNALDATE.class);
        return date == null || date.getDate() == null ? null : date.getDate().toInstant();
    }

    /** What a response is handed to; may end the session by throwing. */
    @FunctionalInterface
    interface Reader {
        void read(IMAPResponse response) throws IOException;
    }
}
