package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing, answering, passing on and drafts in a real browser with real IMAP and SMTP servers; one story in order. */
class ComposePageIT extends BrowserStage {

    private static final String OWNER = "owner1@mail.example";
    private static final String ADDRESS = "letters@spruce.example";

    @TempDir
    static Path folder;

    @Test
    @Order(1)
    void withoutAMailboxThatSendsThePagesSayTheNextStep() throws Exception {
        setUp();
        installation.fill();
        letIn(11);
        browser.go(installation.url("/console/compose.xhtml"));
        signIn(OWNER);
        browser.go(installation.url("/console/compose.xhtml"));
        browser.textOnceItSays(".hf-empty", "Connect a mailbox with a server for sending");
        browser.go(installation.url("/console/sending.xhtml"));
        browser.textOnceItSays(".hf-empty", "Nothing was sent from here yet");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void messageWithAnAttachmentIsSentOnceAndItsCopyIsBound() throws Exception {
        String password = installation.mail().createMailbox(ADDRESS);
        folders(password, "Sent", "Drafts", "Trash");
        connect(password);
        browser.go(installation.url("/console/compose.xhtml"));
        browser.textOnceItSays("h1", "New message");
        browser.element("#compose\\:from option:last-child").click();
        browser.type("#compose\\:to", "no address");
        browser.type("#compose\\:subject", "Offer <b>7</b> – đề nghị");
        browser.type("#compose\\:text", "Dear all,\nhere is the offer.\n");
        browser.click("#compose\\:send");
        browser.textOnceItSays("#compose\\:messages", "Not a mail address: no address");
        assertThat(browser.element("#compose\\:text").getAttribute("value")).contains("here is the offer");
        Path file = Files.writeString(folder.resolve("offer 7.txt"), "42 pallets");
        browser.element("#compose\\:file").sendKeys(file.toAbsolutePath().toString());
        browser.click("#compose\\:attach");
        browser.textOnceItSays("#fileList", "offer 7.txt");
        browser.type("#compose\\:to", "Letters <" + ADDRESS + ">");
        browser.type("#compose\\:bindKind", "deal");
        browser.type("#compose\\:bindReference", "D-2019");
        browser.shot("compose");
        browser.click("#compose\\:send");
        browser.textOnceItSays("h1", "Outbox");
        browser.textOnceItSays("#sendingTable", "Offer <b>7</b> – đề nghị");
        browser.textOnceItSays("#sendingTable tbody tr", "Sent");
        await("SELECT count(*) FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                + " WHERE f.name = 'INBOX' AND c.subject LIKE 'Offer%'");
        await("SELECT count(*) FROM sending WHERE bound_copy_id IS NOT NULL");
        assertThat(installation.count("SELECT count(*) FROM binding WHERE kind = 'deal' AND reference = 'D-2019'"))
                .isOne();
        assertThat(installation.count("SELECT count(*) FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                        + " WHERE f.name = 'Sent'"))
                .isOne();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void answerQuotesTheOriginalAndMarksIt() {
        long original = received();
        browser.go(installation.url("/console/compose.xhtml?replyAll=" + original));
        browser.textOnceItSays("h1", "Answer");
        assertThat(browser.element("#compose\\:subject").getAttribute("value"))
                .isEqualTo("Re: Offer <b>7</b> – đề nghị");
        assertThat(browser.element("#compose\\:text").getAttribute("value")).contains("> here is the offer.");
        browser.shot("compose-reply");
        browser.click("#compose\\:send");
        browser.textOnceItSays("#sendingTable", "Re: Offer");
        await("SELECT count(*) FROM mail_copy WHERE id = " + original + " AND flags & 2 > 0");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void messageIsPassedOnWithItsAttachment() {
        browser.go(installation.url("/console/compose.xhtml?forward=" + received()));
        browser.textOnceItSays("h1", "Pass on");
        browser.textOnceItSays("#fileList", "offer 7.txt");
        browser.type("#compose\\:to", ADDRESS);
        browser.click("#compose\\:send");
        browser.textOnceItSays("#sendingTable", "Fwd: Offer");
        await("SELECT count(*) FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                + " WHERE f.name = 'INBOX' AND c.subject LIKE 'Fwd: Offer%' AND c.size_bytes > 500");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void draftIsSavedContinuedAndReplaced() {
        browser.go(installation.url("/console/compose.xhtml"));
        browser.element("#compose\\:from option:last-child").click();
        browser.type("#compose\\:to", ADDRESS);
        browser.type("#compose\\:subject", "Half done");
        browser.type("#compose\\:text", "First half");
        browser.click("#compose\\:save");
        browser.textOnceItSays("#commandTable", "Save a draft");
        await("SELECT count(*) FROM mail_copy WHERE subject = 'Half done'");
        long draft = installation.count("SELECT id FROM mail_copy WHERE subject = 'Half done'");
        browser.go(installation.url("/console/compose.xhtml?draft=" + draft));
        browser.textOnceItSays("h1", "Draft");
        assertThat(browser.element("#compose\\:text").getAttribute("value")).isEqualTo("First half");
        assertThat(browser.element("#compose\\:to").getAttribute("value")).isEqualTo(ADDRESS);
        browser.type("#compose\\:text", "Both halves");
        browser.click("#compose\\:save");
        browser.textOnceItSays("h1", "Outbox");
        await("SELECT count(*) FROM user_command WHERE kind = 'SAVE_DRAFT' AND state = 'DONE' AND copy_id = " + draft);
        await("SELECT count(*) FROM mail_copy WHERE subject = 'Half done' AND id <> " + draft);
        assertThat(installation.count("SELECT count(*) FROM mail_copy WHERE id = " + draft))
                .isZero();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void whatNobodyKnowsIsDecidedByItsSender() {
        installation.execute("INSERT INTO sending_content SELECT id, 'x' FROM sending WHERE subject LIKE 'Re: %'"
                + " ON CONFLICT DO NOTHING");
        installation.execute("UPDATE sending SET state = 'UNKNOWN', filed_by = NULL, error ="
                + " 'The connection was lost <img src=x>' WHERE subject LIKE 'Re: %'");
        browser.go(installation.url("/console/sending.xhtml?mailbox=" + mailbox()));
        browser.textOnceItSays("tr[data-state=UNKNOWN]", "Nobody knows whether it left");
        assertThat(browser.element("tr[data-state=UNKNOWN]").getText())
                .contains("The connection was lost <img src=x>")
                .doesNotContain("Send again");
        browser.shot("sending-unknown");
        browser.click("tr[data-state=UNKNOWN] button[id$=unsent]");
        browser.textOnceItSays("#sending\\:messages", "You can send it again now");
        browser.textOnceItSays("tr[data-state=REFUSED]", "Send again");
        installation.execute(
                "UPDATE sending SET state = 'QUEUED', due_at = now() + interval '1 day', error = '451 later'"
                        + " WHERE subject LIKE 'Re: %'");
        browser.go(installation.url("/console/sending.xhtml?mailbox=" + mailbox()));
        browser.textOnceItSays("tr[data-state=QUEUED]", "You can still cancel it");
        browser.click("tr[data-state=QUEUED] button[id$=cancel]");
        browser.textOnceItSays("#sending\\:messages", "Nothing of it has left");
        browser.textOnceItSays("tr[data-state=CANCELLED]", "It did not leave");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void vietnameseDarkAndNarrow() {
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Hộp thư đi");
        browser.click("#theme");
        browser.textOnceItSays("#sendingTable", "Đã hủy");
        browser.shot("sending-dark-vi");
        browser.size(500, 1400);
        browser.narrow(375, 1400);
        assertFits(375);
        browser.go(installation.url("/console/compose.xhtml"));
        browser.textOnceItSays("h1", "Thư mới");
        assertFits(375);
        browser.shot("compose-narrow-dark-vi");
        browser.wide();
        browser.size(1440, 1200).go(installation.url("/console/sending.xhtml"));
        browser.click("#language-en");
        browser.textOnceItSays("h1", "Outbox");
        browser.click("#theme");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(8)
    void failureShowsAReferenceAndOperatorsDoNotGetIn() {
        assertTrouble("sending", "sending.xhtml", "The outbox could not be read");
        browser.go(installation.url("/console/overview.xhtml"));
        signOut();
        browser.go(installation.url("/console/overview.xhtml"));
        signIn(ADMINISTRATOR);
        for (String page : new String[] {"compose.xhtml", "sending.xhtml"}) {
            browser.go(installation.url("/console/" + page));
            browser.textOnceItSays("h1", "Not yours to see");
        }
        browser.complaints();
    }

    private static long mailbox() {
        return installation.count("SELECT id FROM mailbox WHERE address = '" + ADDRESS + "'");
    }

    private static long received() {
        return installation.count("SELECT c.id FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                + " WHERE f.name = 'INBOX' AND c.subject LIKE 'Offer%'");
    }

    /** Until there is one; mailboxes are synchronised meanwhile. */
    private static void await(String count) {
        Awaitility.await(count)
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    installation.execute("UPDATE mailbox_sync SET due_at = clock_timestamp() WHERE lease_until IS NULL"
                            + " AND mailbox_id = " + mailbox());
                    return installation.count(count) > 0;
                });
    }

    private static void connect(String password) {
        browser.go(installation.url("/console/connect.xhtml"));
        browser.type("#connect\\:address", ADDRESS);
        browser.type("#connect\\:login", ADDRESS);
        browser.type("#connect\\:password", password);
        server("imap", installation.mail().imapPort());
        server("smtp", installation.mail().smtpPort().orElseThrow());
        browser.click("#connect\\:store");
        browser.textOnceItSays("#mailboxesTable", ADDRESS);
    }

    private static void server(String kind, int port) {
        browser.type("#connect\\:" + kind + "Host", "127.0.0.1");
        browser.type("#connect\\:" + kind + "Port", Integer.toString(port));
        browser.element("#connect\\:" + kind + "Security option[value=NONE]").click();
    }

    /** As another mail program makes them. */
    private static void folders(String password, String... names) throws IOException {
        try (Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), installation.mail().imapPort());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            in.readLine();
            say(socket, in, "LOGIN " + ADDRESS + " " + password);
            for (String name : names) {
                say(socket, in, "CREATE " + name);
            }
        }
    }

    private static void say(Socket socket, BufferedReader in, String command) throws IOException {
        socket.getOutputStream().write(("T1 " + command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        String line = in.readLine();
        while (line != null && !line.startsWith("T1 ")) {
            line = in.readLine();
        }
        assertThat(line).contains("OK");
    }
}
