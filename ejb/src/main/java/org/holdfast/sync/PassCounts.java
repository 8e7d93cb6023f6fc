package org.holdfast.sync;

/**
 * What a piece of a pass did; {@code asked = stored + vanished + quarantined}.
 *
 * @param asked originals asked for and settled
 * @param moved copies that went with their originals to another number or folder, without their content fetched
 * @param bytes of content stored
 */
record PassCounts(
        long asked, long stored, long vanished, long quarantined, long moved, long removed, long flagged, long bytes) {

    static final PassCounts NONE = new PassCounts(0, 0, 0, 0, 0, 0, 0, 0);

    PassCounts {
        if (asked != stored + vanished + quarantined) {
            throw new IllegalStateException(asked + " originals asked for, but " + stored + " stored, " + vanished
                    + " vanished and " + quarantined + " quarantined");
        }
    }

    static PassCounts ofStored(long stored, long bytes) {
        return new PassCounts(stored, stored, 0, 0, 0, 0, 0, bytes);
    }

    static PassCounts ofVanished(long vanished) {
        return new PassCounts(vanished, 0, vanished, 0, 0, 0, 0, 0);
    }

    static PassCounts ofQuarantined(long quarantined) {
        return new PassCounts(quarantined, 0, 0, quarantined, 0, 0, 0, 0);
    }

    static PassCounts ofMoved(long moved) {
        return new PassCounts(0, 0, 0, 0, moved, 0, 0, 0);
    }

    static PassCounts ofRemoved(long removed) {
        return new PassCounts(0, 0, 0, 0, 0, removed, 0, 0);
    }

    static PassCounts ofFlagged(long flagged) {
        return new PassCounts(0, 0, 0, 0, 0, 0, flagged, 0);
    }
}
