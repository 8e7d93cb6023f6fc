package org.holdfast.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Payara Micro as a process with the application's WAR, its data source {@code jdbc/holdfast} and the
 * batch job repository on PostgreSQL.
 */
public final class PayaraMicro implements ApplicationServer {

    /** One line a record, and without what Hibernate repeats for each attribute. */
    private static final List<String> LOGGING = List.of(
            "handlers=java.util.logging.ConsoleHandler",
            "java.util.logging.ConsoleHandler.level=FINE",
            "java.util.logging.ConsoleHandler.formatter=java.util.logging.SimpleFormatter",
            "java.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n",
            ".level=INFO",
            "com.hazelcast.level=WARNING",
            "jakarta.enterprise.ejb.container.level=WARNING",
            "javax.enterprise.system.tools.deployment.dol.level=WARNING",
            "javax.enterprise.system.tools.deployment.common.level=WARNING",
            "javax.enterprise.system.security.ssl.level=SEVERE",
            "fish.payara.nucleus.util.level=WARNING",
            "org.glassfish.admin.mbeanserver.level=WARNING",
            "org.hibernate.orm.incubating.level=SEVERE",
            "org.hibernate.orm.deprecation.level=SEVERE");

    private static final String BOOTED = "Payara Micro URLs:";

    private final ServerProcess process;
    private final URI url;

    private PayaraMicro(ServerProcess process, URI url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Starts the server and waits until the application answers.
     *
     * @throws IllegalStateException when the WAR is missing, the port is taken, the server ends or the
     *     application does not deploy; the message has the end of the log
     */
    public static PayaraMicro start(Launch launch) {
        Path war = launch.archive();
        int port = launch.httpPort();
        try {
            Path work = launch.workFolder();
            List<String> command = command(launch, war, work, port);
            PayaraMicro server = new PayaraMicro(
                    ServerProcess.start("Payara Micro", command, work.resolve("server.log")),
                    URI.create("http://127.0.0.1:" + port + CONTEXT_ROOT));
            launch.awaitAnswer(server, server::problem);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("Payara Micro has no folder to work in: " + e.getMessage(), e);
        }
    }

    @Override
    public URI url() {
        return url;
    }

    @Override
    public String logged() {
        return process.logged();
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }

    private static List<String> command(Launch launch, Path war, Path work, int port) throws IOException {
        Path temporary = Folders.empty(work.resolve("tmp"));
        List<String> command =
                new ArrayList<>(List.of(ServerProcess.java(), launch.heapOption(), "-Djava.io.tmpdir=" + temporary));
        command.addAll(launch.jvmOptions());
        command.addAll(List.of("-jar", ServerFiles.get("payara-micro.jar").toString()));
        command.addAll(List.of("--nocluster", "--nohostaware", "--disablephonehome"));
        command.addAll(
                List.of("--rootdir", Folders.empty(work.resolve("root")).toString(), "--port", Integer.toString(port)));
        command.addAll(List.of("--addlibs", ServerFiles.get("postgresql.jar").toString()));
        Path logging = Launch.write(work.resolve("logging.properties"), LOGGING);
        command.addAll(List.of("--logproperties", logging.toString()));
        Path preboot = Launch.write(work.resolve("preboot.asadmin"), launch.payaraCommands("http-listener"));
        command.addAll(List.of("--prebootcommandfile", preboot.toString()));
        command.addAll(List.of("--contextroot", CONTEXT_ROOT, "--deploy", war.toString()));
        return command;
    }

    /** A failed deployment leaves the server running, without the application. */
    private Optional<IllegalStateException> problem() {
        if (!process.isAlive()) {
            return Optional.of(process.failure("Payara Micro ended while it started."));
        }
        String logged = logged();
        int booted = logged.indexOf(BOOTED);
        if (booted >= 0 && logged.contains(" ready in ") && logged.indexOf(CONTEXT_ROOT, booted) < 0) {
            return Optional.of(process.failure("The application did not deploy."));
        }
        return Optional.empty();
    }
}
