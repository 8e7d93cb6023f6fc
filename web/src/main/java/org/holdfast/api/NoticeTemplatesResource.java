package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.notice.Notice;
import org.holdfast.notice.NoticeKind;
import org.holdfast.notice.NoticeTemplate;
import org.holdfast.notice.Notices;

/** The texts of notices, each kind (LEAVING, RETRACTION) in each language (en, vi). */
@Path("notice-templates")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class NoticeTemplatesResource {

    private static final String ONE = "{template: LEAVING|RETRACTION}/{language: en|vi}";

    /** A text in both forms, with variables in double braces. */
    public record TextView(String subject, String plain, String html) {

        Notice.Text text() {
            return new Notice.Text(subject, plain, html);
        }

        static TextView of(Notice.Text text) {
            return new TextView(text.subject(), text.plain(), text.html());
        }
    }

    /** A template in force; editedBy null: the shipped one. */
    public record TemplateView(
            NoticeKind kind,
            String language,
            TextView text,
            Optional<String> editedBy,
            Optional<Instant> editedAt,
            List<String> variables) {}

    @Inject
    private Notices notices;

    @GET
    public Page<TemplateView> list() {
        return Page.whole(notices.templates(), this::view);
    }

    @PUT
    @Path(ONE)
    @Consumes(MediaType.APPLICATION_JSON)
    public TemplateView edit(
            @PathParam("template") NoticeKind kind, @PathParam("language") String language, TextView request) {
        return view(notices.edit(kind, language, request.text()));
    }

    /** Back to the shipped text. */
    @DELETE
    @Path(ONE)
    public TemplateView reset(@PathParam("template") NoticeKind kind, @PathParam("language") String language) {
        return view(notices.reset(kind, language));
    }

    /** With its variables filled by an example. */
    @POST
    @Path(ONE + "/preview")
    @Consumes(MediaType.APPLICATION_JSON)
    public TextView preview(
            @PathParam("template") NoticeKind kind, @PathParam("language") String language, TextView request) {
        return TextView.of(notices.preview(kind, language, request.text()));
    }

    /** Such an example, sent to the caller. */
    @POST
    @Path(ONE + "/test")
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = NoticesResource.NoticeView.class)
    public Response test(
            @PathParam("template") NoticeKind kind, @PathParam("language") String language, TextView request) {
        Notice notice = notices.sendTest(kind, language, request.text());
        return Response.accepted(NoticesResource.NoticeView.whole(notice)).build();
    }

    private TemplateView view(NoticeTemplate template) {
        return new TemplateView(
                template.kind(),
                template.language(),
                TextView.of(template.text()),
                template.edited().map(NoticeTemplate.Edit::by),
                template.edited().map(NoticeTemplate.Edit::at),
                List.copyOf(notices.variables()));
    }
}
