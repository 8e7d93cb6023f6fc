package org.holdfast.api;

import jakarta.annotation.Priority;
import jakarta.ejb.EJBException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** {@link Problems} for beans' failures, ahead of the mapper that Jersey has for exactly these. */
@Provider
@Priority(1)
public class BeanProblems implements ExceptionMapper<EJBException> {

    @Context
    private UriInfo uri;

    @Override
    public Response toResponse(EJBException thrown) {
        return new Problems(uri).toResponse(thrown);
    }
}
