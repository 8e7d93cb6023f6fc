package org.holdfast.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.holdfast.message.CopyCursor;
import org.holdfast.message.Gist;
import org.holdfast.message.Head;
import org.holdfast.message.HeadParser;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SearchIT {

    private static final Instant START = Instant.parse("2019-04-01T00:00:00Z");

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private int uid;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> {
            h.execute("INSERT INTO account (id, name, created_at) VALUES (1, 'a', now())");
            h.execute("INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                    + " VALUES (1, 1, 'o@example.org', 'O', 'OWNER', now())");
            for (int box = 1; box <= 2; box++) {
                h.execute(
                        "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security,"
                                + " login, state, state_since, connected_at) VALUES (?, 1, 1, ?, 'h', 993, 'TLS',"
                                + " 'o', 'ACTIVE', now(), now())",
                        box,
                        "o" + box + "@example.org");
                h.execute(
                        "INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')",
                        box,
                        box);
            }
        });
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void empty() {
        jdbi.useHandle(h -> {
            h.execute("DELETE FROM binding");
            h.execute("DELETE FROM mail_copy");
            h.execute("DELETE FROM mail_content");
        });
        assertThat(entries()).as("entries go with their copies").isZero();
    }

    private static long entries() {
        return count("SELECT count(*) FROM search_entry");
    }

    private static long count(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }

    /** A copy with content and without an entry. */
    private long copy(Handle h, long mailbox, String raw) {
        uid++;
        long id = h.createQuery("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                        + " copied_at, size_bytes, content_sha256, message_id, subject, sender, recipients)"
                        + " VALUES (1, :box, :box, 1, :uid, :clock, now(), 1, sha256('x'), :id, :subject, :sender,"
                        + " :recipients) RETURNING id")
                .bind("box", mailbox)
                .bind("uid", uid)
                .bind("clock", START.plus(Duration.ofHours(uid)))
                .bind("id", head(raw).messageId())
                .bind("subject", head(raw).subject())
                .bind("sender", head(raw).sender())
                .bind("recipients", head(raw).recipients())
                .mapTo(Long.class)
                .one();
        h.execute("INSERT INTO mail_content (copy_id, raw) VALUES (?, ?)", id, raw.getBytes(StandardCharsets.UTF_8));
        return id;
    }

    private static Head head(String raw) {
        return new HeadParser().parse(raw.getBytes(StandardCharsets.UTF_8));
    }

    private static Arrival arrival(Handle h, long id, String raw) {
        try {
            Instant clock = h.createQuery("SELECT clock FROM mail_copy WHERE id = :id")
                    .bind("id", id)
                    .mapTo(Instant.class)
                    .one();
            Gist gist = Gist.read(new ByteArrayInputStream(raw.getBytes(StandardCharsets.UTF_8)));
            return new Arrival(id, clock, head(raw), gist);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores one message, as a pass does. */
    private long store(long mailbox, String raw) {
        return jdbi.inTransaction(h -> {
            long id = copy(h, mailbox, raw);
            new SearchEntries(h, mailbox).add(List.of(arrival(h, id, raw)));
            return id;
        });
    }

    private static String mail(String id, String subject, String references) {
        return (id.isEmpty() ? "" : "Message-ID: <" + id + "@x>\r\n") + "Subject: " + subject + "\r\n"
                + (references.isEmpty() ? "" : "References: " + references + "\r\n") + "\r\ntext of " + id + "\r\n";
    }

    private static List<Long> find(String query, Long... mailboxes) {
        return jdbi.withHandle(h -> new SearchRows(h).find(SearchQuery.parse(query), List.of(mailboxes), null, 50));
    }

    private static long thread(long copy) {
        return jdbi.withHandle(h -> new ThreadRows(h).of(copy)).orElseThrow();
    }

    @Test
    void wordsPhrasesFieldsAndBeginningsAreFound() {
        long lease = store(
                1,
                String.join(
                        "\r\n",
                        "From: Nguyễn Văn Anh <anh@example.org>",
                        "To: o1@example.org",
                        "Subject: Hợp đồng thuê nhà",
                        "Content-Type: text/plain; charset=utf-8",
                        "",
                        "Xin gửi hoá đơn tháng tư. Invoice 4711.",
                        ""));
        long other = store(1, "From: Bob <bob@example.com>\r\nSubject: hop list\r\n\r\nBeer, and contract terms\r\n");
        assertThat(find("hợp đồng", 1L)).containsExactly(lease);
        assertThat(find("hop", 1L)).containsExactly(other, lease);
        assertThat(find("hợp", 1L)).containsExactly(lease);
        assertThat(find("hop dong", 1L)).containsExactly(lease);
        assertThat(find("hóa", 1L)).containsExactly(lease);
        assertThat(find("\"thuê hợp\"", 1L)).isEmpty();
        assertThat(find("\"hợp đồng\"", 1L)).containsExactly(lease);
        assertThat(find("inv*", 1L)).containsExactly(lease);
        assertThat(find("inv", 1L)).isEmpty();
        assertThat(find("sender:bob", 1L)).containsExactly(other);
        assertThat(find("sender:anh@example.org", 1L)).containsExactly(lease);
        assertThat(find("subject:contract", 1L)).isEmpty();
        assertThat(find("contract", 1L)).containsExactly(other);
        assertThat(find("to:o1", 1L)).containsExactly(lease);
        assertThat(find("nha bob", 1L)).as("of no one message").isEmpty();
    }

    @Test
    void copiesAreChosenByDayAttachmentAndBinding() {
        long first = store(1, mail("a", "report", ""));
        long second = store(
                1,
                String.join(
                        "\r\n",
                        "Subject: report",
                        "Content-Type: multipart/mixed; boundary=b",
                        "",
                        "--b",
                        "",
                        "hello",
                        "--b",
                        "Content-Disposition: attachment; filename=a.pdf",
                        "",
                        "x",
                        "--b--",
                        ""));
        jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", first));
        assertThat(find("report has:attachment", 1L)).containsExactly(second);
        assertThat(find("has:attachment", 1L)).containsExactly(second);
        assertThat(find("report is:bound", 1L)).containsExactly(first);
        assertThat(find("is:unbound", 1L)).containsExactly(second);
        assertThat(find("after:2019-04-01 before:2019-05-01", 1L)).containsExactly(second, first);
        assertThat(find("report before:2019-04-01", 1L)).isEmpty();
        assertThat(find("is:unbound", 2L)).isEmpty();
        jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 0 WHERE id = ?", first));
    }

    @Test
    void pagesAreInOrderAndNoOtherMailboxIsFound() {
        List<Long> mine = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            mine.add(0, store(1, mail("m" + i, "weekly figures", "")));
            store(2, mail("n" + i, "weekly figures", ""));
        }
        for (String query : List.of("figures", "is:unbound")) {
            List<Long> read = new ArrayList<>();
            CopyCursor after = null;
            List<Long> page;
            do {
                CopyCursor from = after;
                page = jdbi.withHandle(h -> new SearchRows(h).find(SearchQuery.parse(query), List.of(1L), from, 10));
                read.addAll(page);
                if (!page.isEmpty()) {
                    long last = page.get(page.size() - 1);
                    after = new CopyCursor(
                            jdbi.withHandle(h -> h.createQuery("SELECT clock FROM mail_copy WHERE id = :id")
                                    .bind("id", last)
                                    .mapTo(Instant.class)
                                    .one()),
                            last);
                }
            } while (page.size() == 10);
            assertThat(read).isEqualTo(mine);
        }
        assertThat(find("figures", 1L, 2L)).hasSize(50);
    }

    @Test
    void missingLinkMakesTwoConversationsOne() {
        long a = store(1, mail("a", "Plan", ""));
        long c = store(1, mail("c", "Other words", "<b@x>"));
        assertThat(thread(a)).isNotEqualTo(thread(c));
        long elsewhere = store(2, mail("c2", "Plan", "<a@x>"));
        long b = store(1, mail("b", "Re: Plan", "<a@x>"));
        assertThat(thread(a)).isEqualTo(thread(b)).isEqualTo(thread(c)).isNotEqualTo(thread(elsewhere));
        List<Long> whole = jdbi.withHandle(h -> new ThreadRows(h).copies(thread(a), List.of(1L), null, 10));
        assertThat(whole).containsExactly(a, c, b);
        jdbi.useHandle(h -> h.execute("DELETE FROM mail_copy WHERE id = ?", b));
        assertThat(thread(a)).isEqualTo(thread(c));
        long d = store(1, mail("d", "late", "<b@x>"));
        assertThat(thread(d)).isEqualTo(thread(a));
    }

    @Test
    void repliesWithoutReferencesGoBySubjectAndNewLettersDoNot() {
        long reply = store(1, mail("r", "RE: Budget", ""));
        long original = store(1, mail("o", "Budget", ""));
        assertThat(thread(original)).isEqualTo(thread(reply));
        long report = store(1, mail("p", "Monthly report", ""));
        long next = store(1, mail("q", "Monthly report", ""));
        assertThat(thread(report)).isNotEqualTo(thread(next));
        uid += 24 * 40;
        long late = store(1, mail("s", "Re: Budget", ""));
        assertThat(thread(late)).as("40 days later").isNotEqualTo(thread(reply));
        long none = store(1, "Subject: Re:\r\n\r\nx\r\n");
        long noneEither = store(1, "Subject: Re:\r\n\r\ny\r\n");
        assertThat(thread(none)).isNotEqualTo(thread(noneEither));
    }

    /** Whatever the order and the batches: the same conversations. */
    @Test
    void orderOfArrivalMakesNoDifference() {
        long seed = System.nanoTime();
        System.out.println("SearchIT seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            empty();
            List<String> mails = new ArrayList<>();
            TreeMap<Integer, Set<Integer>> expected = new TreeMap<>();
            int[] group = new int[40];
            for (int i = 0; i < 40; i++) {
                int parent = i == 0 || random.nextInt(4) == 0 ? -1 : random.nextInt(i);
                group[i] = parent < 0 ? i : group[parent];
                expected.computeIfAbsent(group[i], key -> new TreeSet<>()).add(i);
                mails.add(mail("m" + i, "s" + i, parent < 0 ? "" : "<m" + parent + "@x>"));
            }
            List<Integer> order = new ArrayList<>(IntStream.range(0, 40).boxed().toList());
            Collections.shuffle(order, random);
            long[] ids = new long[40];
            for (int from = 0; from < 40; ) {
                int to = Math.min(40, from + 1 + random.nextInt(7));
                List<Integer> batch = order.subList(from, to);
                jdbi.useTransaction(h -> {
                    List<Arrival> arrivals = new ArrayList<>();
                    for (int each : batch) {
                        ids[each] = copy(h, 1, mails.get(each));
                        arrivals.add(arrival(h, ids[each], mails.get(each)));
                    }
                    new SearchEntries(h, 1).add(arrivals);
                });
                from = to;
            }
            TreeMap<Long, Set<Integer>> found = new TreeMap<>();
            IntStream.range(0, 40).forEach(i -> found.computeIfAbsent(thread(ids[i]), key -> new TreeSet<>())
                    .add(i));
            assertThat(Set.copyOf(found.values())).as("seed " + seed).isEqualTo(Set.copyOf(expected.values()));
        }
    }

    @Test
    void longConversationIsReadAboutAnyOfItsMessages() {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(store(1, mail("m" + i, "Plan", i == 0 ? "" : "<m0@x>")));
        }
        assertThat(about(all.get(11))).containsExactlyElementsOf(all.subList(8, 12));
        assertThat(about(all.get(6))).containsExactlyElementsOf(all.subList(3, 10));
        assertThat(about(all.get(0))).containsExactlyElementsOf(all.subList(0, 4));
        List<Long> elsewhere = jdbi.withHandle(h -> new ThreadRows(h).about(all.get(0), List.of(2L), 3));
        assertThat(elsewhere).as("in no other mailbox").isEmpty();
    }

    private static List<Long> about(long copy) {
        return jdbi.withHandle(h -> new ThreadRows(h).about(copy, List.of(1L, 2L), 3));
    }

    @Test
    void conversationsAreListedByTheirLatestMessage() {
        long a = store(1, mail("a", "Plan", ""));
        store(1, mail("z", "Alone", ""));
        long b = store(1, mail("b", "Re: Plan", "<a@x>"));
        List<MailThread> page = jdbi.withHandle(h -> new ThreadRows(h).page(List.of(1L, 2L), null, 10));
        assertThat(page).extracting(MailThread::messages).containsExactly(2L, 1L);
        assertThat(page.get(0).id()).isEqualTo(a);
        assertThat(page.get(0).latestCopyId()).isEqualTo(b);
        assertThat(page.get(0).unseen()).isEqualTo(2);
        CopyCursor after = new CopyCursor(page.get(0).latest(), page.get(0).latestCopyId());
        List<MailThread> next = jdbi.withHandle(h -> new ThreadRows(h).page(List.of(1L), after, 10));
        assertThat(next)
                .extracting(MailThread::subject)
                .extracting(Optional::orElseThrow)
                .containsExactly("Alone");
    }

    @Test
    void olderCopiesGetTheirEntriesInStepsAndFromWhereItStopped() {
        jdbi.useTransaction(h -> {
            for (int i = 0; i < 25; i++) {
                copy(h, 1 + i % 2, mail("f" + i, "old letter", i < 2 ? "" : "<f" + (i - 2) + "@x>"));
            }
            h.execute("INSERT INTO search_fill (mailbox_id) VALUES (1), (2)");
        });
        store(1, mail("new", "old letter", ""));
        AtomicInteger steps = new AtomicInteger();
        fill(mailbox -> {
            boolean more = jdbi.inTransaction(h -> new SearchFill(h).step(mailbox, 4));
            steps.addAndGet(more ? 1 : 0);
            return more;
        });
        assertThat(steps.get()).isEqualTo(4 + 1 + 3 + 1);
        assertThat(entries()).isEqualTo(26);
        assertThat(find("letter", 1L)).hasSize(14);
        assertThat(count("SELECT count(DISTINCT thread_id) FROM search_entry")).isEqualTo(3);
        assertThat(count("SELECT count(*) FROM search_fill")).isZero();
    }

    private static void fill(LongPredicate step) {
        SearchFill.all(jdbi.withHandle(h -> new SearchFill(h).mailboxes()), step, () -> false);
    }

    private static boolean step(long mailbox) {
        return jdbi.inTransaction(h -> new SearchFill(h).step(mailbox, 10));
    }

    /** The database refuses what a document or a mailbox has; as it would for whatever is not thought of here. */
    private static void refusing(String condition, String state, Runnable work) {
        jdbi.useHandle(h -> {
            h.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + condition
                    + " THEN RAISE EXCEPTION 'refused' USING ERRCODE = '" + state + "'; END IF; RETURN NEW; END $$");
            h.execute("CREATE TRIGGER refuse BEFORE INSERT ON search_entry FOR EACH ROW EXECUTE FUNCTION refuse()");
        });
        try {
            work.run();
        } finally {
            jdbi.useHandle(h -> h.execute("DROP FUNCTION refuse CASCADE"));
        }
    }

    @Test
    void mailboxThatCannotBeFilledKeepsNoOtherFromIt() {
        jdbi.useTransaction(h -> {
            copy(h, 1, mail("a", "letter", ""));
            copy(h, 2, mail("b", "letter", ""));
            h.execute("INSERT INTO search_fill (mailbox_id) VALUES (1), (2)");
        });
        refusing("NEW.mailbox_id = 1", "P0001", () -> fill(SearchIT::step));
        assertThat(count("SELECT count(*) FROM search_entry WHERE mailbox_id = 2"))
                .isEqualTo(1);
        assertThat(count("SELECT mailbox_id FROM search_fill")).isEqualTo(1);
        fill(SearchIT::step);
        assertThat(entries()).isEqualTo(2);
    }

    @Test
    void messageWhoseWordsTheDatabaseRefusesIsStoredWithoutThem() {
        refusing(
                "strpos(NEW.document::text, 'poison') > 0",
                "54000",
                () -> jdbi.useTransaction(h -> {
                    List<Arrival> arrivals = new ArrayList<>();
                    for (String subject : List.of("first letter", "poison letter", "Re: last letter")) {
                        String raw = mail(subject.substring(0, 4).strip(), subject, "<root@x>");
                        arrivals.add(arrival(h, copy(h, 1, raw), raw));
                    }
                    new SearchEntries(h, 1).add(arrivals);
                }));
        assertThat(entries()).isEqualTo(3);
        assertThat(find("letter", 1L)).hasSize(2);
        assertThat(count("SELECT count(DISTINCT thread_id) FROM search_entry")).isEqualTo(1);
    }

    /** U+FDFA is one letter that says eighteen, in 33 bytes. */
    @Test
    void messageOfLigaturesIsStoredFoundAndTakenInLater() {
        StringBuilder long58 = new StringBuilder();
        for (int i = 0; i < 983; i++) {
            long58.append("\uFDFA".repeat(58))
                    .append((char) ('a' + i / 26 % 26))
                    .append((char) ('a' + i % 26))
                    .append(' ');
        }
        StringBuilder long5 = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            long5.append("\uFDFA".repeat(5)).append(Integer.toString(i, 36)).append(' ');
        }
        String head = "Subject: blessings\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
        long id = store(1, head + long58);
        assertThat(find("blessings", 1L)).containsExactly(id);
        assertThat(count("SELECT octet_length(document::text) FROM search_entry"))
                .as("words that are too long are left out")
                .isLessThan(1_000);
        long other = store(1, head + long5);
        assertThat(find("blessings", 1L)).containsExactly(other, id);
        assertThat(find("\uFDFA".repeat(5) + "7", 1L)).containsExactly(other);
        jdbi.useTransaction(h -> {
            h.execute("DELETE FROM search_entry");
            h.execute("INSERT INTO search_fill (mailbox_id) VALUES (1)");
        });
        fill(SearchIT::step);
        assertThat(find("blessings", 1L)).containsExactly(other, id);
    }

    /** As many notices as refer to one letter: each asks for its conversation, not for all that is in it. */
    @Test
    void arrivalReadsItsConversationOnceHoweverMuchIsInIt() {
        long root = store(1, mail("root", "Status", ""));
        jdbi.useHandle(h -> h.execute("INSERT INTO search_entry (copy_id, mailbox_id, clock, thread_id, links,"
                + " attachment, document) SELECT 1000000 + i, 1, e.clock, e.thread_id, e.links || CAST(i AS bigint), false, ''"
                + " FROM search_entry e, generate_series(1, 20000) i"));
        jdbi.useTransaction(h -> {
            String raw = mail("next", "Status", "<root@x>");
            Arrival next = arrival(h, copy(h, 1, raw), raw);
            SearchEntries entries = new SearchEntries(h, 1);
            assertThat(entries.knownByIds(List.of(Links.of(1, next)))).hasSize(1);
            entries.add(List.of(next));
        });
        jdbi.useHandle(h -> h.execute("DELETE FROM search_entry WHERE copy_id > 1000000"));
        assertThat(count("SELECT count(DISTINCT thread_id) FROM search_entry")).isEqualTo(1);
        assertThat(thread(root)).isEqualTo(root);
    }

    /** Every way a copy goes is a DELETE on its table; the entry cannot be there after the commit. */
    @Test
    void entryIsGoneWithTheCopyEvenIfItWasMadeWhileTheCopyWasBeingDeleted() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Handle deleting = jdbi.open()) {
            long[] id = new long[1];
            jdbi.useTransaction(h -> {
                id[0] = copy(h, 1, mail("a", "x", ""));
                h.execute("INSERT INTO search_fill (mailbox_id) VALUES (1)");
            });
            try (Handle filling = jdbi.open()) {
                filling.begin();
                new SearchFill(filling).step(1, 10);
                Future<?> delete = thread.submit(() -> deleting.execute("DELETE FROM mail_copy WHERE id = ?", id[0]));
                Thread.sleep(300);
                assertThat(delete.isDone()).as("waits for the entry").isFalse();
                filling.commit();
                delete.get(30, TimeUnit.SECONDS);
            }
            assertThat(entries()).isZero();
            jdbi.useTransaction(h -> id[0] = copy(h, 1, mail("b", "x", "")));
            jdbi.useHandle(h -> h.execute("UPDATE search_fill SET below_clock = 'infinity'"));
            deleting.begin();
            deleting.execute("DELETE FROM mail_copy WHERE id = ?", id[0]);
            jdbi.useTransaction(h -> new SearchFill(h).step(1, 10));
            deleting.commit();
            assertThat(entries()).isZero();
        } finally {
            thread.shutdownNow();
            jdbi.useHandle(h -> h.execute("DELETE FROM search_fill"));
        }
    }

    @Test
    void mergingConversationsWaitsForNoPurge() {
        long a = store(1, mail("a", "Plan", ""));
        long c = store(1, mail("c", "Other words", "<b@x>"));
        try (Handle purge = jdbi.open()) {
            purge.begin();
            purge.execute("DELETE FROM mail_copy WHERE id = ?", c);
            long b = store(1, mail("b", "Re: Plan", "<a@x>"));
            purge.commit();
            assertThat(thread(b)).isEqualTo(thread(a));
        }
        assertThat(entries()).isEqualTo(2);
    }

    @Test
    void aMessageOfNothingButWordsIsStored() {
        Random random = new Random(5);
        StringBuilder words = new StringBuilder("Subject: all\r\n\r\n");
        for (int i = 0; i < 30_000; i++) {
            words.append(Integer.toString(random.nextInt(1_000_000), 36))
                    .append(i % 9 == 0 ? "ế" : "")
                    .append(i % 10 == 0 ? "\r\n" : " ");
        }
        long id = store(1, words.toString());
        assertThat(find("all", 1L)).containsExactly(id);
    }
}
