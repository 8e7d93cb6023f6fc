package org.holdfast.sync;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Between a client and a real server: ends a connection, once, at a line of the client (which then never
 * reaches the server) or at a line of the server (which then has done what was asked, and nobody knows).
 */
final class CutProxy implements AutoCloseable {

    final List<String> fromClient = new CopyOnWriteArrayList<>();
    volatile Predicate<String> cutBefore = line -> false;
    volatile Predicate<String> cutAnswer = line -> false;

    /** How often it was cut. */
    final AtomicInteger cuts = new AtomicInteger();

    private final ServerSocket server;
    private final int target;

    CutProxy(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket provider = new Socket(InetAddress.getLoopbackAddress(), target);
                start(() -> copy(client, provider, true));
                start(() -> copy(provider, client, false));
            } catch (IOException e) {
                // the test is over
            }
        }
    }

    private void copy(Socket from, Socket to, boolean client) {
        try (from;
                to) {
            InputStream in = new java.io.BufferedInputStream(from.getInputStream());
            OutputStream out = to.getOutputStream();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                line.write(b);
                if (b == '\n') {
                    String text = line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
                    if (client) {
                        fromClient.add(text);
                    }
                    if ((client ? cutBefore : cutAnswer).test(text)) {
                        cuts.incrementAndGet();
                        cutBefore = any -> false;
                        cutAnswer = any -> false;
                        return;
                    }
                    out.write(line.toByteArray());
                    out.flush();
                    line.reset();
                }
            }
        } catch (IOException e) {
            // the other side has gone
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
