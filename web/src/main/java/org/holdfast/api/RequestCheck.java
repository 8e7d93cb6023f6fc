package org.holdfast.api;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Refuses query parameters that a resource does not have (a filter with a typing error is no filter), and
 * requests without the body that it needs.
 */
@Provider
public class RequestCheck implements ContainerRequestFilter {

    @Context
    private ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        if (resource.getResourceMethod() == null) {
            return;
        }
        requireBody(request);
        refuseVainCondition(request);
        Set<String> known = Arrays.stream(resource.getResourceMethod().getParameters())
                .map(p -> p.getAnnotation(QueryParam.class))
                .filter(a -> a != null)
                .map(QueryParam::value)
                .collect(Collectors.toCollection(TreeSet::new));
        List<FieldError> unknown = request.getUriInfo().getQueryParameters().keySet().stream()
                .filter(name -> !known.contains(name))
                .map(name -> new FieldError(name, "is not known here; known are " + String.join(", ", known)))
                .toList();
        if (!unknown.isEmpty()) {
            throw new InvalidRequest("unknown-parameter", "The query has parameters that are not known here", unknown);
        }
    }

    /** A condition that nothing looks at would be taken for one that holds. */
    private void refuseVainCondition(ContainerRequestContext request) {
        boolean offered = Arrays.stream(resource.getResourceMethod().getParameters())
                .map(p -> p.getAnnotation(HeaderParam.class))
                .anyMatch(header -> header != null && header.value().equals(HttpHeaders.IF_MATCH));
        if (!offered && request.getHeaderString(HttpHeaders.IF_MATCH) != null) {
            throw new InvalidRequest(
                    "if-match-not-offered", "This has no ETag: send the request without If-Match", List.of());
        }
    }

    /** Where a record is expected, some servers would hand over null when nothing was sent. */
    private void requireBody(ContainerRequestContext request) {
        boolean expected =
                Arrays.stream(resource.getResourceMethod().getParameterTypes()).anyMatch(Class::isRecord);
        if (expected && !request.hasEntity()) {
            throw new InvalidRequest("malformed-json", "The body is missing", List.of());
        }
    }
}
