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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.message.CopyCursor;
import org.holdfast.retention.MyMail;

/** An owner's own mail: mailboxes, what leaves within 30 days, and what an upgrade would change. */
@Path("my-mail")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class MyMailResource {

    private static final String COLLECTION = "my-mail-leaving";

    /** How the own mail stands; unboundDays null: the plan keeps without limit. */
    public record StandingView(
            Instant asOf,
            String plan,
            Optional<Integer> unboundDays,
            boolean syncs,
            long leaving,
            long leavingBytes,
            List<OwnMailboxView> mailboxes,
            List<OwnUpgradeView> upgrades) {}

    /** One mailbox. */
    public record OwnMailboxView(
            String id,
            String address,
            boolean shared,
            MailboxState state,
            long copies,
            long bytes,
            long kept,
            long leaving,
            long leavingBytes) {}

    /** How many of the leaving copies would stay under a plan. */
    public record OwnUpgradeView(String plan, Optional<Integer> unboundDays, long stays) {}

    /** A copy that leaves. */
    public record LeavingView(
            String messageId,
            String mailboxId,
            String mailbox,
            Optional<String> sender,
            Optional<String> subject,
            Instant clock,
            Instant leavesAt,
            long sizeBytes) {}

    @Inject
    private MyMail myMail;

    @GET
    public StandingView get() {
        MyMail.Standing now = myMail.now();
        return new StandingView(
                now.asOf(),
                now.planName(),
                boxed(now.days()),
                now.syncs(),
                now.leaving(),
                now.leavingBytes(),
                now.mailboxes().stream().map(MyMailResource::view).toList(),
                now.upgrades().stream()
                        .map(u -> new OwnUpgradeView(u.planName(), boxed(u.days()), u.stays()))
                        .toList());
    }

    /** What leaves within 30 days, oldest first. */
    @GET
    @Path("leaving")
    public Page<LeavingView> leaving(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        CopyCursor after = Cursor.read(cursor, COLLECTION, 2)
                .map(keys -> new CopyCursor(Instant.EPOCH.plus(keys.get(0), ChronoUnit.MICROS), keys.get(1)))
                .orElse(null);
        return Page.of(
                myMail.leaving(null, after, size + 1),
                size,
                last -> Cursor.of(COLLECTION, ChronoUnit.MICROS.between(Instant.EPOCH, last.clock()), last.id()),
                MyMailResource::view);
    }

    private static OwnMailboxView view(MyMail.OwnMailbox mailbox) {
        return new OwnMailboxView(
                Id.of(mailbox.id()),
                mailbox.address(),
                mailbox.shared(),
                mailbox.state(),
                mailbox.copies(),
                mailbox.bytes(),
                mailbox.kept(),
                mailbox.leaving(),
                mailbox.leavingBytes());
    }

    private static LeavingView view(MyMail.Leaving copy) {
        return new LeavingView(
                Id.of(copy.id()),
                Id.of(copy.mailboxId()),
                copy.mailbox(),
                Optional.ofNullable(copy.sender()),
                Optional.ofNullable(copy.subject()),
                copy.clock(),
                copy.leavesAt(),
                copy.sizeBytes());
    }

    private static Optional<Integer> boxed(OptionalInt number) {
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }
}
