package org.holdfast.binding;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the CRM told of a record.
 *
 * @param addresses and domains: of the people and the company behind it, lower-case
 * @param closed no rule binds to it any more
 * @param deletedAt when the CRM said that it is no more; empty while it is
 */
public record CrmRecord(
        long id,
        long accountId,
        BindingTarget target,
        String title,
        List<String> addresses,
        List<String> domains,
        boolean closed,
        Optional<Instant> deletedAt,
        Instant changedAt,
        long version) {

    public CrmRecord {
        addresses = List.copyOf(addresses);
        domains = List.copyOf(domains);
    }
}
