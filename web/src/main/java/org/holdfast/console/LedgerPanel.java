package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import org.holdfast.ledger.Ledger;
import org.holdfast.ledger.Verification;

/** Verifies the whole ledger and says what was found. */
@Named
@ViewScoped
public class LedgerPanel implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    private Ledger ledger;

    @Inject
    private Clock clock;

    private transient Verification verification;
    private Instant verifiedAt;
    private Trouble trouble;

    public void verify() {
        trouble = null;
        try {
            verification = ledger.verify();
            verifiedAt = clock.instant();
        } catch (RuntimeException e) {
            verification = null;
            trouble = Trouble.log("ledger.trouble", clock.instant(), e);
        }
    }

    /** What was found; null before the first look. */
    public Verification getVerification() {
        return verification;
    }

    public Verification.Break getFirstBreak() {
        return verification.firstBreak().orElse(null);
    }

    public String getLastSeal() {
        return verification.lastSeal().orElse(null);
    }

    public Instant getVerifiedAt() {
        return verifiedAt;
    }

    public Trouble getTrouble() {
        return trouble;
    }
}
