package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A long way between a client and a server of this machine: every byte arrives later, none more slowly. */
final class DelayProxy implements AutoCloseable {

    private static final Chunk END = new Chunk(new byte[0], 0);

    private final ServerSocket entrance;
    private final int port;
    private final long nanos;

    /** Half of the round trip each way. */
    DelayProxy(int port, int roundTripMillis) throws IOException {
        this.port = port;
        nanos = TimeUnit.MILLISECONDS.toNanos(roundTripMillis) / 2;
        entrance = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                pass(client, server);
                pass(server, client);
            } catch (IOException e) {
                // closed: the bench is over
            }
        }
    }

    private void pass(Socket from, Socket to) {
        // As much as a wide line holds: 4,000 chunks.
        BlockingQueue<Chunk> way = new LinkedBlockingQueue<>(4_000);
        thread(() -> enter(from, way));
        thread(() -> leave(way, from, to));
    }

    private void enter(Socket from, BlockingQueue<Chunk> way) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                way.put(new Chunk(Arrays.copyOf(buffer, read), System.nanoTime() + nanos));
            }
            way.put(END);
        } catch (IOException e) {
            way.offer(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void leave(BlockingQueue<Chunk> way, Socket from, Socket to) {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            for (Chunk chunk = way.take(); chunk.bytes().length > 0; chunk = way.take()) {
                long wait = chunk.at() - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                out.write(chunk.bytes());
                out.flush();
            }
        } catch (IOException e) {
            // one side has gone: so goes the other
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "delay-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Chunk(byte[] bytes, long at) {}
}
