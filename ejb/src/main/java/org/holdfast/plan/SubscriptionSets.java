package org.holdfast.plan;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;

/** Changes the plan of many accounts at once; one that is refused does not stop the others. */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
public class SubscriptionSets {

    /** The most accounts of one request. */
    public static final int MOST = 1_000;

    @Inject
    private Subscriptions subscriptions;

    /**
     * What became of one account.
     *
     * @param subscription the new row; empty if it was refused
     * @param refusal why; empty if it was done
     */
    public record Result(long accountId, Optional<Subscription> subscription, Optional<Refusal> refusal) {}

    /**
     * Changes account after account, each in a transaction of its own.
     *
     * @param accountIds 1 to {@value #MOST}; repetitions count once
     * @return in the order of the ids
     * @throws Refusal {@code accounts-count} for none or too many; then nothing is changed
     */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public List<Result> change(List<Long> accountIds, ChangeSubscription request) {
        LinkedHashSet<Long> accounts = new LinkedHashSet<>(accountIds);
        if (accounts.isEmpty() || accounts.size() > MOST) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "accounts-count", "Name 1 to " + MOST + " accounts, not " + accounts.size());
        }
        List<Result> results = new ArrayList<>();
        for (long account : accounts) {
            results.add(change(account, request));
        }
        return results;
    }

    private Result change(long account, ChangeSubscription request) {
        try {
            return new Result(account, Optional.of(subscriptions.change(account, request)), Optional.empty());
        } catch (Refusal e) {
            return new Result(account, Optional.empty(), Optional.of(e));
        }
    }
}
