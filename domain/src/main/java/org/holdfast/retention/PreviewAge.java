package org.holdfast.retention;

/**
 * The copies of one plan and age in a preview.
 *
 * @param planCode the plan at the preview's instant, as it supposes
 * @param ageDays lower end of the age at that instant; the next line's is the upper end
 * @param anywayCopies of the due ones those that are due at the baseline too
 */
public record PreviewAge(String planCode, int ageDays, long dueCopies, long dueBytes, long anywayCopies, Kept kept) {}
