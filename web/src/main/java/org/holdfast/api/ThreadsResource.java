package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.holdfast.message.CopyCursor;
import org.holdfast.search.MailThread;
import org.holdfast.search.MailThreads;
import org.holdfast.security.TokenScope;

/** Conversations in the mailboxes that the caller may read; the one with the latest message first. */
@Path("threads")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class ThreadsResource {

    @Inject
    private MailThreads threads;

    /** A conversation; its id may change when a message shows that it is one with another. */
    public record ThreadView(
            String id,
            String mailboxId,
            Optional<String> subject,
            List<String> senders,
            long messages,
            long unseen,
            long bound,
            Instant earliest,
            Instant latest,
            String latestMessageId) {

        static ThreadView of(MailThread thread) {
            return new ThreadView(
                    Id.of(thread.id()),
                    Id.of(thread.mailboxId()),
                    thread.subject(),
                    thread.senders(),
                    thread.messages(),
                    thread.unseen(),
                    thread.bound(),
                    thread.earliest(),
                    thread.latest(),
                    Id.of(thread.latestCopyId()));
        }
    }

    @GET
    @Needs(TokenScope.CONTENT)
    public Page<ThreadView> list(
            @QueryParam("mailbox") Long mailbox,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "threads-" + mailbox;
        int size = Page.size(limit);
        return Page.of(
                threads.page(mailbox, after(cursor, collection), size + 1),
                size,
                last -> cursor(collection, last.latest(), last.latestCopyId()),
                ThreadView::of);
    }

    /** The messages of a conversation, oldest first. */
    @GET
    @Needs(TokenScope.CONTENT)
    @Path("{id: [0-9]{1,18}}")
    public Page<MessageView> messages(
            @PathParam("id") long id, @QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        String collection = "thread-" + id;
        int size = Page.size(limit);
        return Page.of(
                threads.copies(id, after(cursor, collection), size + 1),
                size,
                last -> cursor(collection, last.clock(), last.id()),
                MessageView::of);
    }

    private static CopyCursor after(String cursor, String collection) {
        return Cursor.read(cursor, collection, 2)
                .map(keys -> new CopyCursor(Instant.EPOCH.plus(keys.get(0), ChronoUnit.MICROS), keys.get(1)))
                .orElse(null);
    }

    private static String cursor(String collection, Instant clock, long id) {
        return Cursor.of(collection, ChronoUnit.MICROS.between(Instant.EPOCH, clock), id);
    }
}
