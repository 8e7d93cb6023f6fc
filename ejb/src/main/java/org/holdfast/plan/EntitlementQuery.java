package org.holdfast.plan;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Reads the SQL function {@code entitlement(at, known)}, the only place that decides what an account may
 * do; bulk SQL joins the same function.
 */
public final class EntitlementQuery {

    private final Jdbi jdbi;

    public EntitlementQuery(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * The entitlement of one account.
     *
     * @param at when it applies
     * @param known as known at this instant: now, or an earlier one for questions about the past
     * @return empty if there is no such account
     */
    public Optional<Entitlement> find(long accountId, Instant at, Instant known) {
        return jdbi.withHandle(h -> h.createQuery("SELECT * FROM entitlement(:at, :known) WHERE account_id = :account")
                .bind("at", at)
                .bind("known", known)
                .bind("account", accountId)
                .map((row, context) -> read(row))
                .findOne());
    }

    /**
     * What an account may do from an instant on: the span in force then, and every dated change after it.
     *
     * @return in order of time; empty if there is no such account
     */
    public List<EntitlementSpan> timeline(long accountId, Instant from, Instant known) {
        List<EntitlementSpan> spans = new ArrayList<>();
        find(accountId, from, known).ifPresent(e -> spans.add(new EntitlementSpan(from, e)));
        for (Instant change : changes(accountId, from, known)) {
            find(accountId, change, known)
                    .filter(e -> spans.isEmpty()
                            || !e.equals(spans.get(spans.size() - 1).entitlement()))
                    .ifPresent(e -> spans.add(new EntitlementSpan(change, e)));
        }
        return spans;
    }

    private List<Instant> changes(long accountId, Instant after, Instant known) {
        return jdbi.withHandle(h -> h.createQuery("WITH dated AS (SELECT valid_from, valid_until FROM subscription"
                        + " WHERE account_id = :account AND known_from <= :known"
                        + " AND (known_until IS NULL OR known_until > :known)"
                        + " UNION ALL SELECT valid_from, valid_until FROM plan_terms WHERE known_from <= :known"
                        + " AND (known_until IS NULL OR known_until > :known))"
                        + " SELECT valid_from AS at FROM dated WHERE valid_from > :after"
                        + " UNION SELECT valid_until FROM dated WHERE valid_until > :after ORDER BY at")
                .bind("account", accountId)
                .bind("known", known)
                .bind("after", after)
                .mapTo(Instant.class)
                .list());
    }

    /**
     * Plans, cheapest first, whose terms at an instant let an account synchronise.
     *
     * @return plan codes; never null
     */
    public List<String> plansThatSync(Instant at, Instant known) {
        return jdbi.withHandle(h -> h.createQuery("SELECT p.code FROM plan p JOIN plan_terms t ON t.plan_code = p.code"
                        + " WHERE t.syncs AND t.valid_from <= :at AND (t.valid_until IS NULL OR t.valid_until > :at)"
                        + " AND t.known_from <= :known AND (t.known_until IS NULL OR t.known_until > :known)"
                        + " ORDER BY p.rank")
                .bind("at", at)
                .bind("known", known)
                .mapTo(String.class)
                .list());
    }

    private static Entitlement read(ResultSet row) throws SQLException {
        return new Entitlement(
                row.getLong("account_id"),
                row.getString("plan_code"),
                row.getLong("terms_id"),
                row.getBoolean("syncs"),
                RetentionPeriod.ofNullableDays(row.getObject("unbound_days", Integer.class)),
                Duration.ofDays(row.getInt("grace_days")),
                Allowance.ofNullable(row.getObject("mailboxes_per_user", Integer.class)),
                Allowance.ofNullable(row.getObject("shared_mailboxes", Integer.class)));
    }
}
