package org.holdfast.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContentStreamIT {

    private static final int SIZE = 3_000_001;

    private static LocalPostgres postgres;
    private static DataSource database;
    private static Jdbi jdbi;
    private static final byte[] RAW = new byte[SIZE];

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        new Random(1).nextBytes(RAW);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void store() {
        jdbi.useHandle(h -> h.execute("DELETE FROM mail_content"));
        jdbi.useHandle(h -> h.execute("INSERT INTO mail_content (copy_id, raw) VALUES (7, ?)", (Object) RAW));
    }

    @Test
    void wholeContentIsReadByteForByteInBoundedStatements() throws IOException {
        List<Integer> fetched = new ArrayList<>();
        Jdbi watched = Jdbi.create(database);
        watched.setSqlLogger(new SqlLogger() {
            @Override
            public void logAfterExecution(StatementContext context) {
                fetched.add(1);
            }
        });
        assertThat(ContentStream.length(jdbi, 7)).contains((long) SIZE);
        try (InputStream content = new ContentStream(watched, 7, 0, SIZE)) {
            assertThat(content.readAllBytes()).isEqualTo(RAW);
        }
        assertThat(fetched).as("statements").hasSize(12);
    }

    @Test
    void someOfItStartsAndEndsWhereItIsAskedTo() throws IOException {
        try (InputStream content = new ContentStream(jdbi, 7, 999_999, 1_800_000)) {
            assertThat(content.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(RAW, 999_999, 1_800_000));
        }
    }

    @Test
    void contentThatGoesWhileItIsReadIsAFailureAndNotAnEnd() throws IOException {
        try (InputStream content = new ContentStream(jdbi, 7, 0, SIZE)) {
            assertThat(content.read()).isEqualTo(RAW[0] & 0xFF);
            jdbi.useHandle(h -> h.execute("DELETE FROM mail_content"));
            assertThatThrownBy(content::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("removed while its content was read");
        }
        assertThat(ContentStream.length(jdbi, 7)).isEmpty();
    }

    @Test
    void rangeOfALargeContentReadsFewPages() {
        jdbi.useHandle(h -> {
            h.execute("INSERT INTO mail_content (copy_id, raw) SELECT 8, string_agg(sha256(n::text::bytea), NULL)"
                    + " FROM generate_series(1, 500000) n");
            String plan = String.join(
                    "\n",
                    h.createQuery("EXPLAIN (ANALYZE, BUFFERS) SELECT"
                                    + " substring(raw FROM 8000000 FOR 1000) FROM mail_content WHERE copy_id = 8")
                            .mapTo(String.class)
                            .list());
            java.util.regex.Matcher pages =
                    java.util.regex.Pattern.compile("shared hit=(\\d+)").matcher(plan);
            assertThat(pages.find()).as(plan).isTrue();
            assertThat(Integer.parseInt(pages.group(1))).as("of 2,000 pages").isLessThan(60);
        });
    }
}
