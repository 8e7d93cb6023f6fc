package org.holdfast.sync;

import java.time.Instant;

/**
 * A folder as it is stored, with its watermark.
 *
 * @param state null before its first complete pass
 * @param care what the next pass owes it
 */
record KnownFolder(long id, long mailboxId, long accountId, String wireName, String name, Watermark state, Care care) {

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

    /**
     * What a pass looks at beside news.
     *
     * @param doubt why the numbers known here may mean other originals; null: they do not
     * @param lookAgain whether somebody asked to look through the whole window
     * @param auditedAt when all UIDs were compared the last time; null: never
     * @param retriesDue whether originals that were given up shall be asked for again
     */
    record Care(String doubt, boolean lookAgain, Instant auditedAt, boolean retriesDue) {}
}
