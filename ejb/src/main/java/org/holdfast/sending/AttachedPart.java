package org.holdfast.sending;

/**
 * A file in a message.
 *
 * @param type its media type
 * @param content not copied, since it may be large
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AttachedPart(String name, String type, byte[] content) {}
