package org.holdfast.retention;

import java.util.Objects;
import java.util.Optional;

/**
 * Why a run was held before it removed anything.
 *
 * @param found what was found, in the code's unit
 * @param allowed what would have passed, in the same unit
 * @param accountId the account that it concerns; absent if it concerns the whole run
 */
public record HeldReason(Code code, long found, long allowed, Optional<Long> accountId) {

    /** What held it. */
    public enum Code {
        /** Its instant is ahead of the database's time; in minutes. */
        CLOCK_AHEAD("The run's instant is {found} minutes ahead of the database's time"),
        /** Its instant is far from that of the last run; in hours. */
        CLOCK_JUMP("The run's instant is {found} hours after that of the last run, more than {allowed}"),
        /** It would remove more than its preview; in copies. */
        OVER_PREVIEW("The run would remove {found} copies, its preview allows {allowed}"),
        /** It would remove a large share of an account beyond what its preview says; in percent. */
        ACCOUNT_SHARE("The run would remove {found} % of account {account}, more than {allowed} %");

        private final String sentence;

        Code(String sentence) {
            this.sentence = sentence;
        }
    }

    public HeldReason {
        Objects.requireNonNull(code);
    }

    /** One sentence for a person, in English. */
    public String sentence() {
        return code.sentence
                .replace("{found}", Long.toString(found))
                .replace("{allowed}", Long.toString(allowed))
                .replace("{account}", accountId.map(Object::toString).orElse(""));
    }
}
