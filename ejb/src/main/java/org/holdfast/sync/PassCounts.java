package org.holdfast.sync;

/**
 * What a piece of a pass did; {@code asked = stored + vanished + quarantined + blocked}.
 *
 * @param asked originals asked for and settled
 * @param moved copies that went with their originals to another number or folder, without their content fetched
 * @param bytes of content stored
 * @param blocked kept out because their senders are blocked
 */
record PassCounts(
        long asked,
        long stored,
        long vanished,
        long quarantined,
        long moved,
        long removed,
        long flagged,
        long bytes,
        long blocked) {

    static final PassCounts NONE = new PassCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    PassCounts {
        if (asked != stored + vanished + quarantined + blocked) {
            throw new IllegalStateException(asked + " originals asked for, but " + stored + " stored, " + vanished
                    + " vanished, " + quarantined + " quarantined and " + blocked + " blocked");
        }
    }

    static PassCounts ofStored(long stored, long bytes) {
        return new PassCounts(stored, stored, 0, 0, 0, 0, 0, bytes, 0);
    }

    static PassCounts ofVanished(long vanished) {
        return new PassCounts(vanished, 0, vanished, 0, 0, 0, 0, 0, 0);
    }

    static PassCounts ofQuarantined(long quarantined) {
        return new PassCounts(quarantined, 0, 0, quarantined, 0, 0, 0, 0, 0);
    }

    static PassCounts ofBlocked(long blocked) {
        return new PassCounts(blocked, 0, 0, 0, 0, 0, 0, 0, blocked);
    }

    /** These and others of the same piece, kept out. */
    PassCounts andBlocked(long more) {
        return new PassCounts(
                asked + more, stored, vanished, quarantined, moved, removed, flagged, bytes, blocked + more);
    }

    static PassCounts ofMoved(long moved) {
        return new PassCounts(0, 0, 0, 0, moved, 0, 0, 0, 0);
    }

    static PassCounts ofRemoved(long removed) {
        return new PassCounts(0, 0, 0, 0, 0, removed, 0, 0, 0);
    }

    static PassCounts ofFlagged(long flagged) {
        return new PassCounts(0, 0, 0, 0, 0, 0, flagged, 0, 0);
    }
}
