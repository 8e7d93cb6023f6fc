package org.holdfast.ledger;

import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Issues certificates of the ledger and holds the ledger against them. */
public final class CertificateRows {

    private static final String SEALED = "SELECT r.seal_number, r.seal, r.id, t.* FROM purge_run r CROSS JOIN LATERAL"
            + " (SELECT coalesce(sum(s.entries), 0)::bigint AS entries, coalesce(sum(s.purged_copies), 0)::bigint AS copies,"
            + " coalesce(sum(s.purged_bytes), 0)::bigint AS bytes FROM purge_run q JOIN purge_slice s ON s.run_id = q.id"
            + " WHERE q.seal_number <= r.seal_number) t WHERE r.seal_number IS NOT NULL";

    private final Handle handle;
    private final LedgerKeys keys;

    public CertificateRows(Handle handle, LedgerKeys keys) {
        this.handle = handle;
        this.keys = keys;
    }

    /** A certificate of the ledger up to its last seal; before the first one it says that nothing was sealed. */
    public Certificate issue(String issuedBy, Instant now) {
        String key = keys.publicKey(handle, now);
        Certificate open = handle.createQuery(SEALED + " ORDER BY r.seal_number DESC LIMIT 1")
                .map((row, context) -> new Certificate(
                        now,
                        issuedBy,
                        row.getLong("seal_number"),
                        HexFormat.of().formatHex(row.getBytes("seal")),
                        row.getLong("id"),
                        row.getLong("entries"),
                        row.getLong("copies"),
                        row.getLong("bytes"),
                        key,
                        null))
                .findOne()
                .orElseGet(() -> new Certificate(now, issuedBy, 0, LedgerHash.ZERO.toString(), 0, 0, 0, 0, key, null));
        return keys.sign(handle, open);
    }

    /** What the ledger says to a certificate; whether it is intact is another question. */
    public CertificateOutcome check(Certificate certificate) {
        if (!LedgerKeys.isSigned(certificate)) {
            return CertificateOutcome.FORGED;
        }
        boolean known = handle.createQuery("SELECT EXISTS (SELECT FROM ledger_key WHERE public_key = :key)")
                .bind("key", Base64.getDecoder().decode(certificate.publicKey()))
                .mapTo(Boolean.class)
                .one();
        if (!known) {
            return CertificateOutcome.UNKNOWN_KEY;
        }
        if (certificate.sealNumber() == 0) {
            return CertificateOutcome.PROVEN;
        }
        Optional<Boolean> same = handle.createQuery(SEALED + " AND r.seal_number = :number")
                .bind("number", certificate.sealNumber())
                .map((row, context) ->
                        HexFormat.of().formatHex(row.getBytes("seal")).equals(certificate.seal())
                                && row.getLong("id") == certificate.runId()
                                && row.getLong("entries") == certificate.entries()
                                && row.getLong("copies") == certificate.copies()
                                && row.getLong("bytes") == certificate.bytes())
                .findOne();
        return same.map(unchanged -> unchanged ? CertificateOutcome.PROVEN : CertificateOutcome.REWRITTEN)
                .orElse(CertificateOutcome.TAIL_CUT);
    }
}
