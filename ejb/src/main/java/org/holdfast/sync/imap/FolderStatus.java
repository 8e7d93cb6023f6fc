package org.holdfast.sync.imap;

import java.util.Map;
import org.holdfast.message.Flags;
import org.holdfast.sync.ModSeq;
import org.holdfast.sync.UidSet;
import org.holdfast.sync.UidValidity;

/**
 * A folder when it was opened.
 *
 * @param uidNext the UID that the next message gets; 0 where the server does not say
 * @param exists how many messages it has
 * @param modSeq {@link ModSeq#NONE} where the server knows none
 * @param objectId MAILBOXID of RFC 8474, which stays when the folder is renamed; null where the server has none
 * @param changes what changed since the state given at opening; null where the server cannot tell
 */
public record FolderStatus(
        UidValidity uidValidity, long uidNext, long exists, ModSeq modSeq, String objectId, Changes changes) {

    /**
     * Changes that a server with QRESYNC reports by itself.
     *
     * @param flags by UID
     * @param vanished may hold UIDs that were never seen here
     */
    public record Changes(Map<Long, Flags> flags, UidSet vanished) {}
}
