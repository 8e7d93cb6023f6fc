package org.holdfast.sync.imap;

import java.io.IOException;
import java.net.Socket;
import org.holdfast.sync.failure.ConnectionLost;

/**
 * Holds the connection that a thread waits on, from before it is made, so that another thread can end it: in the
 * middle of a connect, a login, or an answer of any size.
 */
public final class Tether {

    private Socket socket;
    private boolean cut;

    synchronized void hold(Socket connection) throws ConnectionLost {
        if (cut) {
            throw new ConnectionLost("The connection was ended from outside");
        }
        socket = connection;
    }

    /** Closes the connection at once, and lets no other be made. */
    public void cut() {
        Socket open;
        synchronized (this) {
            cut = true;
            open = socket;
        }
        if (open != null) {
            close(open);
        }
    }

    private static void close(Socket open) {
        try {
            open.close();
        } catch (IOException e) {
            // nothing more can be said on it either way
        }
    }
}
