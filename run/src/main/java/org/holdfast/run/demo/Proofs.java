package org.holdfast.run.demo;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.ImapSession;
import org.holdfast.run.MailProvider;
import org.holdfast.run.Original;

/** The table for each plan, and the checks with their results. */
final class Proofs {

    private final List<DemoMailbox> mailboxes;
    private final Report report;
    private final MailProvider provider;

    Proofs(Story story, Report report, MailProvider provider) {
        this.mailboxes = story.mailboxes();
        this.report = report;
        this.provider = provider;
    }

    void print(HoldfastApi administrator, JsonObject preview, JsonObject run, String freeRefused) {
        report.step("Checking");
        table();
        report.plain("%nProofs");
        imported();
        purged(preview, run);
        bound();
        report.check(
                freeRefused.contains("403 plan-does-not-sync") && freeRefused.contains("PAUSED_BY_PLAN"),
                "FREE no longer synchronises: %s",
                freeRefused);
        report.check(
                mailboxes.stream()
                        .allMatch(m -> m.cameBack() == 0 && m.resynced.keySet().equals(m.purgedTo.keySet())),
                "after the second synchronisation nothing had come back, and nothing was imported again");
        ledger(administrator);
        originals();
    }

    private void table() {
        report.plain("%n%-14s%10s%8s%8s%8s%8s%11s", "plan", "imported", "bound", "due", "purged", "kept", "came back");
        for (DemoMailbox m : mailboxes) {
            report.plain(
                    "%-14s%10d%8d%8d%8d%8d%11d",
                    m.plan.code(),
                    m.imported.size(),
                    m.bound.size(),
                    m.previewDue,
                    m.purged().size(),
                    m.resynced.size(),
                    m.cameBack());
        }
    }

    private void imported() {
        report.check(
                mailboxes.stream().allMatch(m -> m.imported.size() == m.before.messages() && m.before.messages() > 0),
                "every original was imported while all plans kept without limit");
    }

    private void purged(JsonObject preview, JsonObject run) {
        long total = mailboxes.stream().mapToLong(m -> m.purged().size()).sum();
        report.check(run.getString("status").equals("COMPLETED"), "the purge run completed");
        report.check(
                mailboxes.stream().allMatch(m -> m.previewDue == m.expectedDue && m.expectedDue > 0),
                "the dry run says for each plan what the dates of its mail say");
        report.check(
                mailboxes.stream().allMatch(m -> m.purged().size() == m.previewDue)
                        && total == preview.getInt("due")
                        && total == run.getJsonObject("progress").getInt("purgedCopies"),
                "the run purged what the dry run had shown, for each plan: %d copies",
                total);
    }

    private void bound() {
        int equal = 0;
        int all = 0;
        for (DemoMailbox mailbox : mailboxes) {
            Map<String, byte[]> originals = contents(mailbox);
            for (JsonObject copy : mailbox.bound.values()) {
                all++;
                byte[] raw = mailbox.resynced.containsKey(copy.getString("id"))
                        ? mailbox.tenant.owner().bytes("messages/" + copy.getString("id") + "/raw")
                        : null;
                if (raw != null && Arrays.equals(raw, originals.get(DemoMailbox.content(copy)))) {
                    equal++;
                }
            }
        }
        report.check(
                equal == all && all > 0,
                "%d of %d bound copies are there, equal to their originals in every byte",
                equal,
                all);
    }

    private Map<String, byte[]> contents(DemoMailbox mailbox) {
        Map<String, byte[]> contents = new HashMap<>();
        try (ImapSession session = mailbox.open(provider)) {
            for (String folder : session.folders()) {
                for (Original original : session.originals(folder)) {
                    contents.put(sha256(original.content()), original.content());
                }
            }
        }
        return contents;
    }

    private void ledger(HoldfastApi administrator) {
        JsonObject verification = administrator.post("ledger/verification", JsonValue.EMPTY_JSON_OBJECT);
        long named = 0;
        long purged = 0;
        for (DemoMailbox mailbox : mailboxes) {
            for (JsonObject copy : mailbox.purged()) {
                purged++;
                JsonObject entry = administrator.get("ledger/copies/" + copy.getString("id"));
                if (entry.getString("contentSha256").equals(DemoMailbox.content(copy))
                        && entry.getString("planCode").equals(mailbox.plan.code())) {
                    named++;
                }
            }
        }
        report.check(
                verification.getBoolean("intact") && verification.getInt("copies") == purged,
                "the ledger is verified: %d entries name %d copies, no break in the chain",
                verification.getInt("entries"),
                verification.getInt("copies"));
        report.check(
                named == purged,
                "the ledger names each of the %d purged copies with its content's SHA-256 and its plan",
                purged);
    }

    private void originals() {
        int same = 0;
        for (DemoMailbox mailbox : mailboxes) {
            if (mailbox.snapshot(provider).equals(mailbox.before)) {
                same++;
            }
        }
        int messages = mailboxes.stream().mapToInt(m -> m.before.messages()).sum();
        report.check(
                same == mailboxes.size(),
                "%d originals at the provider are the same before and after (SHA-256 over bytes, dates and flags)",
                messages);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
