package org.holdfast.ledger;

/**
 * How far a verification of the ledger is.
 *
 * @param entries and copies: read so far
 * @param allEntries and allCopies: to be read, by what the slices say; a purge that runs meanwhile adds more
 */
public record VerificationProgress(long entries, long allEntries, long copies, long allCopies) {

    /** Further on. */
    public VerificationProgress at(long nowEntries, long nowCopies) {
        return new VerificationProgress(nowEntries, allEntries, nowCopies, allCopies);
    }
}
