package org.holdfast.notice;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Writes what a claimed notice says: counts of that moment, in the recipient's language and the account's zone. */
final class NoticeWriter {

    private final Handle handle;
    private final String from;
    private final Optional<String> link;
    private final Instant now;

    /**
     * In the transaction that claimed.
     *
     * @param from the sender's address
     * @param link where owners see what leaves; empty: not told
     */
    NoticeWriter(Handle handle, String from, Optional<String> link, Instant now) {
        this.handle = handle;
        this.from = from;
        this.link = link;
        this.now = now;
    }

    /** Whoever is written to. */
    private record Reader(String name, String address, String language, boolean enabled) {}

    private record Place(String name, ZoneId zone) {}

    /** What came of looking at a notice before it is sent: a letter, or why not. */
    private record Written(Optional<NoticeLetter> letter, boolean later, String why) {

        static Written letter(NoticeLetter letter) {
            return new Written(Optional.of(letter), false, null);
        }

        static Written not(String why) {
            return new Written(Optional.empty(), false, why);
        }

        static Written later(String why) {
            return new Written(Optional.empty(), true, why);
        }
    }

    /**
     * Writes the letter down, or puts the notice back, or takes it off the list.
     *
     * @return the letter to hand over; empty if there is none now
     */
    Optional<NoticeLetter> put(NoticeOutbox.Claim claim) {
        NoticeOutbox outbox = new NoticeOutbox(handle);
        Written written = write(claim);
        if (written.letter().isPresent()) {
            outbox.write(claim, written.letter().get());
        } else if (written.later()) {
            outbox.postpone(claim, written.why());
        } else {
            outbox.cancel(claim, written.why());
        }
        return written.letter();
    }

    /**
     * The letter, unless there is nothing to tell any more. One that was written before is not written anew, but
     * whether its change still comes is asked again.
     */
    private Written write(NoticeOutbox.Claim claim) {
        Reader reader = reader(claim.userId());
        if (!reader.enabled()) {
            return Written.not("The user was disabled");
        }
        if (claim.text().isPresent() && claim.kind() != NoticeKind.LEAVING) {
            return Written.letter(
                    letter(claim, reader, reader.language(), claim.text().get(), null));
        }
        NoticeChange change = handle.createQuery("SELECT * FROM notice_change WHERE id = :id")
                .bind("id", claim.changeId().orElseThrow())
                .map((row, context) -> ChangeFinder.change(row))
                .one();
        return claim.kind() == NoticeKind.LEAVING ? leaving(claim, reader, change) : retraction(claim, reader, change);
    }

    private Written leaving(NoticeOutbox.Claim claim, Reader reader, NoticeChange change) {
        if (change.status() != NoticeChange.Status.OPEN
                || !new ChangeFinder(handle, now).stillComes(change)
                || change.firstAt().isEmpty()
                || !change.firstAt().get().isAfter(now)) {
            return Written.later("The change has changed; the next planning decides");
        }
        if (claim.text().isPresent()) {
            return Written.letter(
                    letter(claim, reader, reader.language(), claim.text().get(), null));
        }
        LeavingCopies.Counts counts =
                LeavingCopies.count(handle, change, change.firstAt().get(), claim.userId());
        if (counts.account().copies() == 0 && !change.syncStops()) {
            return Written.later("Nothing leaves as things stand; the next planning decides");
        }
        Map<String, String> values = values(reader, change, counts, longer(change));
        Notice.Text template = new TemplateRows(handle)
                .get(NoticeKind.LEAVING, reader.language())
                .text();
        return Written.letter(
                letter(claim, reader, reader.language(), TemplateText.fill(template, values), counts.own()));
    }

    private Written retraction(NoticeOutbox.Claim claim, Reader reader, NoticeChange change) {
        NoticeWords words = new NoticeWords(reader.language());
        Place place = place(change.accountId());
        String date = words.date(change.effectiveAt(), place.zone());
        Map<String, String> values = new HashMap<>();
        values.put("name", reader.name());
        values.put("account", place.name());
        values.put("date", date);
        values.put("headline", words.of("headline.retraction", date));
        values.put("promise", words.of("promise"));
        values.put("link", link.orElse(""));
        Notice.Text template = new TemplateRows(handle)
                .get(NoticeKind.RETRACTION, reader.language())
                .text();
        return Written.letter(letter(claim, reader, reader.language(), TemplateText.fill(template, values), null));
    }

    private Map<String, String> values(
            Reader reader, NoticeChange change, LeavingCopies.Counts counts, List<NoticeWords.LongerPlan> longer) {
        Place place = place(change.accountId());
        return values(reader.name(), reader.language(), place.name(), place.zone(), change, counts, longer);
    }

