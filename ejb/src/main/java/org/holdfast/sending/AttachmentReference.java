package org.holdfast.sending;

import java.util.Optional;

/**
 * A file that a message takes along: what was uploaded, or a part of a copy, or a whole copy.
 *
 * @param uploadId of an upload
 * @param copyId of a copy
 * @param part its number as in IMAP, such as 2.1; empty: the whole message as a file
 * @param name another name than it has
 */
public record AttachmentReference(
        Optional<Long> uploadId, Optional<Long> copyId, Optional<String> part, Optional<String> name) {}
