package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.holdfast.account.Account;
import org.holdfast.account.AccountFilter;
import org.holdfast.account.AccountSummaries;
import org.holdfast.account.AccountSummary;
import org.holdfast.account.Accounts;

/** Accounts; an owner sees the own one. */
@Path("accounts")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class AccountsResource {

    private static final String COLLECTION = "accounts";

    /**
     * An account to be.
     *
     * @param zone an IANA zone; absent: UTC
     */
    public record NewAccount(String name, Optional<String> zone) {}

    @Inject
    private Accounts accounts;

    @Inject
    private AccountSummaries summaries;

    @Context
    private UriInfo uri;

    @POST
    @Answers(value = 201, body = AccountView.class)
    public Response create(NewAccount request) {
        Account account = accounts.create(request.name(), request.zone().orElse(null));
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(account.id())).build())
                .entity(AccountView.of(account))
                .build();
    }

    @GET
    @WithinAccount
    public Page<AccountView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        return Page.byId(
                accounts.page(Page.afterId(cursor, COLLECTION), size + 1),
                size,
                COLLECTION,
                Account::id,
                AccountView::of);
    }

    /** Accounts at a glance; name: what they begin with; paused: only those with a mailbox that the plan paused. */
    @GET
    @Path("summaries")
    public Page<AccountSummaryView> summaries(
            @QueryParam("name") String name,
            @QueryParam("plan") String plan,
            @QueryParam("paused") Boolean paused,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "account-summaries-" + name + "-" + plan + "-" + paused;
        int size = Page.size(limit);
        return Page.byId(
                summaries.page(new AccountFilter(name, plan, Boolean.TRUE.equals(paused)), Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                AccountSummary::id,
                AccountSummaryView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    @WithinAccount
    public AccountView get(@PathParam("id") long id) {
        return AccountView.of(accounts.get(id));
    }
}
