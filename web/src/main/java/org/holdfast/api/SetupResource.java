package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.holdfast.account.FirstRun;
import org.holdfast.account.NewUser;
import org.holdfast.account.User;
import org.holdfast.security.ApiTokens;
import org.holdfast.security.PasswordSignIn;

/** Makes the first administrator with the token in the server's log; closed afterwards. */
@Path("setup")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class SetupResource {

    /** The first administrator to be. */
    public record SetUp(String token, String email, String password, String displayName) {}

    /** The first administrator and a first token. */
    public record Done(UserView user, TokenView.Issued token) {}

    @Inject
    private FirstRun firstRun;

    @Inject
    private ApiTokens tokens;

    @Context
    private HttpServletRequest http;

    @POST
    @Answers(value = 201, body = Done.class)
    public Response setUp(SetUp request) {
        User user = firstRun.setUp(
                request.token(), new NewUser(request.email(), request.displayName(), Optional.of(request.password())));
        PasswordSignIn signIn = new PasswordSignIn(user.email(), request.password());
        TokenView.Issued token = TokenView.issued(tokens.issue(signIn, http.getRemoteAddr(), "first run", null));
        return Response.status(Response.Status.CREATED)
                .entity(new Done(UserView.of(user), token))
                .build();
    }
}
