package org.holdfast.sync;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.holdfast.mailbox.Followed;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.retention.PreviewQuery;
import org.holdfast.retention.PurgeScope;
import org.holdfast.run.LocalPostgres;

/** An account with real mailboxes whose plan changes while the clock moves as a test says. */
final class PlanStage {

    private static final DateTimeFormatter IMAP_DATE = DateTimeFormatter.ofPattern(
                    "dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    final PullBench bench;

    PlanStage(LocalPostgres postgres, Path keys, String plan) {
        bench = new PullBench(postgres, keys, plan);
        settle();
    }

    /** Appends a message for each age at the provider. */
    static void mail(int port, String user, Instant now, Duration... ages) throws Exception {
        try (RawImap imap = new RawImap(port, user, "secret")) {
            for (Duration age : ages) {
                String text = "From: a@example.com\r\nSubject: " + age + "\r\n\r\nText of " + age + "\r\n";
                String answer = imap.append(
                        "INBOX", text.getBytes(StandardCharsets.UTF_8), IMAP_DATE.format(now.minus(age)), "");
                if (!answer.startsWith("OK")) {
                    throw new IllegalStateException(answer);
                }
            }
        }
    }

    /** The account has another plan from an instant on, recorded now as the application records it. */
    void plan(String code, Instant from, Instant until) {
        bench.now = bench.now.plusMillis(1);
        bench.jdbi.useTransaction(h -> {
            h.execute(
                    "UPDATE subscription SET known_until = ? WHERE account_id = ? AND known_until IS NULL"
                            + " AND (valid_until IS NULL OR valid_until > ?)",
                    bench.now,
                    bench.accountId,
                    from);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                            + " SELECT account_id, plan_code, valid_from, ?, ?, 'test', 'test' FROM subscription"
                            + " WHERE account_id = ? AND known_until = ? AND valid_from < ?",
                    from,
                    bench.now,
                    bench.accountId,
                    bench.now,
                    from);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                            + " VALUES (?, ?, ?, ?, ?, 'test', 'test')",
                    bench.accountId,
                    code,
                    from,
                    until,
                    bench.now);
        });
    }

    /** From now on, and followed. */
    void plan(String code) {
        plan(code, bench.now.plusMillis(1), null);
        settle();
    }

    /** What the timer does until nothing is due. */
    Followed settle() {
        List<Long> paused = new ArrayList<>();
        List<Long> resumed = new ArrayList<>();
        Optional<Followed> step = step();
        while (step.isPresent()) {
            paused.addAll(step.get().paused());
            resumed.addAll(step.get().resumed());
            step = step();
        }
        return new Followed(paused, resumed);
    }

    private Optional<Followed> step() {
        return bench.jdbi.inTransaction(h -> new PlanFollower(h).step(bench.now, 1_000));
    }

    /** Mailboxes with nothing behind them, each connected a minute after the one before. */
    List<Long> mailboxes(int count, boolean shared) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long id = bench.mailbox("m" + bench.count("mailbox"), 9);
            bench.jdbi.useHandle(h -> h.execute(
                    "UPDATE mailbox SET shared = ?, connected_at = timestamptz '2026-01-01Z' + ? * interval '1 minute'"
                            + " WHERE id = ?",
                    shared,
                    id,
                    id));
            ids.add(id);
        }
        return ids;
    }

    String state(long mailbox) {
        return bench.jdbi.withHandle(
                h -> h.createQuery("SELECT state || coalesce(' ' || plan_stop, '') FROM mailbox WHERE id = :id")
                        .bind("id", mailbox)
                        .mapTo(String.class)
                        .one());
    }

    List<String> states(List<Long> mailboxes) {
        return mailboxes.stream().map(this::state).toList();
    }

    /** Everything of a mailbox that a pause must not change. */
    String settings(long mailbox) {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT row(m.address, m.shared, m.owner_id, m.imap_host,"
                        + " m.imap_port, m.imap_security, m.smtp_host, m.smtp_port, m.smtp_security, m.login, m.secret,"
                        + " m.connected_at, m.chosen_at, (SELECT string_agg(f.wire_name || f.selected, ',' ORDER BY f.id)"
                        + " FROM folder f WHERE f.mailbox_id = m.id))::text FROM mailbox m WHERE m.id = :id")
                .bind("id", mailbox)
                .mapTo(String.class)
                .one());
    }

    /** How many copies a purge as of now would remove. */
    long due() {
        return bench.jdbi.withHandle(h -> new PreviewQuery(h)
                .count(PurgeScope.EVERYTHING, bench.now, Optional.empty())
                .due());
    }
}
