package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and a server of this machine, and ends the connection behind a byte of the server's. */
final class ByteCutProxy implements AutoCloseable {

    final AtomicLong passed = new AtomicLong();
    private final ServerSocket entrance;
    private final int port;
    private volatile long most = Long.MAX_VALUE;

    ByteCutProxy(int port) throws IOException {
        this.port = port;
        entrance = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    /** From now on so many bytes of the server come through, over all connections. */
    void allow(long bytes) {
        passed.set(0);
        most = bytes;
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                thread(() -> pass(client, server, false));
                thread(() -> pass(server, client, true));
            } catch (IOException e) {
                // closed: the test is over
            }
        }
    }

    private void pass(Socket from, Socket to, boolean counted) {
        byte[] buffer = new byte[8_192];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                long before = counted ? passed.getAndAdd(read) : 0;
                int allowed = counted ? (int) Math.max(0, Math.min(read, most - before)) : read;
                out.write(buffer, 0, allowed);
                out.flush();
                if (allowed < read) {
                    return;
                }
            }
        } catch (IOException e) {
            // one side has gone: so goes the other
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "cut-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
    }
}
