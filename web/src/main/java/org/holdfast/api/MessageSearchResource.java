package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.holdfast.message.CopyCursor;
import org.holdfast.search.MessageSearch;
import org.holdfast.security.TokenScope;

/**
 * Full-text search in the mailboxes that the caller may read, newest first: words, "phrases", beginnings such as
 * inv*, and the operators subject:, sender:, recipient:, before:, after:, has:attachment, is:bound and is:unbound.
 */
@Path("messages/search")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class MessageSearchResource {

    @Inject
    private MessageSearch search;

    @GET
    @Needs(TokenScope.CONTENT)
    public Page<MessageView> find(
            @QueryParam("q") String query,
            @QueryParam("mailbox") Long mailbox,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "search-" + mailbox + "-" + Integer.toHexString(Objects.hashCode(query));
        int size = Page.size(limit);
        CopyCursor after = Cursor.read(cursor, collection, 2)
                .map(keys -> new CopyCursor(Instant.EPOCH.plus(keys.get(0), ChronoUnit.MICROS), keys.get(1)))
                .orElse(null);
        return Page.of(
                search.find(query, mailbox, after, size + 1),
                size,
                last -> Cursor.of(collection, ChronoUnit.MICROS.between(Instant.EPOCH, last.clock()), last.id()),
                MessageView::of);
    }
}
