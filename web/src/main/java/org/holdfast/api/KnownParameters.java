package org.holdfast.api;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Refuses query parameters that a resource does not have: a filter with a typing error is no filter. */
@Provider
public class KnownParameters implements ContainerRequestFilter {

    @Context
    private ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        if (resource.getResourceMethod() == null) {
            return;
        }
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
}
