package org.holdfast.overview;

import java.time.LocalDate;

/**
 * One day of the chart.
 *
 * @param kept copied on that day and now bound or held
 * @param temporary copied on that day and now neither
 * @param purged removed on that day, from the ledger; 0 for an owner, since the ledger is not kept by account
 */
public record DayOfCopies(LocalDate day, long kept, long temporary, long purged) {}
