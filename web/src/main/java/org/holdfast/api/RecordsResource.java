package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.CrmRecord;
import org.holdfast.binding.CrmRecords;
import org.holdfast.binding.RecordDraft;
import org.holdfast.security.TokenScope;

/** The CRM's records of an account, as it tells of them; for searching and for rules. */
@Path("accounts/{account: [0-9]{1,18}}/records")
@RequestScoped
@WithinAccount
@Needs(TokenScope.BIND)
@Produces(MediaType.APPLICATION_JSON)
public class RecordsResource {

    private static final int MOST = 500;

    /** A record as the CRM tells of it. */
    public record RecordRequest(
            String kind,
            String reference,
            String title,
            Optional<List<String>> addresses,
            Optional<List<String>> domains,
            Optional<Boolean> closed) {

        RecordDraft draft() {
            return new RecordDraft(
                    new BindingTarget(kind, reference),
                    title,
                    addresses.orElse(List.of()),
                    domains.orElse(List.of()),
                    closed.orElse(false));
        }
    }

    /** Up to 500 records. */
    public record Records(List<RecordRequest> items) {}

    /** A record as the API shows one. */
    public record RecordView(
            String kind,
            String reference,
            String title,
            List<String> addresses,
            List<String> domains,
            boolean closed,
            Optional<Instant> deletedAt,
            Instant changedAt) {

        static RecordView of(CrmRecord row) {
            return new RecordView(
                    row.target().kind(),
                    row.target().reference(),
                    row.title(),
                    row.addresses(),
                    row.domains(),
                    row.closed(),
                    row.deletedAt(),
                    row.changedAt());
        }
    }

    /**
     * What became of one item, in the order of the request.
     *
     * @param problem why it was refused; absent: it was done
     */
    public record ItemResult(String kind, String reference, Optional<ItemProblem> problem) {}

    @Inject
    private CrmRecords records;

    /** Tells of records, each by itself: one that is refused does not hold the others. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Page<ItemResult> put(@PathParam("account") long account, Records request) {
        if (request.items().size() > MOST) {
            throw InvalidRequest.of("items", "are " + MOST + " at most");
        }
        List<ItemResult> results = new ArrayList<>();
        for (RecordRequest item : request.items()) {
            Optional<ItemProblem> problem = ItemProblem.of(() -> records.put(account, item.draft()));
            results.add(new ItemResult(item.kind(), item.reference(), problem));
        }
        return new Page<>(results, Optional.empty());
    }

    /** Records that are there; query is a part of title, reference or an address. */
    @GET
    public Page<RecordView> search(
            @PathParam("account") long account,
            @QueryParam("kind") String kind,
            @QueryParam("query") String query,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        String collection = "records-" + account + "-" + Integer.toHexString((kind + " " + query).hashCode());
        return Page.byId(
                records.search(account, kind, query, Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                CrmRecord::id,
                RecordView::of);
    }
}
