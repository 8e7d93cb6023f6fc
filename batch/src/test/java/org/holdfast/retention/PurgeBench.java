package org.holdfast.retention;

import static org.holdfast.retention.PurgeStage.AS_OF;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.holdfast.ledger.Verification;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;

/**
 * How fast the purge's own work is (slices, fence, account locks, ledger, release of content, progress; two
 * workers in threads) against one DELETE of the same rows of metadata, on copies of one database, in turns,
 * with durable commits. The batch runtime is not in it.
 */
public final class PurgeBench {

    private static final int COPIES_PER_ACCOUNT = 500;
    private static final int CHUNK = 5_000;
    private static final double GOAL = 2.0;

    private static final String LOAD =
            "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                    + " received_at, copied_at, size_bytes, content_sha256, subject, sender, bind_count)"
                    + " SELECT f.id, f.id, f.id, 1, n, at, at, :asOf, 600, sha256((f.id || '/' || n)::bytea), 'Subject ' || n,"
                    + " 'sender@example.org', CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END FROM generate_series(1, :each) n, folder f,"
                    + " LATERAL (SELECT CAST(:asOf AS timestamptz) - ((n * 7919 + f.id * 104729) % 158400) * interval '1 minute'"
                    + " AS at) t";

    private static final String ONE_DELETE = "DELETE FROM mail_copy c USING " + DueRuleSql.ENTITLEMENT
            + ", account a, mailbox m WHERE a.id = e.account_id AND c.account_id = e.account_id AND m.id = c.mailbox_id"
            + " AND " + DueRuleSql.DUE;

    private PurgeBench() {}

    /** Arguments: how many copies, and how many rounds. */
    public static void main(String[] arguments) throws IOException {
        int copies = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        try (LocalPostgres postgres = PurgeStage.startPostgres()) {
            PurgeStage loaded = load(postgres, copies);
            List<Double> ratios = new ArrayList<>();
            List<Double> verified = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                Timed delete = onCopy(postgres, loaded, PurgeBench::oneDelete);
                Timed purge = onCopy(postgres, loaded, PurgeBench::purge);
                if (delete.copies() != purge.copies()) {
                    throw new IllegalStateException(
                            "One DELETE removed " + delete.copies() + " copies, the purge " + purge.copies());
                }
                ratios.add(purge.seconds() / delete.seconds());
                verified.add(purge.verifiedPerSecond());
                System.out.printf(
                        Locale.ROOT,
                        "round %d: %d of %d copies; one DELETE %.2f s, purge %.2f s, ledger verified at %.0f copies/s%n",
                        round,
                        purge.copies(),
                        copies,
                        delete.seconds(),
                        purge.seconds(),
                        purge.verifiedPerSecond());
            }
            report(median(ratios), median(verified), copies);
        }
    }

    /** What a way took, and how many copies it removed. */
    private record Timed(long copies, double seconds, double verifiedPerSecond) {}

    /** A way to remove what is due. */
    private interface Way {
        Timed remove(PurgeStage stage);
    }

    private static PurgeStage load(LocalPostgres postgres, int copies) {
        PurgeStage stage = new PurgeStage(postgres);
        String[] plans = {"CRM_PLUS", "STANDARD", "PROFESSIONAL", "NFR"};
        for (int account = 1; account <= copies / COPIES_PER_ACCOUNT; account++) {
            stage.account(account, plans[account % plans.length]);
        }
        stage.jdbi.useTransaction(h -> {
            h.createUpdate(LOAD)
                    .bind("asOf", AS_OF)
                    .bind("each", COPIES_PER_ACCOUNT)
                    .execute();
            h.execute(
                    "INSERT INTO mail_content (copy_id, raw) SELECT id, decode(repeat('41', 600), 'hex') FROM mail_copy");
        });
        Jdbi.create(stage.database).useHandle(h -> {
            h.execute("VACUUM ANALYZE");
            h.execute("CHECKPOINT");
        });
        return stage;
    }

    private static Timed onCopy(LocalPostgres postgres, PurgeStage loaded, Way way) {
        PurgeStage stage = new PurgeStage(postgres, loaded.name);
        stage.jdbi.useHandle(h -> h.execute("CHECKPOINT"));
        Timed timed = way.remove(stage);
        Jdbi.create(postgres.database("postgres")).useHandle(h -> h.execute("DROP DATABASE " + stage.name));
        return timed;
    }

    private static Timed oneDelete(PurgeStage stage) {
        long start = System.nanoTime();
        int removed = stage.jdbi.inTransaction(
                h -> h.createUpdate(ONE_DELETE).bind("asOf", AS_OF).execute());
        return new Timed(removed, secondsSince(start), 0);
    }

    private static Timed purge(PurgeStage stage) {
        long start = System.nanoTime();
        PurgeRun run = stage.run(stage.record(2, CHUNK), 1);
        double seconds = secondsSince(start);
        long verifying = System.nanoTime();
        Verification verification = stage.verify();
        if (run.status() != PurgeStatus.COMPLETED || !verification.isIntact()) {
            throw new IllegalStateException("The run is " + run.status() + ", its ledger " + verification);
        }
        return new Timed(run.purgedCopies(), seconds, run.purgedCopies() / secondsSince(verifying));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static void report(double ratio, double verifiedPerSecond, int copies) throws IOException {
        String verdict = ratio <= GOAL ? "ok" : "short";
        System.out.printf(
                Locale.ROOT, "bench purge/work-against-one-delete %.2f goal <=%.1f %s%n", ratio, GOAL, verdict);
        Path folder = Files.createDirectories(Path.of("target", "bench"));
        Files.writeString(
                folder.resolve("purge.json"),
                String.format(
                        Locale.ROOT,
                        "{\"copies\":%d,\"work-against-one-delete\":%.3f,\"goal\":%.1f,\"verdict\":\"%s\","
                                + "\"verified-per-second\":%.0f}%n",
                        copies,
                        ratio,
                        GOAL,
                        verdict,
                        verifiedPerSecond));
    }
}
