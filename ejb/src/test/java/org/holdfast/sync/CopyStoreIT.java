package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.holdfast.message.Flags;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CopyStoreIT {

    private static LocalPostgres postgres;
    private static Jdbi jdbi;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> {
            h.execute("INSERT INTO account (id, name, created_at) VALUES (1, 'a', now())");
            h.execute("INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                    + " VALUES (1, 1, 'o@example.org', 'O', 'OWNER', now())");
            h.execute("INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security,"
                    + " login, state, state_since, connected_at) VALUES (1, 1, 1, 'o@example.org', 'h', 993, 'TLS',"
                    + " 'o', 'ACTIVE', now(), now())");
            h.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (1, 1, 'INBOX', 'INBOX')");
        });
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Ids 1 to 3 have the numbers 3 to 1, so that the order of numbers is not that of ids. */
    private static void copies() {
        jdbi.useHandle(h -> h.execute("DELETE FROM mail_copy"));
        jdbi.useHandle(h -> h.execute("INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity, uid,"
                + " clock, copied_at, size_bytes, content_sha256) SELECT n, 1, 1, 1, 7, 4 - n, now(), now(), 10,"
                + " sha256('x') FROM generate_series(1, 3) n"));
    }

    private static long follow(Map<Long, Flags> server) {
        return jdbi.inTransaction(h -> new CopyStore(h).follow(1, new UidValidity(7), server));
    }

    @Test
    void onlyWhatDiffersFollowsAndNumbersThatAreNotThereAreLeftAlone() {
        copies();
        Flags seen = new Flags(1, List.of("Work"));
        assertThat(follow(Map.of(1L, seen, 2L, new Flags(0, List.of()), 9L, seen)))
                .isEqualTo(1);
        assertThat(follow(Map.of(1L, seen, 2L, new Flags(0, List.of()), 9L, seen)))
                .isZero();
        assertThat(follow(Map.of())).isZero();
        List<String> stored = jdbi.withHandle(h -> h.createQuery(
                        "SELECT id || ' ' || flags || ' ' || coalesce(keywords, '{}')::text FROM mail_copy ORDER BY id")
                .mapTo(String.class)
                .list());
        assertThat(stored).containsExactly("1 0 {}", "2 0 {}", "3 1 {Work}");
    }

    @Test
    void copiesAreLockedInTheOrderOfIdsAsAHoldLocksThem() throws Exception {
        copies();
        Flags seen = new Flags(1, List.of());
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Handle hold = jdbi.open()) {
            hold.begin();
            hold.execute("SELECT FROM mail_copy WHERE id = 1 FOR UPDATE");
            Future<Long> pass = thread.submit(() -> follow(new TreeMap<>(Map.of(1L, seen, 2L, seen, 3L, seen))));
            Thread.sleep(500);
            assertThat(pass.isDone()).as("waits for the first").isFalse();
            hold.execute("SELECT FROM mail_copy WHERE id IN (2, 3) ORDER BY id FOR UPDATE NOWAIT");
            hold.commit();
            assertThat(pass.get(30, TimeUnit.SECONDS)).isEqualTo(3);
        } finally {
            thread.shutdownNow();
        }
    }
}
