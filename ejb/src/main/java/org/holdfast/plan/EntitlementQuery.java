package org.holdfast.plan;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
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
