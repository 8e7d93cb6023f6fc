package org.holdfast.ledger;

/** What comes of holding the ledger against a certificate. */
public enum CertificateOutcome {
    /** Up to the certificate's seal the ledger is what it was then, provided that it is intact. */
    PROVEN,
    /** The signature is not one over this certificate. */
    FORGED,
    /** Signed with a key that is none of this installation's. */
    UNKNOWN_KEY,
    /** The ledger ends before the certificate's seal: its tail was cut off, or an old dump was restored. */
    TAIL_CUT,
    /** The run of that number has another seal, or other totals: the ledger was rewritten. */
    REWRITTEN
}
