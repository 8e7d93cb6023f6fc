package org.holdfast.api;

import java.util.Optional;
import org.holdfast.refusal.Refusal;

/** Why one item of a bulk request was refused, as a {@link Problem} would say it. */
public record ItemProblem(int status, String code, String detail) {

    /**
     * Does one item.
     *
     * @return empty if it was done
     */
    static Optional<ItemProblem> of(Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(new ItemProblem(400, "invalid-request", e.getMessage()));
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof Refusal refusal) {
                    return Optional.of(new ItemProblem(refusal.kind().status(), refusal.code(), refusal.getMessage()));
                }
            }
            throw e;
        }
    }
}
