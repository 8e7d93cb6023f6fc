package org.holdfast.run;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
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
