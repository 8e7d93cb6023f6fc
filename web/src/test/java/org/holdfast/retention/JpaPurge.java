package org.holdfast.retention;

import static org.holdfast.retention.PurgeStage.AS_OF;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.boot.MetadataSources;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.postgresql.ds.PGSimpleDataSource;

/** The same job as it is usually written: entities removed, a ledger entity for each, JDBC batches of 1,000. */
final class JpaPurge {

    private static final int CHUNK = 1_000;

    private static final String DUE =
            "SELECT c.id, c.account_id, c.mailbox_id, c.clock, c.size_bytes, c.content_sha256 FROM "
                    + DueRuleSql.ENTITLEMENT
                    + " JOIN account a ON a.id = e.account_id JOIN mail_copy c ON c.account_id = a.id"
                    + " JOIN mailbox m ON m.id = c.mailbox_id WHERE e.account_id BETWEEN :first AND :last AND "
                    + DueRuleSql.DUE
                    + " ORDER BY c.account_id, c.clock, c.id";

    private final PurgeStage stage;

    JpaPurge(PurgeStage stage) {
        this.stage = stage;
    }

    @Entity(name = "DueCopy")
    @Table(name = "mail_copy")
    static class DueCopy {

        @Id
        private Long id;

        @Column(name = "account_id")
        private long accountId;

        @Column(name = "mailbox_id")
        private long mailboxId;

        private Instant clock;

        @Column(name = "size_bytes")
        private long sizeBytes;

        @Column(name = "content_sha256")
        private byte[] contentSha256;
    }

    @Entity(name = "LedgerLine")
    @Table(name = "bench_ledger_line")
    @SuppressWarnings("UnusedVariable") // Hibernate reads them
    static class LedgerLine {

        @Id
        private Long copyId;

        private long accountId;
        private long mailboxId;
        private Instant clock;
        private long sizeBytes;
        private byte[] contentSha256;
        private Instant purgedAt;

        LedgerLine() {}

        LedgerLine(DueCopy copy, Instant now) {
            copyId = copy.id;
            accountId = copy.accountId;
            mailboxId = copy.mailboxId;
            clock = copy.clock;
            sizeBytes = copy.sizeBytes;
            contentSha256 = copy.contentSha256;
            purgedAt = now;
        }
    }

    /** Purges account by account until so many copies have gone, or all. */
    BenchDatabases.Ways.Timed purge(int most) {
        stage.execute("CREATE TABLE bench_ledger_line (copyId bigint PRIMARY KEY, accountId bigint, mailboxId bigint,"
                + " clock timestamptz, sizeBytes bigint, contentSha256 bytea, purgedAt timestamptz)");
        long lastAccount = stage.count("SELECT max(id) FROM account");
        try (SessionFactory factory = factory()) {
            long start = System.nanoTime();
            long removed = 0;
            for (long account = 1 + lastAccount / 25; account <= lastAccount && removed < most; account += 5) {
                removed += purge(factory, account, account + 4);
            }
            return new BenchDatabases.Ways.Timed(removed, BenchDatabases.since(start));
        }
    }

    private static int purge(SessionFactory factory, long first, long last) {
        int removed = 0;
        int chunk = CHUNK;
        while (chunk == CHUNK) {
            chunk = factory.fromTransaction(session -> chunk(session, first, last));
            removed += chunk;
        }
        return removed;
    }

    private static int chunk(Session session, long first, long last) {
        List<DueCopy> due = session.createNativeQuery(DUE, DueCopy.class)
                .setParameter("asOf", AS_OF)
                .setParameter("first", first)
                .setParameter("last", last)
                .setMaxResults(CHUNK)
                .getResultList();
        for (DueCopy copy : due) {
            session.persist(new LedgerLine(copy, AS_OF));
            session.remove(copy);
        }
        session.flush();
        session.createNativeMutationQuery("DELETE FROM mail_content WHERE copy_id = ANY(:ids)")
                .setParameter("ids", due.stream().map(copy -> copy.id).toArray(Long[]::new))
                .executeUpdate();
        return due.size();
    }

    private SessionFactory factory() {
        return new MetadataSources(new StandardServiceRegistryBuilder()
                        .applySetting("hibernate.connection.url", ((PGSimpleDataSource) stage.database).getUrl())
                        .applySetting("hibernate.connection.username", "postgres")
                        .applySetting("hibernate.jdbc.batch_size", CHUNK)
                        .applySetting("hibernate.order_inserts", "true")
                        .applySetting("hibernate.xml_mapping_enabled", "false")
                        .build())
                .addAnnotatedClass(DueCopy.class)
                .addAnnotatedClass(LedgerLine.class)
                .buildMetadata()
                .buildSessionFactory();
    }
}
