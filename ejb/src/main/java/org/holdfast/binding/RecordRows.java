package org.holdfast.binding;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the CRM told of its records, in the database. */
public final class RecordRows {

    private static final String SELECT =
            "SELECT r.*, ARRAY(SELECT k.value FROM crm_record_key k WHERE k.record_id = r.id"
                    + " AND NOT k.domain ORDER BY k.value) AS addresses, ARRAY(SELECT k.value FROM crm_record_key k"
                    + " WHERE k.record_id = r.id AND k.domain ORDER BY k.value) AS domains FROM crm_record r";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public RecordRows(Handle handle) {
        this.handle = handle;
    }

    /** Stores a record as it is now; one that was deleted is there again. */
    public CrmRecord put(long accountId, RecordDraft draft, Instant at) {
        long id = handle.createQuery("INSERT INTO crm_record (account_id, kind, reference, title, closed, changed_at)"
                        + " VALUES (:account, :kind, :reference, :title, :closed, :at)"
                        + " ON CONFLICT (account_id, kind, reference) DO UPDATE SET title = excluded.title,"
                        + " closed = excluded.closed, changed_at = excluded.changed_at, deleted_at = NULL,"
                        + " version = crm_record.version + 1 RETURNING id")
                .bind("account", accountId)
                .bind("kind", draft.target().kind())
                .bind("reference", draft.target().reference())
                .bind("title", draft.title())
                .bind("closed", draft.closed())
                .bind("at", at)
                .mapTo(Long.class)
                .one();
        handle.createUpdate("DELETE FROM crm_record_key WHERE record_id = :id")
                .bind("id", id)
                .execute();
        key(id, accountId, false, draft.addresses());
        key(id, accountId, true, draft.domains());
        return find(accountId, draft.target()).orElseThrow();
    }

    private void key(long id, long accountId, boolean domain, List<String> values) {
        handle.createUpdate("INSERT INTO crm_record_key (record_id, account_id, domain, value)"
                        + " SELECT :id, :account, :domain, v FROM unnest(CAST(:values AS text[])) AS v")
                .bind("id", id)
                .bind("account", accountId)
                .bind("domain", domain)
                .bindArray("values", String.class, values.toArray())
                .execute();
    }

    public Optional<CrmRecord> find(long accountId, BindingTarget target) {
        return handle.createQuery(
                        SELECT + " WHERE r.account_id = :account AND r.kind = :kind AND r.reference = :reference")
                .bind("account", accountId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .map((row, context) -> read(row))
                .findOne();
    }

    /**
     * Records that are there, in the order of ids.
     *
     * @param kind null: of any
     * @param text part of title, reference or an address, in whatever case; null: any
     */
    public List<CrmRecord> search(long accountId, String kind, String text, long afterId, int limit) {
        String like = text == null
                ? null
                : "%" + text.toLowerCase(java.util.Locale.ROOT).replaceAll("([\\\\%_])", "\\\\$1") + "%";
        return handle.createQuery(SELECT + " WHERE r.account_id = :account AND r.deleted_at IS NULL AND r.id > :after"
                        + " AND (CAST(:kind AS text) IS NULL OR r.kind = :kind)"
                        + " AND (CAST(:like AS text) IS NULL OR lower(r.title) LIKE :like OR lower(r.reference) LIKE :like"
                        + " OR EXISTS (SELECT FROM crm_record_key k WHERE k.record_id = r.id AND k.value LIKE :like))"
                        + " ORDER BY r.id LIMIT :limit")
                .bind("account", accountId)
                .bind("kind", kind)
                .bind("like", like)
                .bind("after", afterId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    /** The CRM says that it is no more; nothing happens to a record that it never told of. */
    void delete(long accountId, BindingTarget target, Instant at) {
        handle.createUpdate("UPDATE crm_record SET deleted_at = :at, changed_at = :at, version = version + 1"
                        + " WHERE account_id = :account AND kind = :kind AND reference = :reference"
                        + " AND deleted_at IS NULL")
                .bind("account", accountId)
                .bind("kind", target.kind())
                .bind("reference", target.reference())
                .bind("at", at)
                .execute();
    }

    /** Whether there is such a kind. */
    boolean hasKind(String code) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM binding_kind WHERE code = :code)")
                .bind("code", code)
                .mapTo(Boolean.class)
                .one();
    }

    List<BindingKind> kinds() {
        return handle.createQuery("SELECT * FROM binding_kind ORDER BY shipped DESC, code")
                .map((row, context) ->
                        new BindingKind(row.getString("code"), row.getString("name"), row.getBoolean("shipped")))
                .list();
    }

    boolean addKind(String code, String name) {
        return handle.createUpdate("INSERT INTO binding_kind (code, name) VALUES (:code, :name) ON CONFLICT DO NOTHING")
                        .bind("code", code)
                        .bind("name", name)
                        .execute()
                == 1;
    }

    private static CrmRecord read(ResultSet row) throws SQLException {
        return new CrmRecord(
                row.getLong("id"),
                row.getLong("account_id"),
                new BindingTarget(row.getString("kind"), row.getString("reference")),
                row.getString("title"),
                List.of((String[]) row.getArray("addresses").getArray()),
                List.of((String[]) row.getArray("domains").getArray()),
                row.getBoolean("closed"),
                Optional.ofNullable(row.getTimestamp("deleted_at")).map(Timestamp::toInstant),
                row.getTimestamp("changed_at").toInstant(),
                row.getLong("version"));
    }
}
