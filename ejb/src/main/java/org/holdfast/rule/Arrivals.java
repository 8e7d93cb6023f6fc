package org.holdfast.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.holdfast.sync.ShortTransaction;
import org.jdbi.v3.core.Handle;

/**
 * Shows copies that came in to the rules of their account. A copy leaves the queue in the transaction that
 * binds it; one that makes a rule fail is tried again later, and given up after five times.
 */
final class Arrivals {

    private static final System.Logger LOG = System.getLogger(Arrivals.class.getName());
    private static final int BATCH = 100;

    private final ShortTransaction transactions;

    Arrivals(ShortTransaction transactions) {
        this.transactions = transactions;
    }

    private record Arrival(long copyId, long accountId) {}

    /** Takes up what waits; false if nothing did. */
    boolean work(Instant now) {
        try {
            return transactions.call(h -> take(h, BATCH, now)) > 0;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Arrivals could not be shown to rules; going on singly", e);
            return singly(now);
        }
    }

    private boolean singly(Instant now) {
        boolean any = false;
        for (int i = 0; i < BATCH; i++) {
            Long[] taken = {null};
            try {
                any |= transactions.call(h -> {
                            List<Arrival> one = claim(h, 1);
                            one.forEach(arrival -> taken[0] = arrival.copyId());
                            return bind(h, one, now);
                        })
                        > 0;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "A rule failed on message " + taken[0], e);
                postpone(taken[0]);
            }
        }
        return any;
    }

    private void postpone(Long copyId) {
        if (copyId != null) {
            transactions.call(h -> h.execute(
                    "UPDATE rule_arrival SET tries = tries + 1,"
                            + " due_at = clock_timestamp() + interval '1 minute' WHERE copy_id = ?",
                    copyId));
            transactions.call(h -> h.execute("DELETE FROM rule_arrival WHERE copy_id = ? AND tries >= 5", copyId));
        }
    }

    private static int take(Handle handle, int most, Instant now) {
        return bind(handle, claim(handle, most), now);
    }

    private static List<Arrival> claim(Handle handle, int most) {
        return handle.createQuery("DELETE FROM rule_arrival WHERE copy_id IN (SELECT copy_id FROM rule_arrival"
                        + " WHERE due_at <= clock_timestamp() ORDER BY due_at, copy_id LIMIT :most"
                        + " FOR UPDATE SKIP LOCKED) RETURNING copy_id, account_id")
                .bind("most", most)
                .map((row, context) -> new Arrival(row.getLong("copy_id"), row.getLong("account_id")))
                .list();
    }

    private static int bind(Handle handle, List<Arrival> arrivals, Instant now) {
        Map<Long, List<Arrival>> byAccount = arrivals.stream().collect(Collectors.groupingBy(Arrival::accountId));
        byAccount.forEach((account, copies) -> {
            List<BindingRule> rules = new RuleRows(handle)
                    .of(account).stream().filter(rule -> rule.draft().enabled()).toList();
            RuleMatcher matcher = new RuleMatcher(handle, account);
            copies.stream().map(Arrival::copyId).sorted().forEach(copy -> new RuleRows(handle)
                    .head(copy)
                    .ifPresent(head -> {
                        MessageTraits traits = MessageTraits.of(head);
                        rules.forEach(rule -> bind(handle, rule, copy, matcher.targets(rule, traits), null, now));
                    }));
        });
        return arrivals.size();
    }

    /**
     * Binds a copy to records by a rule.
     *
     * @param workId the run over existing copies; null: on arrival
     * @return how many bindings are new
     */
    static int bind(
            Handle handle, BindingRule rule, long copyId, List<BindingTarget> targets, Long workId, Instant now) {
        BindingRepository bindings = new BindingRepository(handle);
        Optional<Long> account = targets.isEmpty() ? Optional.empty() : bindings.lockCopy(copyId);
        int made = 0;
        if (account.isPresent()) {
            BindingRepository.Origin origin = new BindingRepository.Origin(rule.by(), rule.id(), workId);
            for (BindingTarget target : targets) {
                made += bindings.bindByRule(copyId, account.get(), target, origin, now) ? 1 : 0;
            }
        }
        return made;
    }
}
