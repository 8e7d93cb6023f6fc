package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds and checks TCP ports on the loopback address. */
public final class FreePort {

    private FreePort() {}

    /** A port that was free a moment ago. */
    public static int any() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on the loopback address", e);
        }
    }

    /** Whether a port can be listened on now. */
    public static boolean isFree(int port) {
        try {
            require(port, "");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /**
     * Checks that a port can be listened on.
     *
     * @param remedy what the person can do otherwise, as a sentence
     * @throws IllegalStateException when something listens there already, or the port is not ours to use
     */
    public static void require(int port, String remedy) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Port " + port + " on 127.0.0.1 is taken (" + e.getMessage() + "). " + remedy, e);
        }
    }
}
