package org.holdfast.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.CallerPrincipal;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.security.enterprise.credential.Credential;
import jakarta.security.enterprise.credential.UsernamePasswordCredential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStoreHandler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;

/**
 * How requests come in: the console by a form and then a session, the API by a token with each request.
 * Everything that is not named public is closed. The session holds the user's id only, and each request
 * asks anew whether that user may come in; the container's own session registration is not used, since
 * it would open sessions for the API and let them in without a token.
 */
@ApplicationScoped
public class SignIn implements HttpAuthenticationMechanism {

    private static final String USER = "org.holdfast.user";

    @Inject
    private IdentityStoreHandler store;

    @Inject
    private Credentials credentials;

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context)
            throws AuthenticationException {
        Credential presented =
                context.isAuthenticationRequest() ? context.getAuthParameters().getCredential() : null;
        if (presented instanceof UsernamePasswordCredential form) {
            return signIn(request, form, context);
        }
        Area area = Area.of(SecurityHeaders.pathOf(request));
        return area.isApi() ? api(request, response, context, area) : console(request, response, context, area);
    }

    /** The form's credential, through SecurityContext.authenticate. The session gets a new id. */
    private AuthenticationStatus signIn(
            HttpServletRequest request, UsernamePasswordCredential form, HttpMessageContext context) {
        CredentialValidationResult result = store.validate(
                new PasswordAttempt(form.getCaller(), form.getPasswordAsString(), request.getRemoteAddr()));
        if (result.getStatus() != CredentialValidationResult.Status.VALID) {
            return AuthenticationStatus.SEND_FAILURE;
        }
        request.getSession(true)
                .setAttribute(USER, Long.valueOf(result.getCallerPrincipal().getName()));
        request.changeSessionId();
        return context.notifyContainerAboutLogin(result);
    }

    private AuthenticationStatus api(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context, Area area) {
        String header = request.getHeader("Authorization");
        if (header == null && area == Area.PUBLIC_API) {
            return context.doNothing();
        }
        Optional<SecretToken> token = header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? SecretToken.parse(header.substring(7).strip())
                : Optional.empty();
        Optional<PresentedToken> presented = token.flatMap(credentials::byToken);
        if (presented.isPresent()) {
            PresentedToken right = presented.get();
            right.putOn(request);
            return context.notifyContainerAboutLogin(
                    new CallerPrincipal(right.principal()),
                    Set.of(right.user().role().name()));
        }
        return refuse(request, response, header != null);
    }

    private AuthenticationStatus console(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context, Area area) {
        HttpSession session = request.getSession(false);
        Object user = session == null ? null : session.getAttribute(USER);
        if (user instanceof Long id) {
            CredentialValidationResult result = store.validate(new SessionCredential(id));
            if (result.getStatus() == CredentialValidationResult.Status.VALID) {
                return context.notifyContainerAboutLogin(result);
            }
            session.invalidate();
        }
        return area == Area.PUBLIC ? context.doNothing() : sendToSignIn(request, response);
    }

    /** RFC 6750 section 3; the body is RFC 9457. */
    private static AuthenticationStatus refuse(
            HttpServletRequest request, HttpServletResponse response, boolean presented) {
        SecurityHeaders.apply(request, response);
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setHeader(
                "WWW-Authenticate", "Bearer realm=\"holdfast\"" + (presented ? ", error=\"invalid_token\"" : ""));
        String code = presented ? "token-refused" : "token-missing";
        String detail = presented
                ? "This token is unknown, expired or revoked; use another"
                : "Send a token in the header Authorization: Bearer";
        write(
                response,
                "application/problem+json",
                "{\"type\":\"urn:holdfast:problem:" + code
                        + "\",\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"" + detail
                        + "\",\"instance\":null,\"code\":\"" + code + "\",\"errors\":[]}");
        return AuthenticationStatus.SEND_FAILURE;
    }

    private static AuthenticationStatus sendToSignIn(HttpServletRequest request, HttpServletResponse response) {
        SecurityHeaders.apply(request, response);
        boolean partial = "partial/ajax".equals(request.getHeader("Faces-Request"));
        String query = request.getQueryString();
        String wanted = SecurityHeaders.pathOf(request) + (query == null || partial ? "" : "?" + query);
        String page = request.getContextPath() + ReturnPath.signInPage(wanted);
        response.setHeader("Cache-Control", "no-store");
        if (partial) {
            write(
                    response,
                    "text/xml",
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><partial-response><redirect url=\"" + page
                            + "\"/></partial-response>");
        } else {
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", page);
        }
        return AuthenticationStatus.SEND_CONTINUE;
    }

    private static void write(HttpServletResponse response, String type, String body) {
        response.setContentType(type);
        response.setCharacterEncoding("UTF-8");
        try {
            response.getWriter().write(body);
            response.flushBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException("The answer could not be sent", e);
        }
    }

    /** Ends the session with the sign-in. */
    @Override
    public void cleanSubject(HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        context.cleanClientSubject();
    }
}
