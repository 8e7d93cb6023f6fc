package org.holdfast.run.demo;

import java.time.Instant;
import java.util.List;

/**
 * A message that the demonstration puts into a mailbox at the provider.
 *
 * @param folder in the wire's form
 * @param received becomes INTERNALDATE
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Letter(String folder, List<String> flags, Instant received, byte[] message) {}
