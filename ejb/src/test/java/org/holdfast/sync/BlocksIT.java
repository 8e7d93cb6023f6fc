package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocked senders against a real Dovecot: their mail is not imported, and nothing else changes. */
class BlocksIT {

    private static final DateTimeFormatter IMAP_DATE = DateTimeFormatter.ofPattern(
                    "dd-MMM-yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final AtomicInteger USERS = new AtomicInteger();

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    private final String user = "block" + USERS.incrementAndGet();
    private PullBench bench;
    private long mailbox;
    private int sent;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    @BeforeEach
    void connect() {
        bench = new PullBench(postgres, keys, "CRM_PLUS");
        dovecot.keepCommands(user);
        mailbox = bench.mailbox(user, dovecot.port());
    }

    private void send(String... senders) throws Exception {
        try (RawImap imap = new RawImap(dovecot.port(), user, "secret")) {
            for (String from : senders) {
                sent++;
                imap.appendText(
                        "INBOX", mail(from, sent), IMAP_DATE.format(PullBench.NOW.minus(Duration.ofHours(sent))));
            }
        }
    }

    private static String mail(String from, int number) {
        return "From: " + from + "\r\nMessage-ID: <b" + number + "@example.com>\r\nSubject: mail " + number
                + "\r\n\r\nText " + number + "\r\n";
    }

    private long block(String sender, boolean own) {
        return bench.id("INSERT INTO import_block (account_id, user_id, value, reason, created_by, created_at) VALUES ("
                + bench.accountId + ", " + (own ? Long.toString(bench.userId) : "NULL") + ", '" + sender
                + "', 'test', 'test', '2026-01-01') RETURNING id");
    }

    private void unblock(long id) {
        bench.jdbi.useHandle(h -> h.execute("UPDATE import_block SET removed_at = '2026-03-01' WHERE id = ?", id));
    }

    private void pull() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("sync_pass WHERE asked <> stored + vanished + quarantined + blocked"))
                .isZero();
    }

    private List<String> subjects() {
        return bench.jdbi.withHandle(h -> h.createQuery("SELECT subject FROM mail_copy ORDER BY uid")
                .mapTo(String.class)
                .list());
    }

    private List<String> contentAskedFor() {
        return dovecot.commands(user).stream()
                .filter(line -> line.contains("BODY.PEEK[]"))
                .map(line -> line.replaceFirst(".*UID FETCH ([0-9:,]+) .*", "$1"))
                .toList();
    }

    @Test
    void theMailOfABlockedSenderIsCountedAndItsContentNeverAskedFor() throws Exception {
        send(
                "friend@good.example",
                "\"A Shop\" <News@Shop.example>",
                "=?UTF-8?Q?B=C3=BCcher?= <offers@mail.shop.example>",
                "boss@pest.example",
                "\"pest@bad.example\" <friend@good.example>");
        block("shop.example", false);
        block("boss@pest.example", true);
        pull();
        assertThat(subjects()).containsExactly("mail 1", "mail 5");
        assertThat(contentAskedFor()).containsExactly("1,5");
        assertThat(bench.count("sync_pass WHERE asked = 5 AND stored = 2 AND blocked = 3"))
                .isOne();
        assertThat(bench.count("blocked_original")).isEqualTo(3);
        assertThat(bench.count("quarantined_original")).isZero();

        long asked = dovecot.commands(user).stream()
                .filter(line -> line.contains("HEADER.FIELDS"))
                .count();
        send("friend@good.example");
        pull();
        assertThat(contentAskedFor()).containsExactly("1,5", "6");
        assertThat(dovecot.commands(user).stream().filter(line -> line.contains("HEADER.FIELDS (FROM)")))
                .as("of those kept out nothing is asked again")
                .hasSize((int) asked + 1)
                .last()
                .asString()
                .contains("FETCH 6 ");
    }

    @Test
    void whatWasImportedBeforeABlockStaysAndFollowsItsOriginal() throws Exception {
        send("news@shop.example", "news@shop.example");
        pull();
        block("shop.example", false);
        send("news@shop.example");
        try (RawImap imap = new RawImap(dovecot.port(), user, "secret")) {
            imap.command("CREATE Archive");
            imap.command("SELECT INBOX");
            imap.command("UID STORE 1 +FLAGS (\\Flagged)");
            imap.command("UID MOVE 2 Archive");
        }
        pull();
        assertThat(subjects()).containsExactlyInAnyOrder("mail 1", "mail 2");
        assertThat(bench.count("mail_copy c JOIN folder f ON f.id = c.folder_id WHERE f.wire_name = 'Archive'"
                        + " AND c.original_gone_at IS NULL AND c.subject = 'mail 2'"))
                .isOne();
        assertThat(bench.count("mail_copy WHERE flags = 4 AND subject = 'mail 1'"))
                .isOne();
        assertThat(bench.count("blocked_original")).isOne();
    }

    @Test
    void whatARemovedBlockKeptOutComesInWithTheNextPass() throws Exception {
        send("news@shop.example", "friend@good.example", "news@shop.example");
        long block = block("shop.example", false);
        pull();
        assertThat(subjects()).containsExactly("mail 2");
        unblock(block);
        pull();
        assertThat(subjects()).containsExactly("mail 1", "mail 2", "mail 3");
        assertThat(bench.count("blocked_original")).isZero();
        long passes = bench.count("sync_pass");
        pull();
        assertThat(bench.count("sync_pass")).isEqualTo(passes);
    }

    @Test
    void whatASecondBlockKeepsOutStaysOutWhenTheFirstGoes() throws Exception {
        send("news@shop.example");
        long block = block("shop.example", false);
        pull();
        block("news@shop.example", false);
        unblock(block);
        pull();
        assertThat(subjects()).isEmpty();
        assertThat(bench.count("blocked_original o JOIN import_block b ON b.id = o.block_id"
                        + " WHERE b.value = 'news@shop.example'"))
                .isOne();
    }

    @Test
    void anOwnBlockOfAColleagueDoesNotCountHere() throws Exception {
        send("news@shop.example");
        long colleague = bench.id("INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES ("
                + bench.accountId + ", 'colleague-" + user
                + "@example.com', 'C', 'OWNER', '2026-01-01') RETURNING id");
        long block = block("shop.example", true);
        bench.jdbi.useHandle(h -> h.execute("UPDATE import_block SET user_id = ? WHERE id = ?", colleague, block));
        pull();
        assertThat(subjects()).containsExactly("mail 1");
        assertThat(contentAskedFor()).hasSize(1);
    }

    @Test
    void whereAServerDoesNotTellTheSenderItsMailIsKeptOutWhenItHasCome() throws Exception {
        try (ScriptedImap server = new ScriptedImap()) {
            server.mails.put(1L, mail("news@shop.example", 1));
            server.mails.put(2L, mail("friend@good.example", 2));
            block("shop.example", false);
            long scripted = bench.mailbox("scripted", server.port());
            assertThat(bench.pull(scripted)).isEqualTo(Outcome.COMPLETED);
            assertThat(server.received).anyMatch(line -> line.contains("HEADER.FIELDS (FROM)"));
            assertThat(subjects()).containsExactly("mail 2");
            assertThat(bench.count("sync_pass WHERE asked = 2 AND stored = 1 AND blocked = 1"))
                    .isOne();
            assertThat(bench.count("mail_content")).isOne();
        }
    }

    @Test
    void numbersThatMeanOtherOriginalsAreAskedAnew() throws Exception {
        try (ScriptedImap server = new ScriptedImap()) {
            server.mails.put(1L, mail("news@shop.example", 1));
            block("shop.example", false);
            long scripted = bench.mailbox("scripted", server.port());
            bench.pull(scripted);
            server.validity = 8;
            server.mails.put(1L, mail("friend@good.example", 2));
            assertThat(bench.pull(scripted)).isEqualTo(Outcome.COMPLETED);
            assertThat(subjects()).containsExactly("mail 2");
        }
    }
}
