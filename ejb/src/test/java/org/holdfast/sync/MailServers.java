package org.holdfast.sync;

import org.holdfast.run.LocalDovecot;
import org.junit.jupiter.api.Assumptions;

/** Real mail servers for tests: skipped with a reason where there is none, but never in CI. */
final class MailServers {

    private MailServers() {}

    static LocalDovecot dovecot(LocalDovecot.Options options) {
        requireDovecot();
        return LocalDovecot.start(options);
    }

    /** Skips with a printed reason where it is missing; fails in CI. */
    static void requireDovecot() {
        if (!LocalDovecot.isInstalled()) {
            String reason = "Dovecot is not installed: apt-get install dovecot-core dovecot-imapd";
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(reason);
            }
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
    }
}
