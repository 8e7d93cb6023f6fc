package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What to start on an application server, and how. */
public final class Launch {

    private final Path archive;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private LocalPostgres postgres;
    private String database;
    private Path folder;
    private int port;
    private int heap = 768;
    private String health = "/api/v1/health";
    private Duration patience = Duration.ofMinutes(5);

    private Launch(Path archive) {
        this.archive = archive;
    }

    /** Begins to describe how a WAR or EAR is started. */
    public static Launch of(Path archive) {
        return new Launch(archive);
    }

    /** The database of the application, which exists already. */
    public Launch database(LocalPostgres server, String name) {
        postgres = server;
        database = name;
        return this;
    }

    /** The HTTP port; 0, the default: any free one. */
    public Launch port(int number) {
        port = number;
        return this;
    }

    /** The most heap of Payara Micro, in megabytes. */
    public Launch heap(int megabytes) {
        heap = megabytes;
        return this;
    }

    /** A system property of the server, such as {@code holdfast.mail.allow}. */
    public Launch setting(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Where log, configuration and temporary files go; by default a new temporary folder. */
    public Launch folder(Path path) {
        folder = path;
        return this;
    }

    /** The path below the context root that answers 200 when the application is up. */
    public Launch health(String path) {
        health = path;
        return this;
    }

    /** How long to wait for the first answer. */
    public Launch patience(Duration duration) {
        patience = duration;
        return this;
    }

    Path archive() {
        if (!Files.isRegularFile(archive)) {
            throw new IllegalStateException("No " + archive.toAbsolutePath() + ": build it first (mvn package)");
        }
        return archive.toAbsolutePath();
    }

    int httpPort() {
        int number = port == 0 ? FreePort.any() : port;
        FreePort.require(number, "Stop what listens there or choose another port.");
        return number;
    }

    Path workFolder() throws IOException {
        return folder == null
                ? Files.createTempDirectory("holdfast-server")
                : Files.createDirectories(folder).toAbsolutePath();
    }

    String heapOption() {
        return "-Xmx" + heap + "m";
    }

    /** The settings as options of the JVM. */
    List<String> jvmOptions() {
        List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"));
        settings.forEach((key, value) -> options.add("-D" + key + "=" + value));
        return options;
    }

    /**
     * What Payara Micro and Payara Server are told alike, all of it before they boot: the batch runtime
     * takes its data source when it is first asked, and the default one breaks every chunk. The pool
     * insists on some password.
     *
     * @param listener the name of its HTTP listener
     */
    List<String> payaraCommands(String listener) {
        String config = "set configs.config.server-config.";
        return List.of(
                "create-jdbc-connection-pool --datasourceclassname=org.postgresql.ds.PGSimpleDataSource"
                        + " --restype=javax.sql.DataSource --steadypoolsize=4 --maxpoolsize=64"
                        + " --property=user=postgres:password=trust:serverName=127.0.0.1:portNumber="
                        + postgres.port() + ":databaseName=" + database + " HoldfastPool",
                "create-jdbc-resource --connectionpoolid=HoldfastPool jdbc/holdfast",
                config + "batch-runtime-configuration.data-source-lookup-name=jdbc/holdfast",
                config + "network-config.network-listeners.network-listener." + listener + ".address=127.0.0.1",
                // One node: the data grid would listen on every address, whatever --interfaces says.
                config + "hazelcast-config-specific-configuration.enabled=false");
    }

    /**
     * Waits until the application answers; the server is closed when it does not.
     *
     * @param problem a failure that shows already, while there is no answer
     */
    void awaitAnswer(ApplicationServer server, Supplier<Optional<IllegalStateException>> problem) {
        HttpProbe probe = new HttpProbe();
        URI address = URI.create(server.url() + health);
        long until = System.nanoTime() + patience.toNanos();
        try {
            while (probe.status(address) != 200) {
                Optional<IllegalStateException> failure = problem.get();
                if (failure.isPresent()) {
                    throw failure.get();
                }
                if (System.nanoTime() > until) {
                    throw new IllegalStateException(address + " did not answer 200 within " + patience.toSeconds()
                            + " s. The last lines of the log:\n" + ServerProcess.end(server.logged()));
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } catch (InterruptedException e) {
            server.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the server started", e);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    static Path write(Path file, List<String> lines) {
        try {
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
