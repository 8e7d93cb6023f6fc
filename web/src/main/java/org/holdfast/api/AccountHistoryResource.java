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
import java.util.Optional;
import org.holdfast.account.AccountSummaries;
import org.holdfast.account.AuditEntry;

/** Who changed what of an account, its people and its mailboxes, when and why; newest first. */
@Path("accounts/{account: [0-9]{1,18}}/history")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class AccountHistoryResource {

    /** One change. */
    public record ChangeView(
            String id,
            Instant at,
            String actor,
            String action,
            String subject,
            Optional<String> reason,
            Optional<String> details) {

        static ChangeView of(AuditEntry entry) {
            return new ChangeView(
                    Id.of(entry.id()),
                    entry.at(),
                    entry.actor(),
                    entry.action(),
                    entry.subject(),
                    entry.reason(),
                    entry.details());
        }
    }

    @Inject
    private AccountSummaries accounts;

    @GET
    public Page<ChangeView> list(
            @PathParam("account") long account,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "history-of-" + account;
        int size = Page.size(limit);
        long before = Page.afterId(cursor, collection);
        return Page.byId(
                accounts.history(account, before == 0 ? null : before, size + 1),
                size,
                collection,
                AuditEntry::id,
                ChangeView::of);
    }
}
