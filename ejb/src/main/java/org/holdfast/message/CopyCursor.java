package org.holdfast.message;

import java.time.Instant;
import java.util.Objects;

/**
 * Where a page of copies ended: the next one begins with what is older.
 *
 * @param clock and id: of the last copy of the page
 */
public record CopyCursor(Instant clock, long id) {

    public CopyCursor {
        Objects.requireNonNull(clock);
    }

    /** Behind this copy. */
    public static CopyCursor after(Copy copy) {
        return new CopyCursor(copy.clock(), copy.id());
    }
}
