package org.holdfast.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalGreenMail;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.PayaraMicro;

/**
 * The packaged WAR on a server, with a mail server that is provider and relay, and a database that
 * {@code installation.sql} fills and that can be emptied.
 */
final class Installation implements AutoCloseable {

    private static final String DATABASE = "console";
    private static final String DEADLOCK = "40P01";

    private final LocalPostgres postgres;
    private final LocalGreenMail mail;
    private final PayaraMicro server;

    private Installation(LocalPostgres postgres, LocalGreenMail mail, PayaraMicro server) {
        this.postgres = postgres;
        this.mail = mail;
        this.server = server;
    }

    /** Starts empty: the schema and a first-run token. */
    static Installation start() {
        Path folder = folder();
        LocalPostgres postgres = LocalPostgres.start();
        postgres.createDatabase(DATABASE, "template1");
        LocalGreenMail mail = LocalGreenMail.start(folder.resolve("greenmail.log"));
        PayaraMicro server = PayaraMicro.start(Launch.of(Path.of("target/holdfast.war"))
                .database(postgres, DATABASE)
                .folder(folder)
                .setting("holdfast.purge.at", "off")
                .setting("holdfast.mail.allow", "127.0.0.1")
                .setting("holdfast.webhook.allow", "127.0.0.1")
                .setting("holdfast.notice.plan", "10")
                .setting("holdfast.notice.host", "127.0.0.1")
                .setting(
                        "holdfast.notice.port", Integer.toString(mail.smtpPort().orElseThrow()))
                .setting("holdfast.notice.security", "NONE")
                .setting("holdfast.notice.from", "holdfast@relay.example")
                .setting(
                        "holdfast.keyset",
                        folder.resolve("keyset.json").toAbsolutePath().toString()));
        Installation installation = new Installation(postgres, mail, server);
        installation.executeFile("baseline.sql");
        return installation;
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "console");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the database again what it was after the start. */
    void empty() {
        executeFile("empty.sql");
    }

    /** Puts everything in that the console shows. */
    void fill() {
        executeFile("installation.sql");
    }

    /** The mail server that the installation may reach; it has no mailboxes but those a test makes. */
    LocalGreenMail mail() {
        return mail;
    }

    private void executeFile(String name) {
        try (InputStream sql = Installation.class.getResourceAsStream(name)) {
            execute(new String(sql.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Executes statements; again, when they and what the server does in the background waited for each other. */
    void execute(String sql) {
        for (int tries = 1; !executed(sql, tries == 5); tries++) {
            System.out.println("A deadlock with the server's own work; try " + (tries + 1));
        }
    }

    private boolean executed(String sql, boolean last) {
        try (Connection connection = postgres.database(DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            if (DEADLOCK.equals(e.getSQLState()) && !last) {
                return false;
            }
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
        mail.close();
        postgres.close();
    }
}
