package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.api.AccountSubscriptionsResource.SubscriptionView;
import org.holdfast.plan.ChangeSubscription;
import org.holdfast.plan.SubscriptionSets;
import org.holdfast.refusal.Refusal;

/** The plan of many accounts at once. */
@Path("subscription-changes")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class SubscriptionChangesResource {

    /**
     * A change of plan of up to 1,000 accounts.
     *
     * @param from absent: now
     * @param until absent: open
     */
    public record NewSubscriptions(
            List<Id> accountIds, String planCode, Optional<Instant> from, Optional<Instant> until, String reason) {}

    /**
     * What became of one account.
     *
     * @param subscription null if it was refused
     * @param code the refusal's; null if it was done
     * @param detail what to do about the refusal
     */
    public record ResultView(
            String accountId, Optional<SubscriptionView> subscription, Optional<String> code, Optional<String> detail) {

        static ResultView of(SubscriptionSets.Result result) {
            return new ResultView(
                    Id.of(result.accountId()),
                    result.subscription().map(SubscriptionView::of),
                    result.refusal().map(Refusal::code),
                    result.refusal().map(Refusal::getMessage));
        }
    }

    @Inject
    private SubscriptionSets sets;

    /** Each account in a transaction of its own; answers 200 also when some, or all, were refused. */
    @POST
    public Page<ResultView> change(NewSubscriptions request) {
        return Page.whole(
                sets.change(
                        request.accountIds().stream().map(Id::value).toList(),
                        new ChangeSubscription(
                                request.planCode(),
                                request.from().orElse(null),
                                request.until().orElse(null),
                                request.reason())),
                ResultView::of);
    }
}
