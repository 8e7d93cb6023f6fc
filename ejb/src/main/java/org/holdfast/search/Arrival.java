package org.holdfast.search;

import java.time.Instant;
import org.holdfast.message.Gist;
import org.holdfast.message.Head;

/**
 * A copy that gets its entry.
 *
 * @param clock the copy's
 */
public record Arrival(long copyId, Instant clock, Head head, Gist gist) {}
