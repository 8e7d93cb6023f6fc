package org.holdfast.run;

import static org.assertj.core.api.Assumptions.assumeThat;

/** Dovecot as a mail provider; skipped where it is not installed, but not in CI. */
class DovecotMailIT extends MailProviderContract {

    @Override
    MailProvider startProvider() {
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            assumeThat(LocalDovecot.isInstalled()).as("Dovecot is installed").isTrue();
        }
        return DovecotMail.start();
    }
}
