package org.holdfast.api;

import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.PresentedToken;
import org.holdfast.security.RequestLimiter;
import org.holdfast.setting.Setting;

/**
 * Holds each token to its number of requests, and says how many are left (draft-ietf-httpapi-ratelimit-headers,
 * 10). Requests without a token only reach what is public.
 */
@Provider
@PreMatching
@Priority(Priorities.AUTHENTICATION)
public class RequestRate implements ContainerRequestFilter, ContainerResponseFilter {

    private static final String ANSWER = "org.holdfast.rate";
    private static final RequestLimiter LIMITER = new RequestLimiter(Setting.API_RATE.intValue(0, 1_000_000));

    @Context
    private HttpServletRequest http;

    @Override
    public void filter(ContainerRequestContext request) {
        Optional<PresentedToken> token = PresentedToken.of(http);
        if (token.isPresent()) {
            RequestLimiter.Answer answer = LIMITER.take(token.get().tokenId(), System.nanoTime());
            request.setProperty(ANSWER, answer);
            if (!answer.admitted()) {
                throw new Refusal(
                        Refusal.Kind.TOO_MANY,
                        "too-many-requests",
                        "This token may make " + answer.limit() + " requests in a minute: go on in " + answer.seconds()
                                + " seconds");
            }
        }
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(ANSWER) instanceof RequestLimiter.Answer answer && answer.limit() > 0) {
            response.getHeaders().putSingle("RateLimit-Policy", "\"token\";q=" + answer.limit() + ";w=60");
            response.getHeaders()
                    .putSingle("RateLimit", "\"token\";r=" + answer.remaining() + ";t=" + answer.seconds());
            if (!answer.admitted()) {
                response.getHeaders().putSingle(HttpHeaders.RETRY_AFTER, Long.toString(answer.seconds()));
            }
        }
    }
}
