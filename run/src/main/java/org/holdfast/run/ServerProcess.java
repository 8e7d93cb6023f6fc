package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server as a child process that writes to a log file and does not outlive this JVM. */
final class ServerProcess implements AutoCloseable {

    private static final int LAST_LINES = 50;

    private final String name;
    private final Path log;
    private final Process process;
    private final Thread atExit;

    private ServerProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.atExit = new Thread(this::end, "stop " + name);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts a command; what it prints goes to the log file, which begins empty. */
    static ServerProcess start(String name, List<String> command, Path log) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.PIPE)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            return new ServerProcess(name, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " did not start: " + e.getMessage(), e);
        }
    }

    /** The Java that runs this JVM. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** What was logged so far. */
    String logged() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The log of " + name + " cannot be read: " + log, e);
        }
    }

    /** A failure that shows why: the sentence, where the log is, and its end. */
    IllegalStateException failure(String sentence) {
        return new IllegalStateException(sentence + "\nThe last lines of its log (" + log + "):\n" + end(logged()));
    }

    /** The last lines of a log, without stack frames. */
    static String end(String logged) {
        List<String> lines = logged.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("\tat ") && !line.startsWith("\t... "))
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    /** Ends the process without letting it clean up, as a power cut would; for fault tests. */
    void kill() {
        process.destroyForcibly();
        await(Duration.ofSeconds(20));
        forget();
    }

    /** Asks the process to end, and makes it end after 30 seconds. */
    @Override
    public void close() {
        end();
        forget();
    }

    private void end() {
        process.destroy();
        if (!await(Duration.ofSeconds(30))) {
            process.destroyForcibly();
            await(Duration.ofSeconds(10));
        }
    }

    private boolean await(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending; the hook runs, and finds the process ended.
        }
    }
}
