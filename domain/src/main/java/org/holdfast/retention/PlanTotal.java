package org.holdfast.retention;

import java.util.Optional;

/**
 * What a run found and removed of the accounts of one plan.
 *
 * @param accounts accounts with due copies
 * @param purgedCopies absent until it was counted, after the end
 */
public record PlanTotal(
        String planCode,
        long accounts,
        long dueCopies,
        long dueBytes,
        Optional<Long> purgedCopies,
        Optional<Long> purgedBytes) {}
