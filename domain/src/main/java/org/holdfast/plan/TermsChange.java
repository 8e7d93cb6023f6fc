package org.holdfast.plan;

import java.time.Instant;
import java.util.Optional;

/**
 * A change of a plan's terms on its way from a draft to its date.
 *
 * @param effectiveAt first instant of the new terms
 * @param approved who looked at it a second time, and when
 * @param published who put it into the terms, and when
 * @param withdrawn who took it back, and when
 * @param previewId the stored preview on which it was approved
 */
public record TermsChange(
        long id,
        String planCode,
        Instant effectiveAt,
        Grant grant,
        Status status,
        String reason,
        Step drafted,
        Optional<Step> approved,
        Optional<Step> published,
        Optional<Step> withdrawn,
        Optional<Long> previewId) {

    /** Who took a step, and when. */
    public record Step(String by, Instant at) {}

    /** How far a change has come. */
    public enum Status {
        DRAFT,
        APPROVED,
        /** In the terms with its date; withdrawable until that date. */
        PUBLISHED,
        WITHDRAWN
    }
}
