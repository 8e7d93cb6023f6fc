package org.holdfast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.holdfast.run.server.Listening;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged WAR on Payara Micro as the launcher starts it, and what it says when it cannot. */
class PayaraMicroIT {

    private static final Path WAR = Path.of("target/holdfast.war");
    private static LocalPostgres postgres;

    @TempDir
    Path folder;

    @BeforeAll
    static void startDatabase() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stopDatabase() {
        postgres.close();
    }

    @Test
    void warMigratesItsDatabaseAndListensOnLoopbackOnly() throws SQLException, IOException {
        postgres.createDatabase("micro", "template1");
        try (PayaraMicro server = PayaraMicro.start(
                Launch.of(WAR).database(postgres, "micro").folder(folder).setting("holdfast.purge.at", "off"))) {
            assertThat(server.logged()).contains("Schema at version").doesNotContain("SEVERE");
            assertThat(tablesLike("flyway_schema_history")).isEqualTo(1);
            assertThat(Listening.addressesOf(server.pid()))
                    .allMatch(Listening::isLoopback)
                    .hasSize(1);
        }
    }

    @Test
    void portThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Launch launch =
                    Launch.of(WAR).database(postgres, "postgres").folder(folder).port(taken.getLocalPort());
            assertThatThrownBy(() -> PayaraMicro.start(launch))
                    .hasMessageContaining("Port " + taken.getLocalPort() + " on 127.0.0.1 is taken");
        }
    }

    @Test
    void deploymentThatFailsShowsTheEndOfTheLog() throws IOException {
        Path broken = folder.resolve("broken.war");
        try (OutputStream file = Files.newOutputStream(broken);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("WEB-INF/web.xml"));
            zip.write("<web-app><no-end>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        Launch launch = Launch.of(broken).database(postgres, "postgres").folder(folder);
        assertThatThrownBy(() -> PayaraMicro.start(launch))
                .hasMessageContaining("The application did not deploy")
                .hasMessageContaining("web.xml");
    }

    private static int tablesLike(String name) throws SQLException {
        try (Connection connection = postgres.database("micro").getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM information_schema.tables WHERE table_name = '" + name + "'")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
