package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.holdfast.mailbox.MailboxChoice;
import org.holdfast.mailbox.MailboxFilter;
import org.holdfast.mailbox.Mailboxes;

/** Which mailboxes stay where the plan's limit does not reach for all. */
@Path("accounts/{account: [0-9]{1,18}}/mailbox-choice")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class AccountMailboxChoiceResource {

    /** Mailboxes of one kind and owner that stay; the others of the same limit follow, the oldest first. */
    public record Choice(List<Id> mailboxIds) {}

    @Inject
    private MailboxChoice choice;

    @Inject
    private Mailboxes mailboxes;

    /** Answers the account's mailboxes as they are now. */
    @PUT
    public Page<MailboxView> choose(@PathParam("account") long account, Choice request) {
        choice.choose(account, request.mailboxIds().stream().map(Id::value).toList());
        return Page.whole(mailboxes.page(new MailboxFilter(account, null), 0, 1_000), MailboxView::of);
    }
}
