package org.holdfast.sync;

import java.time.Instant;

/**
 * A folder as it is stored, with its watermark.
 *
 * @param state null before its first complete pass
 */
record KnownFolder(long id, long mailboxId, long accountId, String wireName, String name, Watermark state) {

    /**
     * Up to where a folder is stored.
     *
     * @param filledFrom how far back; null: without limit
     * @param originals messages at the provider then
     * @param suspects digest of the UIDs that seemed to vanish in a mass the last time; null if none
     */
    @SuppressWarnings("ArrayRecordComponent") // compared with Arrays.equals where needed
    record Watermark(
            UidValidity uidValidity,
            long uidNext,
            ModSeq modSeq,
            Instant filledFrom,
            long originals,
            byte[] suspects) {}
}
