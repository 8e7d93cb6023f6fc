package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.Bindings;
import org.holdfast.binding.Bound;
import org.holdfast.security.TokenScope;

/** Many bindings at once. */
@Path("bindings")
@RequestScoped
@WithinAccount
@Needs(TokenScope.BIND)
@Produces(MediaType.APPLICATION_JSON)
public class BindingsResource {

    private static final int MOST = 200;

    /** One copy and the record to bind it to. */
    public record BindItem(Id messageId, String kind, String reference) {}

    /** Up to 200 of them. */
    public record BindRequest(List<BindItem> items) {}

    /**
     * What became of one item, in the order of the request.
     *
     * @param binding the binding that is there now; absent if it was refused
     */
    public record BindResult(
            String messageId, Optional<MessageBindingsResource.BindingView> binding, Optional<ItemProblem> problem) {}

    @Inject
    private Bindings bindings;

    /** Binds each by itself: one that is refused does not hold the others; one that is bound stays so. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Page<BindResult> bind(BindRequest request) {
        if (request.items().size() > MOST) {
            throw InvalidRequest.of("items", "are " + MOST + " at most");
        }
        List<BindResult> results = new ArrayList<>();
        for (BindItem item : request.items()) {
            AtomicReference<Bound> bound = new AtomicReference<>();
            Optional<ItemProblem> problem = ItemProblem.of(() -> bound.set(
                    bindings.bind(item.messageId().value(), new BindingTarget(item.kind(), item.reference()))));
            results.add(new BindResult(
                    Id.of(item.messageId().value()),
                    Optional.ofNullable(bound.get()).map(MessageBindingsResource.BindingView::of),
                    problem));
        }
        return new Page<>(results, Optional.empty());
    }
}
