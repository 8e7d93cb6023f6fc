package org.holdfast.message;

import java.util.Optional;

/**
 * A part of a message that has content of its own.
 *
 * @param path its place, such as 2.1, counted from 1 as IMAP does; 1 where there is only one
 * @param mediaType as the message says, lower-case, such as application/pdf
 * @param fileName as the message says, decoded; never a path
 * @param attachment whether the message calls it one
 * @param size of the decoded content in bytes
 */
public record MessagePart(String path, String mediaType, Optional<String> fileName, boolean attachment, long size) {}
