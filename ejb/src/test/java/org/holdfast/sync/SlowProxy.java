package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and a server of this machine, and lets the server's bytes through slowly. */
final class SlowProxy implements AutoCloseable {

    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket entrance;
    private final int port;
    private final int bytesPerSecond;

    SlowProxy(int port, int bytesPerSecond) throws IOException {
        this.port = port;
        this.bytesPerSecond = bytesPerSecond;
        entrance = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                connections.incrementAndGet();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                thread(() -> pass(client, server, Integer.MAX_VALUE));
                thread(() -> pass(server, client, bytesPerSecond));
            } catch (IOException e) {
                // closed: the test is over
            }
        }
    }

    private static void pass(Socket from, Socket to, int bytesPerSecond) {
        byte[] buffer = new byte[Math.max(1, Math.min(8_192, bytesPerSecond / 10))];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                out.flush();
                Thread.sleep(read * 1_000L / bytesPerSecond);
            }
        } catch (IOException | InterruptedException e) {
            // one side has gone: so goes the other
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "slow-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
    }
}
