package org.holdfast.sync.failure;

import java.time.Duration;
import java.util.Optional;

/** The provider asks to come back later; never a statement about the credentials. */
public class ProviderBusy extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    private final Duration wait;

    /**
     * Busy.
     *
     * @param wait how long it asked to wait; null if it did not say
     */
    public ProviderBusy(String message, Duration wait) {
        super(message, null);
        this.wait = wait;
    }

    /** How long the provider asked to wait. */
    public Optional<Duration> requestedWait() {
        return Optional.ofNullable(wait);
    }
}
