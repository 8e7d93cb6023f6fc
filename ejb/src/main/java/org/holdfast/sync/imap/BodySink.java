package org.holdfast.sync.imap;

import java.io.IOException;
import org.holdfast.sync.failure.ProviderFailure;

/** Takes the originals of several pipelined batches, in the order in which they were asked for. */
public interface BodySink {

    /** Whether the next batch may still be asked for; asked before each. */
    boolean mayAsk(int batch) throws IOException;

    /** One original of the batch; a server may send them in any order. */
    void take(int batch, Original original) throws IOException;

    /**
     * The server has answered the batch.
     *
     * @param refusal why not all of it was given; null if the server says it was
     */
    void end(int batch, ProviderFailure refusal) throws IOException;
}
