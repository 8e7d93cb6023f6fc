package org.holdfast.retention;

/**
 * What leaves, and what would leave by its clock but stays.
 *
 * @param key the day (ISO-8601), the plan's code or the account's id
 * @param label how people call it
 */
public record RemovalLine(
        String key, String label, long leaving, long leavingBytes, long keptBound, long keptHeld, long keptInGrace) {

    public long kept() {
        return keptBound + keptHeld + keptInGrace;
    }
}
