package org.holdfast.ledger;

import jakarta.ejb.Asynchronous;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/** Reads the whole ledger in the background, in one transaction, and tells the log how far it is. */
@Stateless
public class LedgerReader {

    private static final System.Logger LOG = System.getLogger(LedgerReader.class.getName());

    @Inject
    private Jdbi jdbi;

    @Inject
    private LedgerKeys keys;

    @Inject
    private VerificationLog log;

    /** Verifies; the outcome is in the log. */
    @Asynchronous
    public void verify(long id, Optional<Certificate> certificate) {
        try {
            Telling telling = new Telling(id);
            jdbi.useHandle(h -> {
                Verification found = new LedgerRows(h).verify(telling::tell);
                found.firstBreak().ifPresent(broken -> Ledger.told(h, broken));
                log.end(id, found, certificate.map(given -> new CertificateRows(h, keys).check(given)));
            });
        } catch (CancellationException e) {
            LOG.log(System.Logger.Level.INFO, "Verification {0} of the ledger was given up", id);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Verification " + id + " of the ledger came to no result", e);
            log.fail(id, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    /** Not more than once a second: each is a transaction. */
    private final class Telling {

        private final long id;
        private long last = System.nanoTime();

        Telling(long id) {
            this.id = id;
        }

        void tell(VerificationProgress progress) {
            if (System.nanoTime() - last >= TimeUnit.SECONDS.toNanos(1)) {
                last = System.nanoTime();
                if (!log.progress(id, progress)) {
                    throw new CancellationException();
                }
            }
        }
    }
}
