package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
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
import org.holdfast.account.Role;
import org.holdfast.account.User;
import org.holdfast.account.Users;

/** Administrators and auditors of the installation, and any user by id. */
@Path("users")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class UsersResource {

    private static final String COLLECTION = "users";

    /**
     * An administrator or auditor to be.
     *
     * @param password absent: cannot sign in yet
     */
    public record NewOperator(String email, Role role, Optional<String> displayName, Optional<String> password) {}

    @Inject
    private Users users;

    @Context
    private UriInfo uri;

    @POST
    @Answers(value = 201, body = UserView.class)
    public Response create(NewOperator request) {
        User user = users.createOperator(
                request.role(),
                new NewUser(request.email(), request.displayName().orElse(""), request.password()));
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(user.id())).build())
                .entity(UserView.of(user))
                .build();
    }

    @GET
    public Page<UserView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        return Page.byId(
                users.operators(Page.afterId(cursor, COLLECTION), size + 1), size, COLLECTION, User::id, UserView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public UserView get(@PathParam("id") long id) {
        return UserView.of(users.get(id));
    }

    /** Keeps a user out from now on; the user's tokens are revoked. */
    @POST
    @Path("{id: [0-9]{1,18}}/disable")
    @Consumes(MediaType.WILDCARD)
    public UserView disable(@PathParam("id") long id) {
        return UserView.of(users.disable(id));
    }

    /** Lets a user in again. */
    @POST
    @Path("{id: [0-9]{1,18}}/enable")
    @Consumes(MediaType.WILDCARD)
    public UserView enable(@PathParam("id") long id) {
        return UserView.of(users.enable(id));
    }

    /** Changes the own password, or as an administrator somebody else's. */
    @PUT
    @Path("{id: [0-9]{1,18}}/password")
    public UserView changePassword(@PathParam("id") long id, NewPassword request) {
        return UserView.of(users.changePassword(id, request.current(), request.password()));
    }

    /**
     * A password to be; printed without it.
     *
     * @param current the present one, for the own password
     */
    public record NewPassword(Optional<String> current, String password) {

        @Override
        public String toString() {
            return "NewPassword";
        }
    }
}
