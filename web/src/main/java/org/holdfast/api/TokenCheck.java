package org.holdfast.api;

import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.util.Set;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.PresentedToken;
import org.holdfast.security.TokenLimits;
import org.holdfast.security.TokenScope;

/** Holds tokens to their scopes and their account; closed where a resource says nothing. */
@Provider
@Priority(Priorities.AUTHORIZATION)
public class TokenCheck implements ContainerRequestFilter {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    @Context
    private ResourceInfo resource;

    @Context
    private HttpServletRequest http;

    @Override
    public void filter(ContainerRequestContext request) {
        Method method = resource.getResourceMethod();
        if (method != null) {
            PresentedToken.of(http).map(PresentedToken::limits).ifPresent(limits -> check(method, request, limits));
        }
    }

    private static void check(Method method, ContainerRequestContext request, TokenLimits limits) {
        TokenScope needed = needed(method, READING.contains(request.getMethod()));
        requireScope(limits, needed);
        boolean within = method.isAnnotationPresent(WithinAccount.class)
                || method.getDeclaringClass().isAnnotationPresent(WithinAccount.class);
        if (limits.accountId().isPresent() && !within) {
            throw refused(
                    "token-account",
                    "This token is for account " + limits.accountId().get()
                            + " only, and this concerns the installation: use another");
        }
        if (!limits.areNone() && method.isAnnotationPresent(WholeToken.class)) {
            throw refused("token-scope", "A narrowed token does not issue or revoke tokens: use another");
        }
    }

    /** For what a request needs beside the scope of its method. */
    static void require(HttpServletRequest request, TokenScope scope) {
        PresentedToken.of(request).ifPresent(token -> requireScope(token.limits(), scope));
    }

    private static void requireScope(TokenLimits limits, TokenScope needed) {
        if (!limits.allows(needed)) {
            throw refused("token-scope", "This token lacks the scope " + needed.code() + ": use one that has it");
        }
    }

    static TokenScope needed(Method method, boolean reading) {
        Needs own = method.getAnnotation(Needs.class);
        if (own != null) {
            return own.value();
        }
        Needs ofAll = method.getDeclaringClass().getAnnotation(Needs.class);
        if (reading) {
            return TokenScope.READ;
        }
        return ofAll == null ? TokenScope.ADMINISTER : ofAll.value();
    }

    private static Refusal refused(String code, String message) {
        return new Refusal(Refusal.Kind.FORBIDDEN, code, message);
    }
}
