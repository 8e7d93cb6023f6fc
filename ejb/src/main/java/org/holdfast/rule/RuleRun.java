package org.holdfast.rule;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkKind;
import org.holdfast.work.WorkStep;
import org.jdbi.v3.core.Handle;

/** Binds by a rule what there is already. */
@ApplicationScoped
public class RuleRun implements WorkKind {

    static final String CODE = "rule-run";

    @Override
    public String code() {
        return CODE;
    }

    @Override
    public long total(Handle handle, LongWork work) {
        return RuleOverCopies.total(handle, work);
    }

    @Override
    public WorkStep step(Handle handle, LongWork work, Instant now) {
        return new RuleOverCopies(true).step(handle, work, now);
    }
}
