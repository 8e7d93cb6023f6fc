package org.holdfast.sending;

import java.util.List;

/**
 * A message as it goes out, the same in every try.
 *
 * @param messageId as it stands in the header, with its angle brackets
 * @param raw its content; empty once it was sent and filed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Outgoing(long id, long mailboxId, String messageId, String sender, List<String> recipients, byte[] raw) {}
