package org.holdfast.run.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.holdfast.run.ApplicationServer;
import org.holdfast.run.FirstRunToken;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.PayaraMicro;
import org.holdfast.run.PayaraServer;

/**
 * The one application server of this test run, with its database. Tests that Arquillian has deployed
 * reach it by {@link #current()}; it ends with the run.
 */
public final class RunningHoldfast implements AutoCloseable {

    /** The first administrator's address. */
    public static final String ADMINISTRATOR = "administrator@holdfast.example";

    /** The first administrator's password. */
    public static final String PASSWORD = "long enough for a test 7";

    private static final String DATABASE = "holdfast";
    /** Where the full server is unpacked; an EAR runs on it. */
    private static final String INSTALLATION = "holdfast.payara.server";

    private static final Set<String> NOT_SETTINGS =
            Set.of("holdfast.servers", "holdfast.shared", "holdfast.archive", INSTALLATION);
    private static RunningHoldfast current;

    private final LocalPostgres postgres;
    private final ApplicationServer server;
    private HoldfastApi administrator;

    private RunningHoldfast(LocalPostgres postgres, ApplicationServer server) {
        this.postgres = postgres;
        this.server = server;
    }

    /** The server of this test run. */
    public static synchronized RunningHoldfast current() {
        if (current == null) {
            throw new IllegalStateException("Nothing is deployed: let the test extend PackagedApplication");
        }
        return current;
    }

    /** Starts a WAR on Payara Micro or an EAR on Payara Server, unless it runs already. */
    static synchronized RunningHoldfast start(Path archive) throws IOException {
        if (current == null) {
            current = launch(archive);
        }
        return current;
    }

    private static RunningHoldfast launch(Path archive) throws IOException {
        LocalPostgres postgres = LocalPostgres.start();
        try {
            postgres.createDatabase(DATABASE, "template1");
            Path work = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "server");
            Launch launch = Launch.of(archive)
                    .database(postgres, DATABASE)
                    .folder(work)
                    .setting("holdfast.mail.allow", "127.0.0.1")
                    .setting("holdfast.webhook.allow", "127.0.0.1")
                    .setting("holdfast.purge.at", "off")
                    .setting(
                            "holdfast.keyset",
                            work.resolve("keyset.json").toAbsolutePath().toString());
            System.getProperties().stringPropertyNames().stream()
                    .filter(key -> key.startsWith("holdfast.") && !NOT_SETTINGS.contains(key))
                    .forEach(key -> launch.setting(key, System.getProperty(key)));
            ApplicationServer server = archive.toString().endsWith(".ear")
                    ? PayaraServer.start(Path.of(System.getProperty(INSTALLATION)), launch)
                    : PayaraMicro.start(launch);
            return new RunningHoldfast(postgres, server);
        } catch (RuntimeException | IOException e) {
            postgres.close();
            throw e;
        }
    }

    /** Where the application is, without a slash at the end. */
    public URI url() {
        return server.url();
    }

    public ApplicationServer server() {
        return server;
    }

    /** The API with the token of the first administrator, who is made when first asked for. */
    public synchronized HoldfastApi administrator() {
        if (administrator == null) {
            administrator = new HoldfastApi(url()).setUp(FirstRunToken.in(server.logged()), ADMINISTRATOR, PASSWORD);
        }
        return administrator;
    }

    /** The database of the application, to look and not to change. */
    public javax.sql.DataSource database() {
        return postgres.database(DATABASE);
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            postgres.close();
        }
    }

    static synchronized void stop() {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
