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
import org.holdfast.account.NewUser;
import org.holdfast.account.User;
import org.holdfast.account.Users;

/** The employees of an account. */
@Path("accounts/{account: [0-9]{1,18}}/users")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class AccountUsersResource {

    /**
     * An owner to be.
     *
     * @param password absent: cannot sign in yet
     */
    public record NewOwner(String email, Optional<String> displayName, Optional<String> password) {}

    @Inject
    private Users users;

    @Context
    private UriInfo uri;

    @POST
    @Answers(value = 201, body = UserView.class)
    public Response create(@PathParam("account") long account, NewOwner request) {
        User user = users.createOwner(
                account, new NewUser(request.email(), request.displayName().orElse(""), request.password()));
        return Response.created(uri.getBaseUriBuilder()
                        .path("users")
                        .path(Id.of(user.id()))
                        .build())
                .entity(UserView.of(user))
                .build();
    }

    @GET
    public Page<UserView> list(
            @PathParam("account") long account,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "users-of-" + account;
        int size = Page.size(limit);
        return Page.byId(
                users.page(account, Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                User::id,
                UserView::of);
    }
}
