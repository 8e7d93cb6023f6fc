package org.holdfast.sync.failure;

import java.io.IOException;

/** Why a provider could not be read. Worth another try later, unless a subclass says otherwise. */
public class ProviderFailure extends IOException {

    private static final long serialVersionUID = 1L;

    public ProviderFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
