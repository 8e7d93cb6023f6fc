package org.holdfast.rule;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.binding.BindingTarget;
import org.jdbi.v3.core.Handle;

/** Says what a rule would bind a message to. The account's own addresses and domains say nothing. */
final class RuleMatcher {

    private final RuleRows rows;
    private final long accountId;
    private final Set<String> ownAddresses;
    private final Set<String> ownDomains;

    RuleMatcher(Handle handle, long accountId) {
        this.rows = new RuleRows(handle);
        this.accountId = accountId;
        List<String> own = rows.ownAddresses(accountId);
        this.ownAddresses = Set.copyOf(own);
        this.ownDomains = own.stream()
                .map(address -> address.substring(address.lastIndexOf('@') + 1))
                .collect(Collectors.toSet());
    }

    /** The records that a message belongs to by a rule; empty if it matches none. */
    List<BindingTarget> targets(BindingRule rule, MessageTraits message) {
        String kind = rule.draft().kind().orElse(null);
        return switch (rule.draft().basis()) {
            case ADDRESS -> {
                Set<String> values = without(message.addresses(), ownAddresses);
                yield values.isEmpty() ? List.of() : rows.byKey(accountId, kind, false, values);
            }
            case DOMAIN -> {
                Set<String> values = without(message.domains(), ownDomains);
                yield values.isEmpty() ? List.of() : rows.byKey(accountId, kind, true, values);
            }
            case REPLY ->
                message.answered().isEmpty()
                        ? List.of()
                        : rows.byThread(accountId, rule.draft().kind(), message.answered());
            case SUBJECT -> {
                Set<String> references =
                        new SubjectPattern(rule.draft().pattern().orElseThrow()).references(message.subject());
                yield references.isEmpty() ? List.of() : rows.byReference(accountId, kind, references);
            }
        };
    }

    private static Set<String> without(Collection<String> all, Set<String> own) {
        Set<String> rest = new LinkedHashSet<>(all);
        rest.removeAll(own);
        return rest;
    }
}
