package org.holdfast.sync.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.holdfast.message.Flags;
import org.holdfast.sync.ModSeq;
import org.holdfast.sync.UidSet;
import org.holdfast.sync.UidValidity;
import org.holdfast.sync.failure.ProtocolViolation;

/** Gathers what the answers to EXAMINE say, QRESYNC's included (RFC 7162 section 3.2.5). */
final class StatusReader {

    private static final Pattern CODE = Pattern.compile("\\[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) ([0-9]{1,19})\\]");
    private static final Pattern OBJECT_ID = Pattern.compile("\\[MAILBOXID \\(([A-Za-z0-9_-]{1,255})\\)\\]");
    private static final String EARLIER = "(EARLIER) ";

    private final Map<String, Long> codes = new HashMap<>();
    private final Map<Long, Flags> flags = new HashMap<>();
    private final List<String> vanished = new ArrayList<>();
    private long exists = -1;
    private String objectId;
    private boolean unclear;

    void read(IMAPResponse response) throws IOException {
        if (response.keyEquals("EXISTS")) {
            exists = response.getNumber();
        } else if (response.keyEquals("VANISHED")) {
            String rest = response.getRest().strip();
            if (rest.startsWith(EARLIER)) {
                vanished.add(rest.substring(EARLIER.length()).strip());
            }
        } else if (response.keyEquals("FETCH")) {
            UID uid = ImapSession.item(response, UID.class);
            FLAGS changed = ImapSession.item(response, FLAGS.class);
            if (uid != null && changed != null) {
                flags.put(uid.uid, ImapSession.flags(changed));
            } else {
                unclear = true;
            }
        } else if (response.isOK()) {
            Matcher code = CODE.matcher(response.toString());
            if (code.find()) {
                codes.put(code.group(1), Long.parseLong(code.group(2)));
            }
            Matcher id = OBJECT_ID.matcher(response.toString());
            if (id.find()) {
                objectId = id.group(1);
            }
        }
    }

    /**
     * What was read.
     *
     * @param known the UIDVALIDITY that changes were asked for; null: they were not
     */
    FolderStatus status(UidValidity known) throws ProtocolViolation {
        if (exists < 0) {
            throw new ProtocolViolation("The server does not say how many messages the folder has");
        }
        try {
            UidValidity validity = new UidValidity(codes.getOrDefault("UIDVALIDITY", 0L));
            UidSet gone = vanished.isEmpty() ? UidSet.EMPTY : UidSet.parse(String.join(",", vanished));
            return new FolderStatus(
                    validity,
                    codes.getOrDefault("UIDNEXT", 0L),
                    exists,
                    new ModSeq(codes.getOrDefault("HIGHESTMODSEQ", 0L)),
                    objectId,
                    validity.equals(known) && !unclear ? new FolderStatus.Changes(flags, gone) : null);
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("The server's answer to EXAMINE makes no sense: " + e.getMessage(), e);
        }
    }
}
