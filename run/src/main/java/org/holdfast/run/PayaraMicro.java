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
import java.util.concurrent.TimeUnit;

/**
 * Payara Micro as a process on 127.0.0.1 with the application's WAR, its data source {@code
 * jdbc/holdfast} and the batch job repository on PostgreSQL. Nothing of it listens elsewhere.
 */
public final class PayaraMicro implements AutoCloseable {

    private static final String CONTEXT_ROOT = "/holdfast";

    private final ServerProcess process;
    private final URI url;
    private final Path log;

    private PayaraMicro(ServerProcess process, URI url, Path log) {
        this.process = process;
        this.url = url;
        this.log = log;
    }

    /** Begins to describe a server for a WAR. */
    public static Launch deploying(Path war) {
        return new Launch(war);
    }

    /** Where the application is, without a slash at the end. */
    public URI url() {
        return url;
    }

    public Path log() {
        return log;
    }

    /** What the server logged so far. */
    public String logged() {
        return process.logged();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the server at once, as a power cut would; for fault tests. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }

    /** What to start, and how. */
    public static final class Launch {

        private final Path war;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private LocalPostgres postgres;
        private String database;
        private Path folder;
        private int port;
        private String health = "/api/v1/health";
        private Duration patience = Duration.ofMinutes(4);

        private Launch(Path war) {
            this.war = war;
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

        /**
         * Starts the server and waits until the application answers.
         *
         * @throws IllegalStateException when the WAR is missing, the port is taken, the server ends or the
         *     application does not deploy; the message has the end of the log
         */
        public PayaraMicro start() {
            if (!Files.isRegularFile(war)) {
                throw new IllegalStateException("No " + war + ": build it first (mvn package)");
            }
            int http = port == 0 ? FreePort.any() : port;
            FreePort.require(http, "Stop what listens there or choose another port.");
            try {
                Path work = folder == null ? Files.createTempDirectory("holdfast-micro") : folder.toAbsolutePath();
                Files.createDirectories(work.resolve("tmp"));
                Path log = work.resolve("server.log");
                ServerProcess process = ServerProcess.start("Payara Micro", command(work, http), log);
                PayaraMicro server =
                        new PayaraMicro(process, URI.create("http://127.0.0.1:" + http + CONTEXT_ROOT), log);
                awaitAnswer(server);
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException("Payara Micro has no folder to work in: " + e.getMessage(), e);
            }
        }

        private List<String> command(Path work, int http) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    ServerProcess.java(),
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx768m",
                    "-Dfile.encoding=UTF-8",
                    "-Djava.io.tmpdir=" + work.resolve("tmp")));
            settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
            command.addAll(List.of(
                    "-jar",
                    ServerFiles.get("payara-micro.jar").toString(),
                    "--nocluster",
                    "--nohostaware",
                    "--disablephonehome",
                    "--rootdir",
                    work.resolve("root").toString(),
                    "--port",
                    Integer.toString(http),
                    "--addlibs",
                    ServerFiles.get("postgresql.jar").toString(),
                    "--logproperties",
                    Files.writeString(work.resolve("logging.properties"), PayaraFiles.logging())
                            .toString(),
                    "--prebootcommandfile",
                    Files.write(work.resolve("preboot.asadmin"), preboot()).toString(),
                    "--contextroot",
                    CONTEXT_ROOT,
                    "--deploy",
                    war.toAbsolutePath().toString()));
            return command;
        }

        /** All of it before boot: the batch runtime takes its data source when it is first asked for. */
        private List<String> preboot() {
            List<String> commands = new ArrayList<>();
            commands.addAll(PayaraFiles.dataSource(postgres, database));
            String config = "set configs.config.server-config.";
            commands.add(config + "batch-runtime-configuration.data-source-lookup-name=jdbc/holdfast");
            commands.add(config + "network-config.network-listeners.network-listener.http-listener.address=127.0.0.1");
            // One node: the data grid would listen on every address, whatever --interfaces says.
            commands.add(config + "hazelcast-config-specific-configuration.enabled=false");
            return commands;
        }

        private void awaitAnswer(PayaraMicro server) {
            HttpProbe probe = new HttpProbe();
            URI address = URI.create(server.url + health);
            long until = System.nanoTime() + patience.toNanos();
            try {
                while (probe.status(address) != 200) {
                    if (!server.process.isAlive()) {
                        throw server.process.failure("Payara Micro ended while it started.");
                    }
                    if (server.process.logged().contains("Payara Micro URLs:") && !deployed(server)) {
                        throw server.process.failure("The application did not deploy.");
                    }
                    if (System.nanoTime() > until) {
                        throw server.process.failure(
                                address + " did not answer 200 within " + patience.toSeconds() + " s.");
                    }
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            } catch (InterruptedException e) {
                server.close();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while Payara Micro started", e);
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
        }

        private static boolean deployed(PayaraMicro server) {
            String logged = server.process.logged();
            return logged.indexOf(CONTEXT_ROOT, logged.indexOf("Payara Micro URLs:")) > 0;
        }
    }
}
