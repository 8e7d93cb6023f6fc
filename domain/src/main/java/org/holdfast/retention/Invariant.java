package org.holdfast.retention;

/**
 * How often a promise was found broken.
 *
 * @param code such as {@code I7}
 * @param what the promise in one sentence, for a person
 * @param violations 0: it holds, as far as one database shows it
 */
public record Invariant(String code, String what, long violations) {

    public boolean holds() {
        return violations == 0;
    }
}