    private Map<String, String> values(
            String name,
            String language,
            String account,
            ZoneId zone,
            NoticeChange change,
            LeavingCopies.Counts counts,
            List<NoticeWords.LongerPlan> longer) {
        NoticeWords words = new NoticeWords(language);
        Instant first = change.firstAt().orElseThrow();
        String date = words.date(first, zone);
        String effective = words.date(change.effectiveAt(), zone);
        Map<String, String> values = new HashMap<>();
        values.put("name", name);
        values.put("account", account);
        values.put("date", date);
        values.put("days", words.days(OptionalInt.of((int) daysLeft(first))));
        values.put("copies", words.copies(counts.own().copies()));
        values.put("size", words.size(counts.own().bytes()));
        values.put("account_copies", words.copies(counts.account().copies()));
        values.put("account_size", words.size(counts.account().bytes()));
        values.put("headline", headline(words, counts, date));
        values.put(
                "what",
                change.kind() == NoticeChange.Kind.TERMS
                        ? words.of(
                                "what.TERMS",
                                effective,
                                planName(change.newPlan()),
                                words.days(change.newDays()),
                                words.days(change.oldDays()))
                        : words.of(
                                "what.SUBSCRIPTION",
                                effective,
                                planName(change.oldPlan()),
                                planName(change.newPlan()),
                                words.days(change.newDays()),
                                words.days(change.oldDays())));
        values.put("sync", words.of(change.syncStops() ? "sync" : "sync.goes"));
        values.put("keep", link.map(at -> words.of("keep.link", at)).orElseGet(() -> words.of("keep")));
        values.put("longer", words.longer(longer));
        values.put("link", link.orElse(""));
        values.put("promise", words.of("promise"));
        return values;
    }

    private static String headline(NoticeWords words, LeavingCopies.Counts counts, String date) {
        if (counts.own().copies() > 0) {
            return words.of("headline.own", counts.own().copies(), date);
        }
        return words.of(counts.account().copies() > 0 ? "headline.account" : "headline.sync", date);
    }

    /** Rounded up, so that 6 days and 20 hours are 7 days. */
    private long daysLeft(Instant first) {
        return Math.max(1, (Duration.between(now, first).toSeconds() + 86_399) / 86_400);
    }

    /** A letter about things that are not so, to look at a template with. */
    Notice.Text sample(Notice.Text template, NoticeKind kind, String language, String name) {
        Instant first = now.plus(Duration.ofDays(7));
        NoticeChange change = new NoticeChange(
                0,
                0,
                first,
                NoticeChange.Kind.TERMS,
                "STANDARD",
                "STANDARD",
                OptionalInt.of(90),
                OptionalInt.of(60),
                false,
                Optional.of(first),
                NoticeChange.Status.OPEN);
        LeavingCopies.Counts counts = new LeavingCopies.Counts(
                new LeavingCopies.Count(1_204, 48_160_000), new LeavingCopies.Count(5_310, 212_400_000));
        Map<String, String> values = values(
                name,
                language,
                "Example",
                ZoneId.of("UTC"),
                change,
                counts,
                List.of(new NoticeWords.LongerPlan(planName("PROFESSIONAL"), OptionalInt.of(90))));
        if (kind == NoticeKind.RETRACTION) {
            NoticeWords words = new NoticeWords(language);
            values.put("headline", words.of("headline.retraction", values.get("date")));
        }
        return TemplateText.fill(template, values);
    }

    private NoticeLetter letter(
            NoticeOutbox.Claim claim, Reader reader, String language, Notice.Text text, LeavingCopies.Count own) {
        String domain = from.substring(from.lastIndexOf('@') + 1);
        String messageId = claim.messageId()
                .orElseGet(() -> "<notice-" + claim.id() + "-" + UUID.randomUUID() + "@" + domain + ">");
        return new NoticeLetter(
                messageId,
                language,
                new NoticeLetter.Person("Holdfast", from),
                new NoticeLetter.Person(reader.name(), reader.address()),
                text,
                own == null ? null : own.copies(),
                own == null ? null : own.bytes());
    }

    private Reader reader(long userId) {
        return handle.createQuery(
                        "SELECT display_name, email, language, disabled_at IS NULL AS enabled FROM app_user WHERE id = :id")
                .bind("id", userId)
                .map((row, context) -> new Reader(
                        row.getString("display_name"),
                        row.getString("email"),
                        row.getString("language"),
                        row.getBoolean("enabled")))
                .one();
    }

    private Place place(long accountId) {
        return handle.createQuery("SELECT name, zone FROM account WHERE id = :id")
                .bind("id", accountId)
                .map((row, context) -> new Place(row.getString("name"), ZoneId.of(row.getString("zone"))))
                .one();
    }

    private String planName(String code) {
        return handle.createQuery("SELECT name FROM plan WHERE code = :code")
                .bind("code", code)
                .mapTo(String.class)
                .findOne()
                .orElse(code);
    }

    /** Plans that sync and keep unbound copies longer when the first go, cheapest first. */
    private List<NoticeWords.LongerPlan> longer(NoticeChange change) {
        return handle.createQuery("SELECT p.name, t.unbound_days FROM plan p JOIN plan_terms t ON t.plan_code = p.code"
                        + " WHERE t.known_until IS NULL AND t.valid_from <= :at"
                        + " AND (t.valid_until IS NULL OR t.valid_until > :at) AND t.syncs AND p.code <> :own"
                        + " AND (t.unbound_days IS NULL OR t.unbound_days > :days) ORDER BY p.rank")
                .bind("at", change.firstAt().orElseThrow())
                .bind("own", change.newPlan())
                .bind("days", change.newDays().orElse(Integer.MAX_VALUE))
                .map((row, context) -> {
                    Integer days = row.getObject("unbound_days", Integer.class);
                    return new NoticeWords.LongerPlan(
                            row.getString("name"), days == null ? OptionalInt.empty() : OptionalInt.of(days));
                })
                .list();
    }
}
