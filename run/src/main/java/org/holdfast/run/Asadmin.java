package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The administration command of one Payara Server. */
final class Asadmin {

    private static final int PATIENCE_MINUTES = 5;

    private final Path installation;
    private final int port;

    Asadmin(Path installation, int port) {
        this.installation = installation;
        this.port = port;
    }

    /**
     * Runs a subcommand to its end.
     *
     * @return what it printed
     * @throws IllegalStateException if it fails or does not end; the message has what it printed
     */
    String run(String... subcommand) {
        List<String> command = new ArrayList<>(List.of(
                ServerProcess.java(),
                "-jar",
                installation.resolve("glassfish/lib/client/appserver-cli.jar").toString(),
                "--interactive=false",
                "--port",
                Integer.toString(port)));
        command.addAll(List.of(subcommand));
        try {
            // A file and no pipe: the server that start-domain leaves behind would keep a pipe open.
            Path output = Files.createTempFile("asadmin", ".out");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
            String printed = Files.readString(output);
            Files.delete(output);
            // 0: done; 4: done, with a warning.
            if (!ended || (process.exitValue() != 0 && process.exitValue() != 4)) {
                process.destroyForcibly();
                throw new IllegalStateException("asadmin " + String.join(" ", subcommand) + " failed: " + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException("asadmin cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asadmin ran " + subcommand[0], e);
        }
    }
}
