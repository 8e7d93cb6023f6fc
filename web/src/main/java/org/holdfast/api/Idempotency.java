package org.holdfast.api;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.idempotency.IdempotencyKeys;
import org.holdfast.idempotency.KeyOutcome;
import org.holdfast.idempotency.StoredAnswer;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.PresentedToken;

/**
 * Does a POST or PATCH with an Idempotency-Key once, however often it is sent
 * (draft-ietf-httpapi-idempotency-key-header, 7): the answer is kept before it is sent, and given again. A
 * request that was refused has done nothing and leaves its key free. What keeps the key with its work
 * ({@link KeepsKey}) is asked again where the server was lost: it knows whether it was done.
 */
@Provider
@Priority(Priorities.USER + 100)
public class Idempotency implements ContainerRequestFilter, ContainerResponseFilter, WriterInterceptor {

    /** The request's header. */
    static final String HEADER = "Idempotency-Key";

    private static final Pattern KEY =
            Pattern.compile("\"([\\x20-\\x7e&&[^\"\\\\]]{1,255})\"|([\\x21-\\x7e&&[^\"\\\\]]{1,255})");
    private static final Set<String> METHODS = Set.of("POST", "PATCH");
    private static final int MOST_BYTES = 64 << 20;
    private static final String TAKEN = "org.holdfast.idempotency.taken";
    private static final String ANSWER = "org.holdfast.idempotency.answer";

    @Inject
    private IdempotencyKeys keys;

    @Context
    private HttpServletRequest http;

    @Context
    private ResourceInfo resource;

    /** A key that this request holds. */
    private record Taken(long userId, String key) {}

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        String header = request.getHeaderString(HEADER);
        Optional<PresentedToken> token = PresentedToken.of(http);
        if (header == null || !METHODS.contains(request.getMethod()) || token.isEmpty()) {
            return;
        }
        Taken taken = new Taken(token.get().user().userId(), key(header));
        KeyOutcome outcome = keys.begin(taken.userId(), taken.key(), hash(request, token.get()));
        if (outcome.state() == KeyOutcome.State.UNKNOWN && isMarked(KeepsKey.class)) {
            request.setProperty(TAKEN, taken);
            return;
        }
        switch (outcome.state()) {
            case FIRST -> request.setProperty(TAKEN, taken);
            case ANSWERED -> request.abortWith(again(outcome.answer().orElseThrow()));
            case UNDER_WAY ->
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "idempotency-under-way",
                        "A request with this key is being worked on: ask again in a moment");
            case UNKNOWN ->
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "idempotency-outcome-unknown",
                        "The server was lost while it worked on the first request with this key: look whether it was"
                                + " done, and use a new key if not");
            case OTHER_REQUEST ->
                throw new Refusal(
                        Refusal.Kind.UNUSABLE,
                        "idempotency-key-reused",
                        "This key belongs to another request of the last 24 hours: use a new one for each");
        }
    }

    private boolean isMarked(Class<? extends Annotation> mark) {
        return resource.getResourceMethod() != null
                && resource.getResourceMethod().isAnnotationPresent(mark);
    }

    /** The key of a header. */
    static String key(String header) {
        Matcher key = KEY.matcher(header.strip());
        if (!key.matches()) {
            throw InvalidRequest.of(HEADER, "has 1 to 255 visible ASCII characters, plain or in quotation marks");
        }
        return key.group(1) == null ? key.group(2) : key.group(1);
    }

    /**
     * Over the request and the account that its token is narrowed to: an answer to a wider token is not for it. Reads
     * the body to its end, and lets it be read again.
     */
    private static byte[] hash(ContainerRequestContext request, PresentedToken token) throws IOException {
        byte[] body = request.getEntityStream().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw new ClientErrorException(Response.Status.REQUEST_ENTITY_TOO_LARGE);
        }
        request.setEntityStream(new ByteArrayInputStream(body));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String line = token.limits().accountId() + " " + request.getMethod() + " "
                    + request.getUriInfo().getRequestUri().getRawPath() + "?"
                    + request.getUriInfo().getRequestUri().getRawQuery() + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static Response again(StoredAnswer answer) {
        if (!answer.kept()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "shown-once",
                    "This was done, and its answer showed a secret that is not kept: see "
                            + answer.location().orElse("the collection") + ", and make a new one if it was lost");
        }
        Response.ResponseBuilder again = Response.status(answer.status()).header("Idempotency-Replayed", "true");
        answer.location().ifPresent(location -> again.header(HttpHeaders.LOCATION, location));
        answer.entityTag().ifPresent(tag -> again.header(HttpHeaders.ETAG, tag));
        answer.mediaType().ifPresent(again::type);
        answer.body().ifPresent(again::entity);
        return again.build();
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (!(request.getProperty(TAKEN) instanceof Taken taken)) {
            return;
        }
        int status = response.getStatus();
        boolean nothingDone = (status >= 400 && status < 500) || status == 503;
        if (nothingDone) {
            keys.release(taken.userId(), taken.key());
            return;
        }
        StoredAnswer answer = new StoredAnswer(
                status,
                Optional.ofNullable(response.getHeaderString(HttpHeaders.LOCATION)),
                Optional.ofNullable(response.getHeaderString(HttpHeaders.ETAG)),
                Optional.empty(),
                Optional.empty(),
                true);
        if (response.hasEntity()) {
            request.setProperty(ANSWER, answer);
        } else {
            keys.answered(taken.userId(), taken.key(), answer);
        }
    }

    @Override
    public void aroundWriteTo(WriterInterceptorContext writing) throws IOException {
        if (!(writing.getProperty(TAKEN) instanceof Taken taken)
                || !(writing.getProperty(ANSWER) instanceof StoredAnswer answer)) {
            writing.proceed();
            return;
        }
        OutputStream wire = writing.getOutputStream();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writing.setOutputStream(body);
        writing.proceed();
        boolean secret = isMarked(ShownOnce.class);
        keys.answered(
                taken.userId(),
                taken.key(),
                new StoredAnswer(
                        answer.status(),
                        answer.location(),
                        answer.entityTag(),
                        Optional.of(writing.getMediaType().toString()),
                        secret ? Optional.empty() : Optional.of(body.toByteArray()),
                        !secret));
        body.writeTo(wire);
    }
}
