package org.holdfast.run;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL on 127.0.0.1, its binaries from Maven Central, that ends with this object. Unlike
 * the defaults of the embedded distribution it flushes to disk and commits synchronously.
 */
public final class LocalPostgres implements AutoCloseable {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final EmbeddedPostgres postgres;

    private LocalPostgres(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** Starts with its data in a temporary folder, on a free port, durable. */
    public static LocalPostgres start() {
        return start(null);
    }

    /**
     * Starts on a free port, durable.
     *
     * @param data where the data lives and stays; null: a temporary folder, removed at the end
     * @throws IllegalStateException where no binaries exist for this platform or the server does not start;
     *     the message says what to do
     */
    public static LocalPostgres start(Path data) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("max_connections", "200");
            if (data != null) {
                builder.setDataDirectory(data).setCleanDataDirectory(false);
            }
            return new LocalPostgres(builder.start());
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "PostgreSQL did not start: " + e.getMessage()
                            + ". Its binaries come from Maven Central for Linux, macOS and Windows; on another platform"
                            + " install PostgreSQL 15 or later and deploy Holdfast to a server of your own"
                            + " (README, section 'On your own server').",
                    e);
        }
    }

    /**
     * Stops it as a power cut would, and starts it again on the same port after a while; for fault tests. Needs the
     * folder that was given to {@link #start(Path)}.
     */
    public void fail(Path data, Duration down) {
        try {
            List<String> pid = Files.readAllLines(data.resolve("postmaster.pid"));
            Path binaries = ProcessHandle.of(Long.parseLong(pid.get(0).strip()))
                    .flatMap(process -> process.info().command())
                    .map(Path::of)
                    .orElseThrow()
                    .getParent();
            List<String> begin = options(Files.readString(data.resolve("postmaster.opts")));
            List<String> asNobody =
                    "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U") : List.of();
            command(asNobody, binaries.resolve("pg_ctl") + "", "stop", "-m", "immediate", "-w", "-D", data + "");
            Thread.sleep(down.toMillis());
            command(
                    asNobody,
                    binaries.resolve("pg_ctl") + "",
                    "start",
                    "-w",
                    "-D",
                    data + "",
                    "-l",
                    data.resolve("again.log") + "",
                    "-o",
                    String.join(" ", begin));
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL could not be stopped and started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while PostgreSQL was down", e);
        }
    }

    /** What the server was started with, as its own file repeats it in quotes; without the folder. */
    private static List<String> options(String repeated) {
        List<String> options = new ArrayList<>();
        Matcher quoted = Pattern.compile("\"([^\"]*)\"").matcher(repeated);
        while (quoted.find()) {
            options.add(quoted.group(1));
        }
        int folder = options.indexOf("-D");
        if (folder >= 0) {
            options.subList(folder, folder + 2).clear();
        }
        return options;
    }

    private static void command(List<String> before, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
        }
    }

    public int port() {
        return postgres.getPort();
    }

    /** A JDBC address of one of its databases; the user is {@code postgres}, without a password. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** Creates an empty database, and opens it. */
    public DataSource createDatabase() {
        return createDatabase("holdfast_" + DATABASES.incrementAndGet(), "template1");
    }

    /**
     * Creates a database as a copy of another one, and opens it.
     *
     * @param name a plain lower-case name
     * @param template the database to copy; nobody may be connected to it
     */
    public DataSource createDatabase(String name, String template) {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + statement.enquoteIdentifier(name, false) + " TEMPLATE "
                    + statement.enquoteIdentifier(template, false));
        } catch (SQLException e) {
            throw new IllegalStateException("Database " + name + " could not be created: " + e.getMessage(), e);
        }
        return database(name);
    }

    /** Opens a database without a pool. */
    public DataSource database(String name) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url(name));
        source.setUser("postgres");
        return source;
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not stop", e);
        }
    }
}
