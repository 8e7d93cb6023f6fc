package org.holdfast.sync;

import java.time.Instant;
import org.holdfast.plan.Entitlement;

/** Asks the one function what an account may do: the bean in the application, its query elsewhere. */
@FunctionalInterface
public interface PlanAnswer {

    Entitlement entitlement(long accountId, Instant at);
}
