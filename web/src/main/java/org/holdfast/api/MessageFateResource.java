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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.holdfast.ledger.LedgerRecord;
import org.holdfast.plan.Cutoff;
import org.holdfast.plan.Entitlement;
import org.holdfast.retention.Fates;
import org.holdfast.retention.Why;

/** Why a copy is here and when it will go, or when and why it went: as data and in words. */
@Path("messages/{id: [0-9]{1,18}}/fate")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class MessageFateResource {

    /**
     * The fate of a copy as plans are dated now.
     *
     * @param verdict DUE, the first reason for which it stays (BOUND, HELD, YOUNG, IN_GRACE), or PURGED
     * @param planCode the plan of its account at present; of a purged one the plan by which it went
     * @param unboundDays how long that plan keeps; null: without limit, or purged
     * @param clock what its time counts from
     * @param clockIsArrival false: the provider gave no date, and the import is the clock
     * @param cutoff the present edge of the window; null: the plan keeps without limit
     * @param graceUntil end of the release grace; null: there is none
     * @param leavesAt the first instant from which a purge would remove it; null: never, as things stand
     * @param sentences all of it in words
     */
    public record FateView(
            String messageId,
            String verdict,
            String planCode,
            String termsId,
            Optional<Integer> unboundDays,
            Instant clock,
            Optional<Boolean> clockIsArrival,
            Optional<Instant> cutoff,
            Optional<Instant> graceUntil,
            Optional<Instant> leavesAt,
            List<BondView> bindings,
            List<KeepingHold> holds,
            List<UpgradeView> upgrades,
            Optional<LedgerResource.PurgedView> purged,
            List<String> sentences) {}

    /** What it is bound to. */
    public record BondView(String kind, String reference, String boundBy, Instant boundAt) {}

    /** What keeps it. */
    public record KeepingHold(String id, String name, Optional<Instant> endsAt) {}

    /** A plan under which it would stay longer; leavesAt null: it would not go. */
    public record UpgradeView(
            String planCode, String planName, Optional<Integer> unboundDays, Optional<Instant> leavesAt) {}

    @Inject
    private Fates fates;

    /** Language of the sentences: en (the default) or vi. */
    @GET
    public FateView get(@PathParam("id") long id, @QueryParam("language") String language) {
        Fates.Answer answer = fates.why(id, language == null ? "en" : language);
        return answer.purged()
                .map(purged -> purged(purged, answer.sentences()))
                .orElseGet(() -> here(answer.why().orElseThrow(), answer.sentences()));
    }

    private static FateView here(Why why, List<String> sentences) {
        Entitlement plan = why.fate().plan();
        return new FateView(
                Id.of(why.copyId()),
                why.fate().verdict().name(),
                plan.planCode(),
                Id.of(plan.termsId()),
                boxed(plan.retention().days()),
                why.clock(),
                Optional.of(why.clockIsArrival()),
                why.fate().cutoff().map(Cutoff::at),
                why.graceUntil(),
                why.fate().leavesAt(),
                why.bindings().stream()
                        .map(b -> new BondView(b.kind(), b.reference(), b.by(), b.at()))
                        .toList(),
                why.holds().stream()
                        .map(h -> new KeepingHold(Id.of(h.id()), h.name(), h.endsAt()))
                        .toList(),
                why.upgrades().stream()
                        .map(u -> new UpgradeView(u.planCode(), u.planName(), boxed(u.days()), u.leavesAt()))
                        .toList(),
                Optional.empty(),
                sentences);
    }

    private static FateView purged(LedgerRecord record, List<String> sentences) {
        return new FateView(
                Id.of(record.copy().copyId()),
                "PURGED",
                record.planCode(),
                Id.of(record.terms()),
                Optional.empty(),
                record.copy().clock(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(LedgerResource.PurgedView.of(record)),
                sentences);
    }

    private static Optional<Integer> boxed(OptionalInt number) {
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }
}
