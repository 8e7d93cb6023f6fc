package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.notice.Notice;
import org.holdfast.notice.NoticeKind;
import org.holdfast.notice.NoticeStatus;
import org.holdfast.notice.Notices;

/** Who was and will be told what and when, newest first. An owner sees what was sent to them. */
@Path("notices")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class NoticesResource {

    /**
     * One message to one person.
     *
     * @param days how many days before the first copies go; 0 for a retraction or a test
     * @param copies how many copies of the recipient's mailboxes it names
     * @param plain and html: what it says; only when one notice is asked for
     */
    public record NoticeView(
            String id,
            NoticeKind kind,
            Optional<String> changeId,
            Optional<String> accountId,
            String userId,
            String recipient,
            int days,
            Instant dueAt,
            NoticeStatus status,
            int tries,
            Optional<Instant> sentAt,
            Optional<Long> copies,
            Optional<String> messageId,
            Optional<String> subject,
            Optional<String> plain,
            Optional<String> html,
            Optional<String> error,
            Optional<String> resentBy) {

        static NoticeView line(Notice notice) {
            return of(notice, false);
        }

        static NoticeView whole(Notice notice) {
            return of(notice, true);
        }

        private static NoticeView of(Notice notice, boolean whole) {
            return new NoticeView(
                    Id.of(notice.id()),
                    notice.kind(),
                    notice.changeId().map(Id::of),
                    notice.accountId().map(Id::of),
                    Id.of(notice.userId()),
                    notice.recipient(),
                    notice.days(),
                    notice.dueAt(),
                    notice.status(),
                    notice.tries(),
                    notice.sentAt(),
                    notice.copies(),
                    notice.messageId(),
                    notice.text().map(Notice.Text::subject),
                    notice.text().filter(text -> whole).map(Notice.Text::plain),
                    notice.text().filter(text -> whole).map(Notice.Text::html),
                    notice.error(),
                    notice.resentBy());
        }
    }

    @Inject
    private Notices notices;

    @GET
    public Page<NoticeView> list(
            @QueryParam("account") Long account,
            @QueryParam("status") NoticeStatus status,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "notices-" + account + "-" + status;
        int size = Page.size(limit);
        long before = Page.afterId(cursor, collection);
        return Page.byId(
                notices.page(account, status, before == 0 ? null : before, size + 1),
                size,
                collection,
                Notice::id,
                NoticeView::line);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public NoticeView get(@PathParam("id") long id) {
        return NoticeView.whole(notices.get(id));
    }

    /** Only one that failed, or of which nobody knows whether it arrived. */
    @POST
    @Path("{id: [0-9]{1,18}}/resend")
    public NoticeView resend(@PathParam("id") long id) {
        return NoticeView.whole(notices.resend(id));
    }
}
