package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.holdfast.binding.BindingKind;
import org.holdfast.binding.CrmRecords;

/** The kinds of records that copies are bound to. */
@Path("binding-kinds")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class BindingKindsResource {

    /** A kind of the CRM's own. */
    public record NewKind(String code, String name) {}

    @Inject
    private CrmRecords records;

    @GET
    @WithinAccount
    public Page<BindingKind> list() {
        return Page.whole(records.kinds(), kind -> kind);
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = BindingKind.class)
    public Response add(NewKind request) {
        return Response.status(Response.Status.CREATED)
                .entity(records.addKind(request.code(), request.name()))
                .build();
    }
}
