package org.holdfast.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;

/** The one limiter of this node. */
@ApplicationScoped
public class SignInAttempts {

    private static final int KEYS = 20_000;

    private SignInLimiter limiter;

    protected SignInAttempts() {}

    @Inject
    public SignInAttempts(Clock clock) {
        limiter = new SignInLimiter(clock, KEYS);
    }

    public SignInLimiter limiter() {
        return limiter;
    }
}
