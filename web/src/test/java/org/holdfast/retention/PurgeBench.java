package org.holdfast.retention;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.holdfast.retention.BenchDatabases.Ways;

/**
 * How fast the purge is: the real job on Payara Micro with a heap of 256 MB and PostgreSQL with durable commits,
 * in turns with its peers, each on a copy of the same database. Every copy has content of 600 bytes; two workers,
 * chunks of 5,000.
 */
public final class PurgeBench {

    private final Map<String, List<Double>> ratios = new LinkedHashMap<>();
    private final Map<String, Double> goals = new LinkedHashMap<>();
    private final Map<String, Double> measured = new LinkedHashMap<>();

    private PurgeBench() {}

    /** Arguments: how many copies, how many rounds, the WAR. */
    public static void main(String[] arguments) throws Exception {
        int copies = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        PurgeBench bench = new PurgeBench();
        try (BenchDatabases databases = new BenchDatabases(copies, Path.of(arguments[2]))) {
            for (int round = 1; round <= rounds; round++) {
                bench.round(round, databases);
            }
            bench.hundredfold(databases, rounds);
            bench.foreground(databases);
        }
        bench.report(copies, rounds);
    }

    private void round(int number, BenchDatabases databases) throws Exception {
        Ways.Timed delete = databases.fresh(Ways::oneDelete);
        Ways.Timed job = databases.fresh(Ways::job);
        Ways.Timed loop = databases.fresh(Ways::plainLoop);
        Ways.Timed jpa = databases.fresh(Ways::jpa);
        if (delete.copies() != job.copies() || delete.copies() != loop.copies()) {
            throw new IllegalStateException("The ways removed different copies: " + delete + ", " + job + ", " + loop);
        }
        ratio("job-against-one-delete", 2.0, job.seconds() / delete.seconds());
        ratio("batch-against-plain-loop", 1.1, job.seconds() / loop.seconds());
        ratio("job-against-jpa", 0.2, job.perCopy() / jpa.perCopy());
        ratio("verify-against-500000-a-second", 1.0, 500_000 / loop.verifiedPerSecond());
        measured.put("found-in-the-ledger-ms", loop.findMillis());
        measured.put("release-of-content-seconds", loop.releaseSeconds());
        System.out.printf(
                Locale.ROOT,
                "round %d: %d copies; one DELETE %.2f s, job %.2f s, plain loop %.2f s (of it content %.2f s),"
                        + " JPA %.1f copies/s; ledger verified at %.0f copies/s, a copy found in %.2f ms%n",
                number,
                delete.copies(),
                delete.seconds(),
                job.seconds(),
                loop.seconds(),
                loop.releaseSeconds(),
                1 / jpa.perCopy(),
                loop.verifiedPerSecond(),
                loop.findMillis());
    }

    private void hundredfold(BenchDatabases databases, int rounds) throws Exception {
        for (int round = 1; round <= rounds; round++) {
            Ways.Timed small = databases.small(Ways::plainLoop);
            Ways.Timed large = databases.fresh(ways -> ways.plainLoopOver(small.copies()));
            if (small.copies() != large.copies()) {
                throw new IllegalStateException("Not as many were due: " + small + ", " + large);
            }
            ratio(databases.factor() + "-times-the-copies-as-many-due", 1.2, large.seconds() / small.seconds());
            System.out.printf(
                    Locale.ROOT,
                    "round %d: %d due in %.2f s, as many of %d times the copies in %.2f s (of it content %.2f s, %.2f s)%n",
                    round,
                    small.copies(),
                    small.seconds(),
                    databases.factor(),
                    large.seconds(),
                    small.releaseSeconds(),
                    large.releaseSeconds());
        }
    }

    private void foreground(BenchDatabases databases) throws Exception {
        Ways.Disturbed disturbed = databases.disturbed();
        ratio("foreground-p95-with-against-without", 2.0, disturbed.p95With() / disturbed.p95Without());
        ratio("heap-against-256-mb", 1.0, disturbed.heapMegabytes() / 256);
        measured.put("foreground-p95-without-ms", disturbed.p95Without());
        measured.put("foreground-p95-with-ms", disturbed.p95With());
        measured.put("heap-after-collection-first-half-mb", disturbed.heapFirstHalf());
        measured.put("heap-after-collection-second-half-mb", disturbed.heapSecondHalf());
        System.out.printf(
                Locale.ROOT,
                "foreground p95 %.2f ms without, %.2f ms with the purge; heap at most %.0f MB, lowest in the first half"
                        + " %.0f MB, in the second %.0f MB%n",
                disturbed.p95Without(),
                disturbed.p95With(),
                disturbed.heapMegabytes(),
                disturbed.heapFirstHalf(),
                disturbed.heapSecondHalf());
    }

    private void ratio(String figure, double goal, double value) {
        goals.put(figure, goal);
        ratios.computeIfAbsent(figure, name -> new ArrayList<>()).add(value);
    }

    private static double median(List<Double> figures) {
        return figures.stream().sorted().toList().get(figures.size() / 2);
    }

    private void report(int copies, int rounds) throws IOException {
        List<String> lines = new ArrayList<>();
        ratios.forEach((figure, all) -> {
            double median = median(all);
            double goal = goals.get(figure);
            String verdict = median <= goal ? "ok" : "short";
            System.out.printf(Locale.ROOT, "bench purge/%s %.2f goal <=%.2f %s%n", figure, median, goal, verdict);
            lines.add(String.format(
                    Locale.ROOT,
                    "\"%s\":{\"ratio\":%.3f,\"goal\":%.2f,\"verdict\":\"%s\",\"rounds\":%s}",
                    figure,
                    median,
                    goal,
                    verdict,
                    all.stream()
                            .map(each -> String.format(Locale.ROOT, "%.3f", each))
                            .toList()));
        });
        measured.forEach((what, value) -> lines.add(String.format(Locale.ROOT, "\"%s\":%.3f", what, value)));
        Path folder = Files.createDirectories(Path.of("target", "bench"));
        Files.writeString(
                folder.resolve("purge.json"),
                "{\"copies\":" + copies + ",\"rounds\":" + rounds + "," + String.join(",", lines) + "}\n");
    }
}
