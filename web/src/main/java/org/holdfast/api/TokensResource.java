package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.ApiToken;
import org.holdfast.security.ApiTokens;
import org.holdfast.security.IssuedToken;
import org.holdfast.security.PasswordSignIn;
import org.holdfast.security.TokenLimits;
import org.holdfast.security.TokenScope;

/** The caller's own tokens. */
@Path("tokens")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class TokensResource {

    private static final String COLLECTION = "tokens";

    /**
     * A token to be.
     *
     * @param name what its owner calls it
     * @param expiresAt absent: in 90 days
     * @param email and password: instead of a token in the request, to get a first one
     * @param scopes of read, content, bind, mail, mailboxes, administer; absent: everything that its user may
     * @param accountId the one account that it is for; absent: every account that its user sees
     */
    public record NewToken(
            String name,
            Optional<Instant> expiresAt,
            Optional<String> email,
            Optional<String> password,
            Optional<List<String>> scopes,
            Optional<Id> accountId) {

        TokenLimits limits() {
            return new TokenLimits(
                    scopes.map(codes -> codes.stream().map(NewToken::scope).collect(Collectors.toSet())),
                    accountId.map(Id::value));
        }

        private static TokenScope scope(String code) {
            return TokenScope.of(code)
                    .orElseThrow(() -> InvalidRequest.of(
                            "scopes",
                            "are of "
                                    + Arrays.stream(TokenScope.values())
                                            .map(TokenScope::code)
                                            .collect(Collectors.joining(", "))));
        }
    }

    @Inject
    private ApiTokens tokens;

    @Context
    private HttpServletRequest http;

    @Context
    private UriInfo uri;

    /** Issues a token to whoever sends a token or a mail address and password. */
    @POST
    @ShownOnce
    @WholeToken
    @Answers(value = 201, body = TokenView.Issued.class)
    public Response issue(NewToken request) {
        IssuedToken issued = issued(request);
        return Response.created(uri.getAbsolutePathBuilder()
                        .path(Id.of(issued.token().id()))
                        .build())
                .entity(TokenView.issued(issued))
                .build();
    }

    private IssuedToken issued(NewToken request) {
        Instant expiresAt = request.expiresAt().orElse(null);
        if (request.email().isPresent() && request.password().isPresent()) {
            PasswordSignIn signIn =
                    new PasswordSignIn(request.email().get(), request.password().get());
            if (!request.limits().areNone()) {
                throw InvalidRequest.of("scopes", "go with a token in the request, not with a password");
            }
            return tokens.issue(signIn, http.getRemoteAddr(), request.name(), expiresAt);
        }
        if (http.getUserPrincipal() == null
                || request.email().isPresent()
                || request.password().isPresent()) {
            throw new Refusal(
                    Refusal.Kind.UNAUTHENTICATED,
                    "token-missing",
                    "Send a token in the header Authorization: Bearer, or email and password in the body");
        }
        return tokens.issue(request.name(), expiresAt, request.limits());
    }

    @GET
    public Page<TokenView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        if (http.getUserPrincipal() == null) {
            throw new Refusal(
                    Refusal.Kind.UNAUTHENTICATED, "token-missing", "Send a token in the header Authorization: Bearer");
        }
        int size = Page.size(limit);
        return Page.byId(
                tokens.page(Page.afterId(cursor, COLLECTION), size + 1), size, COLLECTION, ApiToken::id, TokenView::of);
    }

    @DELETE
    @WholeToken
    @Path("{id: [0-9]{1,18}}")
    public void revoke(@PathParam("id") long id) {
        tokens.revoke(id);
    }
}
