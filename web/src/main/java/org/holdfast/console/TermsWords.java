package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Duration;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Grant;
import org.holdfast.plan.PlanTerms;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.plan.TermsChange;
import org.holdfast.retention.PreviewStatus;

/** What terms grant and how far a change is, in words. */
@Named
@RequestScoped
public class TermsWords {

    @Inject
    private Words words;

    /** "60 days", "0 days" or "no limit", which is something else. */
    public String days(RetentionPeriod period) {
        return period.isUnlimited()
                ? words.of("terms.unlimited")
                : words.of("terms.days", period.days().getAsInt());
    }

    public String days(Duration grace) {
        return words.of("terms.days", grace.toDays());
    }

    public String count(Allowance allowance) {
        return allowance.count().isPresent() ? words.number(allowance.count().getAsInt()) : words.of("terms.unlimited");
    }

    public String sync(boolean syncs) {
        return words.of(syncs ? "terms.syncs" : "terms.syncs.not");
    }

    /** What people ask first, in one line. */
    public String line(Grant grant) {
        return words.of(
                "terms.line",
                sync(grant.syncs()),
                days(grant.retention()),
                count(grant.mailboxesPerUser()),
                count(grant.sharedMailboxes()));
    }

    /** What people ask first, in one line. */
    public String line(PlanTerms terms) {
        return line(grant(terms));
    }

    static Grant grant(PlanTerms terms) {
        return new Grant(
                terms.syncs(), terms.retention(), terms.grace(), terms.mailboxesPerUser(), terms.sharedMailboxes());
    }

    public Tone tone(TermsChange.Status status) {
        return switch (status) {
            case DRAFT -> Tone.WAITING;
            case APPROVED -> Tone.NOTICE;
            case PUBLISHED -> Tone.GOOD;
            case WITHDRAWN -> Tone.WARNING;
        };
    }

    public Tone tone(PreviewStatus status) {
        return switch (status) {
            case WAITING -> Tone.WAITING;
            case RUNNING -> Tone.BUSY;
            case READY -> Tone.GOOD;
            case FAILED -> Tone.BAD;
            case CANCELLED -> Tone.WARNING;
        };
    }
}
