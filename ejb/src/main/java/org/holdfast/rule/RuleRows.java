package org.holdfast.rule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.holdfast.binding.BindingTarget;
import org.jdbi.v3.core.Handle;

/** Rules in the database, and what they ask of it. */
final class RuleRows {

    private static final String SELECT =
            "SELECT r.*, (SELECT count(*) FROM binding b WHERE b.rule_id = r.id) AS bindings"
                    + " FROM binding_rule r WHERE r.removed_at IS NULL";

    /** More records than that say that a rule is too wide for a message. */
    private static final int MOST = 20;

    private static final String THERE = " AND NOT r.closed AND r.deleted_at IS NULL ORDER BY r.id LIMIT " + MOST;

    private final Handle handle;

    RuleRows(Handle handle) {
        this.handle = handle;
    }

    long insert(long accountId, RuleDraft draft, String by, Instant at) {
        return handle.createQuery("INSERT INTO binding_rule (account_id, name, basis, kind, pattern, enabled, position,"
                        + " created_by, created_at, changed_at) VALUES (:account, :name, :basis, :kind, :pattern,"
                        + " :enabled, :position, :by, :at, :at) RETURNING id")
                .bind("account", accountId)
                .bind("name", draft.name())
                .bind("basis", draft.basis().name())
                .bind("kind", draft.kind().orElse(null))
                .bind("pattern", draft.pattern().orElse(null))
                .bind("enabled", draft.enabled())
                .bind("position", draft.position())
                .bind("by", by)
                .bind("at", at)
                .mapTo(Long.class)
                .one();
    }

    void change(long id, RuleDraft draft, Instant at) {
        handle.createUpdate("UPDATE binding_rule SET name = :name, basis = :basis, kind = :kind, pattern = :pattern,"
                        + " enabled = :enabled, position = :position, changed_at = :at, version = version + 1"
                        + " WHERE id = :id")
                .bind("id", id)
                .bind("name", draft.name())
                .bind("basis", draft.basis().name())
                .bind("kind", draft.kind().orElse(null))
                .bind("pattern", draft.pattern().orElse(null))
                .bind("enabled", draft.enabled())
                .bind("position", draft.position())
                .bind("at", at)
                .execute();
    }

    void remove(long id, Instant at) {
        handle.createUpdate("UPDATE binding_rule SET removed_at = :at, enabled = false, version = version + 1"
                        + " WHERE id = :id")
                .bind("id", id)
                .bind("at", at)
                .execute();
    }

    Optional<BindingRule> find(long id) {
        return handle.createQuery(SELECT + " AND r.id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    Optional<BindingRule> lock(long id) {
        return handle.createQuery("SELECT id FROM binding_rule WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .mapTo(Long.class)
                .findOne()
                .flatMap(this::find);
    }

    /** In the order in which they are asked; all of an account at once, for they are few. */
    List<BindingRule> of(long accountId) {
        return handle.createQuery(SELECT + " AND r.account_id = :account ORDER BY r.position, r.id")
                .bind("account", accountId)
                .map((row, context) -> read(row))
                .list();
    }

    /** Addresses of the account's own mailboxes: they are in every message and say nothing. */
    List<String> ownAddresses(long accountId) {
        return handle.createQuery("SELECT DISTINCT lower(address) FROM mailbox WHERE account_id = :account")
                .bind("account", accountId)
                .mapTo(String.class)
                .list();
    }

    List<BindingTarget> byKey(long accountId, String kind, boolean domain, Collection<String> values) {
        return handle.createQuery("SELECT r.kind, r.reference FROM crm_record r WHERE r.id IN (SELECT k.record_id"
                        + " FROM crm_record_key k WHERE k.account_id = :account AND k.domain = :domain"
                        + " AND k.value = ANY (:values)) AND r.kind = :kind" + THERE)
                .bind("account", accountId)
                .bind("kind", kind)
                .bind("domain", domain)
                .bindArray("values", String.class, values.toArray())
                .map((row, context) -> target(row))
                .list();
    }

    List<BindingTarget> byReference(long accountId, String kind, Collection<String> references) {
        return handle.createQuery("SELECT r.kind, r.reference FROM crm_record r WHERE r.account_id = :account"
                        + " AND r.kind = :kind AND r.reference = ANY (:references)" + THERE)
                .bind("account", accountId)
                .bind("kind", kind)
                .bindArray("references", String.class, references.toArray())
                .map((row, context) -> target(row))
                .list();
    }

    List<BindingTarget> byThread(long accountId, Optional<String> kind, Collection<String> messageIds) {
        return handle.createQuery(
                        "SELECT DISTINCT b.kind, b.reference FROM mail_copy c JOIN binding b ON b.copy_id = c.id"
                                + " WHERE c.account_id = :account AND c.bind_count > 0"
                                + " AND md5(c.message_id) = ANY (ARRAY(SELECT md5(i) FROM unnest(CAST(:ids AS text[])) AS i))"
                                + " AND c.message_id = ANY (:ids) AND (CAST(:kind AS text) IS NULL OR b.kind = :kind)"
                                + " ORDER BY b.kind, b.reference LIMIT " + MOST)
                .bind("account", accountId)
                .bind("kind", kind.orElse(null))
                .bindArray("ids", String.class, messageIds.toArray())
                .map((row, context) -> target(row))
                .list();
    }

    /** The beginning of a copy's content; empty if the copy is no more. */
    Optional<byte[]> head(long copyId) {
        return handle.createQuery("SELECT substring(raw FROM 1 FOR " + MessageTraits.HEAD
                        + ") FROM mail_content WHERE copy_id = :copy")
                .bind("copy", copyId)
                .mapTo(byte[].class)
                .findOne();
    }

    private static BindingTarget target(ResultSet row) throws SQLException {
        return new BindingTarget(row.getString("kind"), row.getString("reference"));
    }

    private static BindingRule read(ResultSet row) throws SQLException {
        return new BindingRule(
                row.getLong("id"),
                row.getLong("account_id"),
                new RuleDraft(
                        row.getString("name"),
                        RuleBasis.valueOf(row.getString("basis")),
                        Optional.ofNullable(row.getString("kind")),
                        Optional.ofNullable(row.getString("pattern")),
                        row.getBoolean("enabled"),
                        row.getInt("position")),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("changed_at").toInstant(),
                row.getLong("bindings"),
                row.getLong("version"));
    }
}
