package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The full Payara Server with the application's EAR, in a domain of its own that begins as a copy of the
 * distribution's; set up by asadmin as an administrator would.
 */
public final class PayaraServer implements ApplicationServer {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
    private static final String DOMAIN = "domain1";

    private final Asadmin asadmin;
    private final Path domain;
    private final URI url;
    private final Thread atExit;

    private PayaraServer(Asadmin asadmin, Path domain, URI url) {
        this.asadmin = asadmin;
        this.domain = domain;
        this.url = url;
        this.atExit = new Thread(this::end, "stop Payara Server");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts the server, deploys the EAR and waits until the application answers.
     *
     * @param installation the unpacked distribution, folder {@code payara6}; it is not changed
     * @throws IllegalStateException when the EAR is missing, the port is taken, or a step fails; the
     *     message has what the server said
     */
    public static PayaraServer start(Path installation, Launch launch) {
        Path ear = launch.archive();
        int http = launch.httpPort();
        int admin = FreePort.any();
        try {
            Path domains = Folders.empty(launch.workFolder().resolve("domains"));
            Path domain = domains.resolve(DOMAIN);
            copy(installation.resolve("glassfish/domains").resolve(DOMAIN), domain);
            Files.copy(ServerFiles.get("postgresql.jar"), domain.resolve("lib/postgresql.jar"));
            PayaraDomain.prepare(domain.resolve("config/domain.xml"), http, admin, launch.jvmOptions());
            Asadmin asadmin = new Asadmin(installation, admin);
            PayaraServer server =
                    new PayaraServer(asadmin, domain, URI.create("http://127.0.0.1:" + http + CONTEXT_ROOT));
            server.boot(domains, launch, ear);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("The domain of Payara Server cannot be made: " + e.getMessage(), e);
        }
    }

    @Override
    public URI url() {
        return url;
    }

    @Override
    public String logged() {
        Path log = domain.resolve("logs/server.log");
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("The log cannot be read: " + log, e);
        }
    }

    @Override
    public long pid() {
        return process()
                .orElseThrow(() -> new IllegalStateException("Payara Server does not run"))
                .pid();
    }

    @Override
    public void kill() {
        process().ifPresent(PayaraServer::destroy);
        forget();
    }

    @Override
    public void close() {
        end();
        forget();
    }

    private void boot(Path domains, Launch launch, Path ear) {
        Path preboot = Launch.write(domains.resolve("preboot.asadmin"), launch.payaraCommands("http-listener-1"));
        try {
            asadmin.run(
                    "start-domain",
                    "--domaindir",
                    domains.toString(),
                    "--prebootcommandfile",
                    preboot.toString(),
                    DOMAIN);
            asadmin.run("deploy", "--name", "holdfast", ear.toString());
        } catch (IllegalStateException e) {
            String logged = ServerProcess.end(logged());
            close();
            throw new IllegalStateException(e.getMessage() + "\nThe last lines of the log:\n" + logged, e);
        }
        launch.awaitAnswer(this, Optional::empty);
    }

    private void end() {
        Optional<ProcessHandle> running = process();
        if (running.isEmpty()) {
            return;
        }
        try {
            asadmin.run("stop-domain", "--domaindir", domain.getParent().toString(), "--kill=true", DOMAIN);
            running.get().onExit().get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            destroy(running.get());
        }
    }

    /** The server's own file says which process it is; without one it does not run. */
    private Optional<ProcessHandle> process() {
        Path pid = domain.resolve("config/pid");
        try {
            return Files.exists(pid)
                    ? ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(pid + " cannot be read", e);
        }
    }

    private static void destroy(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending; the hook runs, and finds the server stopped.
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            if (!Files.isDirectory(target)) {
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
