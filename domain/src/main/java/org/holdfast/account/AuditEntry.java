package org.holdfast.account;

import java.time.Instant;
import java.util.Optional;

/** Who changed what of an account, when and why. */
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        String action,
        String subject,
        Optional<String> reason,
        Optional<String> details) {}
