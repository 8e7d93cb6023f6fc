package org.holdfast.notice;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** A migrated database with accounts, and notices planned and sent as the beans do it, at instants of the test's choice. */
final class NoticeStage {

    static final Instant CHANGE = Instant.parse("2019-05-01T00:00:00Z");
    static final String FROM = "holdfast@relay.example";
    static final NoticeDays DAYS = new NoticeDays(List.of(30, 7, 1));

    final Jdbi jdbi;
    private int copies;

    NoticeStage(LocalPostgres postgres) {
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    static Instant before(int days) {
        return CHANGE.minus(Duration.ofDays(days));
    }

    /** An account with one owner, mailbox and folder of the same id. */
    void account(long id, String plan, String zone, String language) {
        execute("INSERT INTO account (id, name, zone, created_at) VALUES (?, ?, ?, now())", id, "Account " + id, zone);
        owner(id, id, language);
        if (plan != null) {
            execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, ?, '2015-01-01Z', '2015-01-01Z', 't', 't')",
                    id,
                    plan);
        }
    }

    /** One more owner of an account, with a mailbox and folder of the same id. */
    void owner(long account, long id, String language) {
        execute(
                "INSERT INTO app_user (id, account_id, email, display_name, role, language, created_at)"
                        + " VALUES (?, ?, ?, ?, 'OWNER', ?, now())",
                id,
                account,
                "o" + id + "@example.org",
                "Owner " + id,
                language);
        execute(
                "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login,"
                        + " state, state_since, connected_at) VALUES (?, ?, ?, ?, 'h', 993, 'TLS', 'l', 'ACTIVE', now(),"
                        + " now())",
                id,
                account,
                id,
                id + "@example.org");
        execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')", id, id);
    }

    /** A copy of 1,000 bytes; answers its id. */
    long copy(long mailbox, Instant clock) {
        return number(
                "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at, size_bytes,"
                        + " content_sha256) SELECT account_id, id, id, 1, ?, ?, ?, 1000, sha256('x') FROM mailbox WHERE id = ?"
                        + " RETURNING id",
                ++copies,
                clock,
                clock,
                mailbox);
    }

    /** Looks for changes and plans notices, as a node does now and then. */
    void plan(Instant now) {
        jdbi.useTransaction(h -> {
            new ChangeFinder(h, now).look(1, Long.MAX_VALUE, DAYS);
            new NoticePlan(h, now).plan(1, Long.MAX_VALUE, DAYS);
        });
    }

    /** Sends everything that is due, as one node; answers how many it claimed. */
    int send(Instant now, Relay relay) {
        Dispatch dispatch = new Dispatch(
                (claim, from) -> jdbi.inTransaction(h ->
                        new NoticeWriter(h, from, Optional.of("https://holdfast.example/my-mail"), now).put(claim)),
                (claim, delivery) -> jdbi.inTransaction(h -> new NoticeOutbox(h).record(claim, delivery, now)),
                relay,
                Clock.fixed(now, ZoneOffset.UTC));
        int claimed = 0;
        for (Optional<NoticeOutbox.Claim> claim = claim(now); claim.isPresent(); claim = claim(now)) {
            dispatch.send(claim.get(), FROM);
            claimed++;
        }
        return claimed;
    }

    Optional<NoticeOutbox.Claim> claim(Instant now) {
        return jdbi.inTransaction(h -> new NoticeOutbox(h).claim("node", now));
    }

    /** A relay that takes everything and says to whom. */
    static final class Taking implements Relay {

        final List<String> recipients = new CopyOnWriteArrayList<>();

        @Override
        public Delivery send(String from, String to, byte[] message) {
            recipients.add(to);
            return new Delivery(Outcome.TAKEN, "250 fine");
        }
    }

    /** Notices as {@code user/days STATUS}, in that order. */
    List<String> notices() {
        return jdbi.withHandle(h -> h.createQuery(
                        "SELECT user_id || '/' || days || ' ' || status FROM notice ORDER BY user_id, days DESC, id")
                .mapTo(String.class)
                .list());
    }

    String text(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(String.class).one());
    }

    long number(String sql, Object... arguments) {
        try (Handle h = jdbi.open()) {
            var query = h.createQuery(sql);
            for (int i = 0; i < arguments.length; i++) {
                query.bind(i, arguments[i]);
            }
            return query.mapTo(Long.class).one();
        }
    }

    void execute(String sql, Object... arguments) {
        jdbi.useTransaction(h -> h.execute(sql, arguments));
    }

    /** Copies of clocks so many days before the change, in order. */
    List<Long> copiesAt(long mailbox, int... daysBefore) {
        List<Long> ids = new ArrayList<>();
        for (int days : daysBefore) {
            ids.add(copy(mailbox, before(days)));
        }
        return ids;
    }
}
