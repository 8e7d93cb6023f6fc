package org.holdfast.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.PayaraMicro;

/** The packaged WAR on a server with a database that {@code installation.sql} filled. */
final class Installation implements AutoCloseable {

    private static final String DATABASE = "console";

    private final LocalPostgres postgres;
    private final PayaraMicro server;

    private Installation(LocalPostgres postgres, PayaraMicro server) {
        this.postgres = postgres;
        this.server = server;
    }

    /** Starts empty: the schema and a first-run token. */
    static Installation start(Path folder) {
        return start(folder, Map.of());
    }

    /** Starts empty, with settings of its own. */
    static Installation start(Path folder, Map<String, String> settings) {
        LocalPostgres postgres = LocalPostgres.start();
        postgres.createDatabase(DATABASE, "template1");
        Launch launch = Launch.of(Path.of("target/holdfast.war"))
                .database(postgres, DATABASE)
                .folder(folder)
                .setting("holdfast.purge.at", "off")
                .setting("holdfast.webhook.allow", "127.0.0.1")
                .setting(
                        "holdfast.keyset",
                        folder.resolve("keyset.json").toAbsolutePath().toString());
        settings.forEach(launch::setting);
        PayaraMicro server = PayaraMicro.start(launch);
        return new Installation(postgres, server);
    }

    /** Puts everything in that the console shows. */
    void fill() {
        try (InputStream sql = Installation.class.getResourceAsStream("installation.sql")) {
            execute(new String(sql.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void execute(String sql) {
        try (Connection connection = postgres.database(DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    String text(String sql) {
        try (Connection connection = postgres.database(DATABASE).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    long count(String sql) {
        try (Connection connection = postgres.database(DATABASE).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** From the log, as an administrator reads it. */
    String firstRunToken() {
        Matcher line = Pattern.compile("First-run token: (\\S+)").matcher(server.logged());
        if (!line.find()) {
            throw new IllegalStateException("No first-run token in:\n" + server.logged());
        }
        return line.group(1);
    }

    String url(String path) {
        return server.url() + path;
    }

    String logged() {
        return server.logged();
    }

    @Override
    public void close() {
        server.close();
        postgres.close();
    }
}
