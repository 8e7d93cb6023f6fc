package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.AccountSummaries;
import org.holdfast.account.PlanOutlook;

/** What another plan would do to an account: copies that go, mailboxes that stop or resume. Changes nothing. */
@Path("accounts/{account: [0-9]{1,18}}/plan-outlook")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class AccountPlanOutlookResource {

    /** The outlook. */
    public record OutlookView(
            String accountId,
            String planCode,
            Instant at,
            long copies,
            long due,
            long dueBytes,
            long dueAnyway,
            PlanOutlook.KeptCopies kept,
            List<String> stopping,
            List<String> resuming) {

        static OutlookView of(PlanOutlook outlook) {
            return new OutlookView(
                    Id.of(outlook.accountId()),
                    outlook.planCode(),
                    outlook.at(),
                    outlook.copies(),
                    outlook.due(),
                    outlook.dueBytes(),
                    outlook.dueAnyway(),
                    outlook.kept(),
                    outlook.stopping(),
                    outlook.resuming());
        }
    }

    @Inject
    private AccountSummaries accounts;

    /** From: absent means now. */
    @GET
    public OutlookView outlook(
            @PathParam("account") long account, @QueryParam("plan") String plan, @QueryParam("from") Instant from) {
        if (plan == null) {
            throw InvalidRequest.of("plan", "is missing");
        }
        return OutlookView.of(accounts.outlook(account, plan, from));
    }
}
