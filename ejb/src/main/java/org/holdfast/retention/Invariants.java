package org.holdfast.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.LedgerRows;
import org.holdfast.ledger.PurgedCopy;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/**
 * Counts how often the database contradicts what Holdfast promises. Reads all of it: minutes on a large
 * installation, and a bit of memory for each copy there ever was. Needs a transaction.
 */
public final class Invariants {

    private static final String UNSWEPT = "(SELECT coalesce(sum(n.copies), 0) FROM purge_slice s"
            + " LEFT JOIN content_sweep w ON w.run_id = s.run_id AND w.slice = s.number"
            + " JOIN ledger_entry n ON n.run_id = s.run_id AND n.slice = s.number AND n.number > coalesce(w.entries, 0)"
            + " WHERE s.entries > coalesce(w.entries, 0))";

    private static final String CONTENT_WITHOUT_COPY = "(SELECT count(*) FROM mail_content t"
            + " WHERE NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = t.copy_id))";

    /** But for what was bound or held then, and what somebody had locked. */
    private static final String LEFT_DUE = "SELECT count(*) - (SELECT coalesce(CASE WHEN bool_or(s.closing)"
            + " THEN sum(s.skipped_copies) FILTER (WHERE s.closing) ELSE sum(s.skipped_copies) END, 0)"
            + " FROM purge_slice s WHERE s.run_id = :run) FROM " + DueRuleSql.ENTITLEMENT
            + " JOIN account a ON a.id = e.account_id JOIN mail_copy c ON c.account_id = e.account_id"
            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE " + DueRuleSql.DUE + " AND c.copied_at < :asOf"
            + " AND " + DueRuleSql.GRACE_END + " IS NULL";

    private final Handle handle;

    public Invariants(Handle handle) {
        this.handle = handle;
    }

    /** All that are looked at, each with how often it was found broken. */
    public List<Invariant> check() {
        List<Invariant> found = new ArrayList<>();
        found.add(count(
                "I1",
                "No bound or held copy is without its content, and bindings are counted",
                "SELECT count(*) FROM mail_copy c WHERE ((c.bind_count > 0 OR c.hold_count > 0)"
                        + " AND NOT EXISTS (SELECT FROM mail_content t WHERE t.copy_id = c.id))"
                        + " OR c.bind_count <> (SELECT count(*) FROM binding b WHERE b.copy_id = c.id)"));
        found.add(count(
                "I1",
                "No binding is without its copy",
                "SELECT count(*) FROM binding b WHERE NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = b.copy_id)"));
        found.add(new Invariant("I2", "The last complete run left nothing that was due", leftDue()));
        found.add(count(
                "I4",
                "No purged original was imported again",
                "SELECT count(*) FROM purged_original p JOIN mail_copy c USING (folder_id, uid_validity, uid)"));
        found.addAll(ledger());
        found.add(
                count(
                        "I7",
                        "No copy is without content",
                        "SELECT count(*) FROM mail_copy c WHERE NOT EXISTS (SELECT FROM mail_content t WHERE t.copy_id = c.id)"));
        found.add(count(
                "I7",
                "No content is without a copy, but what the sweep has yet to release",
                "SELECT greatest(0, " + CONTENT_WITHOUT_COPY + " - " + UNSWEPT + ")"));
        return found;
    }

    private Invariant count(String code, String what, String sql) {
        return new Invariant(
                code, what, handle.createQuery(sql).mapTo(Long.class).one());
    }

    /** Copies due as of the latest run over everything, that were there then and have stayed without being locked. */
    private long leftDue() {
        return handle.createQuery(
                        "SELECT id, as_of FROM purge_run WHERE status = 'COMPLETED' AND scope_kind = 'EVERYTHING'"
                                + " ORDER BY seal_number DESC LIMIT 1")
                .map((row, context) -> handle.createQuery(LEFT_DUE)
                        .bind("run", row.getLong("id"))
                        .bind("asOf", row.getTimestamp("as_of").toInstant())
                        .mapTo(Long.class)
                        .one())
                .findOne()
                .map(left -> Math.max(0, left))
                .orElse(0L);
    }

    private List<Invariant> ledger() {
        LedgerCount count = new LedgerCount();
        try (ResultIterator<Packed> packs = handle.createQuery(
                        "SELECT r.as_of, n.pack FROM ledger_entry n" + " JOIN purge_run r ON r.id = n.run_id")
                .setFetchSize(8)
                .map((row, context) ->
                        new Packed(row.getTimestamp("as_of").toInstant(), LedgerPack.read(row.getBytes("pack"))))
                .iterator()) {
            packs.forEachRemaining(count::add);
        }
        return List.of(
                new Invariant("I2", "No copy was purged before its time", count.early),
                new Invariant("I6", "The ledger names each purged copy once", count.twice),
                new Invariant("I6", "No copy that the ledger names is there", count.there),
                new Invariant(
                        "I6",
                        "The ledger's entries, chains and seals follow from one another",
                        new LedgerRows(handle).verify().isIntact() ? 0 : 1));
    }

    private record Packed(Instant asOf, LedgerPack pack) {}

    /** What the packs say together. */
    private final class LedgerCount {

        private static final int WINDOW = 1 << 20;

        private final Map<Long, BitSet> named = new HashMap<>();
        private final Map<Long, Optional<Integer>> days = new HashMap<>();
        private long early;
        private long twice;
        private long there;

        void add(Packed packed) {
            for (PurgedCopy copy : packed.pack().copies()) {
                BitSet window = named.computeIfAbsent(copy.copyId() / WINDOW, at -> new BitSet());
                int bit = (int) (copy.copyId() % WINDOW);
                twice += window.get(bit) ? 1 : 0;
                window.set(bit);
                early += isEarly(copy, packed.asOf()) ? 1 : 0;
            }
            Long[] ids = Arrays.stream(packed.pack().copyIds()).boxed().toArray(Long[]::new);
            there += handle.createQuery("SELECT count(*) FROM mail_copy WHERE id = ANY(:ids)")
                    .bind("ids", ids)
                    .mapTo(Long.class)
                    .one();
        }

        private boolean isEarly(PurgedCopy copy, Instant asOf) {
            Optional<Integer> kept = days.computeIfAbsent(
                    copy.termsId(), terms -> handle.createQuery("SELECT unbound_days FROM plan_terms WHERE id = :id")
                            .bind("id", terms)
                            .map((row, context) -> Optional.ofNullable(row.getObject("unbound_days", Integer.class)))
                            .one());
            return kept.isEmpty() || copy.clock().isAfter(asOf.minus(Duration.ofDays(kept.get())));
        }
    }
}
