package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Messages, reading them, and a mailbox, in a real browser; one story in order. */
class MessagesPageIT extends BrowserStage {

    private static final List<String> CALLED = new CopyOnWriteArrayList<>();
    private static HttpServer elsewhere;
    private static long hostile;
    private static long plain;

    @BeforeAll
    static void fill() throws IOException {
        elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        elsewhere.createContext("/", exchange -> {
            CALLED.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        elsewhere.start();
        setUp();
        installation.fill();
        letIn(11);
        letIn(12);
        installation.execute("INSERT INTO crm_record (account_id, kind, reference, title, changed_at) VALUES"
                + " (1, 'deal', 'D-77', 'Winter <b>campaign</b>', now()), (1, 'contact', 'C-1', 'Anna Spruce', now()),"
                + " (2, 'deal', 'D-9', 'Winter of Larch', now())");
        String at = "http://127.0.0.1:" + elsewhere.getAddress().getPort();
        hostile = message(
                500, "<script>document.title=\"owned\"</script> <img src=x onerror=alert(1)>", """
                Message-ID: <h@x>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/html; charset=utf-8

                <html><head><base href="AT/base/"><meta http-equiv="refresh" content="0;url=AT/refresh">
                <link rel="stylesheet" href="AT/sheet"><style>@import url(AT/import); body{background:url(AT/css)}</style>
                </head><body onload="fetch('AT/load')"><p>Harmless words</p>
                <script>document.title='owned';fetch('AT/script')</script>
                <img src="AT/picture.gif" onerror="fetch('AT/error')"><img srcset="AT/set 2x">
                <svg onload="fetch('AT/svg')"><image href="AT/svgimage"/></svg>
                <div style="background-image:url('AT/style');width:expression(alert(1))">styled</div>
                <table background="AT/table"><tr><td>cell</td></tr></table>
                <form action="AT/form"><input name="p" autofocus onfocus="this.form.submit()"><button>Go</button></form>
                <iframe src="AT/frame"></iframe><object data="AT/object"></object><embed src="AT/embed">
                <video src="AT/video" poster="AT/poster" autoplay></video>
                <a id="lead" href="AT/lead" ping="AT/ping">https://bank.example</a>
                <a href="javascript:fetch('AT/javascript')">press</a>
                </body></html>
                --b
                Content-Type: text/plain

                A second text
                --b
                Content-Type: text/html
                Content-Disposition: attachment; filename="../../evil\\r\\nX: y<script>.html"

                <script>alert(1)</script>
                --b--
                """.replace("AT", at));
        plain = message(501, "Hợp đồng thuê kho", """
                Message-ID: <p@x>
                References: <h@x>
                Content-Type: text/plain; charset=utf-8

                Kính gửi anh, đây là <b>hợp đồng</b> thuê kho.
                """);
        installation.execute("INSERT INTO search_fill (mailbox_id) SELECT id FROM mailbox WHERE account_id = 1");
    }

    private static long message(int id, String subject, String raw) {
        long copy = 90_000L + id;
        installation.execute("INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                + " received_at, copied_at, size_bytes, content_sha256, subject, sender, recipients, message_id) VALUES ("
                + copy + ", 1, 1, 1, 1, " + copy
                + ", now() - interval '5 minutes', now() - interval '5 minutes', now(), "
                + raw.length() + ", sha256('x'), $s$" + subject
                + "$s$, 'Eve <eve@elsewhere.example>', 'dispatch@spruce.example', '<" + (id == 500 ? "h" : "p")
                + "@x>'); INSERT INTO mail_content (copy_id, raw) VALUES (" + copy + ", convert_to($m$"
                + raw.replace("\n", "\r\n") + "$m$, 'UTF8'))");
        installation.execute("UPDATE mail_copy SET size_bytes = (SELECT octet_length(raw) FROM mail_content"
                + " WHERE copy_id = id) WHERE id = " + copy);
        return copy;
    }

    @AfterAll
    static void stop() {
        if (elsewhere != null) {
            elsewhere.stop(0);
        }
    }

    @Test
    @Order(1)
    void everyMessageSaysWhyItIsHere() {
        browser.go(installation.url("/console/messages.xhtml"));
        signIn("owner1@mail.example");
        browser.textOnceItSays("h1", "Messages");
        assertThat(browser.elements("#messageTable tbody tr")).hasSize(25);
        assertThat(browser.textOnceItSays("#messageTable", "Kept for ever: bound to deal:D-1000"))
                .contains("Leaves on ", "Kept by a legal hold", "<script>document.title=\"owned\"</script>");
        assertThat(browser.title()).isEqualTo("Messages · Holdfast");
        browser.size(1440, 1100).shot("messages");
        browser.click("#next");
        browser.textOnceItSays("#messageTable", "Message 20");
        browser.go(installation.url("/console/messages.xhtml?show=bound&mailbox=2"));
        browser.textOnceItSays("#messageTable", "claims@spruce.example");
        assertThat(browser.element("#messageTable").getText()).doesNotContain("Leaves on", "dispatch@");
        browser.go(installation.url("/console/messages.xhtml?show=leaving"));
        assertThat(browser.textOnceItSays("#messageTable", "Leaves at the next purge"))
                .doesNotContain("Kept");
        assertThat(leavingOf(1, "dispatch@spruce.example") + leavingOf(2, "claims@spruce.example"))
                .isPositive();
        browser.narrow(375, 900);
        assertFits(375);
        browser.wide();
        assertThat(browser.complaints()).isEmpty();
    }

    /** How many are shown to leave soon of one mailbox, and none of another. */
    private static int leavingOf(int mailbox, String address) {
        browser.go(installation.url("/console/messages.xhtml?show=leaving&mailbox=" + mailbox));
        browser.textOnceItSays("h1", "Messages");
        assertThat(browser.elements("#messageTable tbody .hf-sub"))
                .allSatisfy(line -> assertThat(line.getText()).isEqualTo(address));
        return browser.elements("#messageTable tbody tr").size();
    }

    @Test
    @Order(2)
    void searchFindsWhatWasTakenInInTheBackgroundAndSaysWhatItDoesNotUnderstand() {
        Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(
                        installation.count("SELECT count(*) FROM search_fill"))
                .isZero());
        browser.go(installation.url("/console/messages.xhtml"));
        browser.type("#q", "hop dong kho");
        browser.click("#search");
        browser.textOnceItSays("#messageTable", "Hợp đồng thuê kho");
        assertThat(browser.elements("#messageTable tbody tr")).hasSize(1);
        assertThat(browser.element(".hf-filters").getText())
                .contains("Temporary")
                .doesNotContain("Leaving soon");
        browser.go(installation.url("/console/messages.xhtml?q=colour:red"));
        browser.textOnceItSays("#messages\\:said", "There is no operator colour");
        browser.go(installation.url("/console/messages.xhtml?q=nowhere"));
        browser.textOnceItSays(".hf-empty", "Nothing found");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void chosenMessagesAreBoundToARecordOfTheCrmAndUnboundAgain() {
        browser.go(installation.url("/console/messages.xhtml?show=unbound"));
        browser.click("#messages\\:bind");
        browser.textOnceItSays("#messages\\:said", "Choose messages first");
        browser.click("[data-message='" + hostile + "'] .hf-pick");
        browser.click("[data-message='" + plain + "'] .hf-pick");
        atRest();
        browser.click("#messages\\:bind");
        browser.textOnceItSays(".hf-dialog h2", "Bind 2 messages to a record");
        assertThat(browser.textOnceItSays("#recordList", "Winter <b>campaign</b>"))
                .contains("Anna Spruce")
                .doesNotContain("Larch");
        atRest();
        browser.type("#messages\\:find", "winter");
        browser.click("#messages\\:look");
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        browser.elements("#recordList li"))
                .hasSize(1));
        atRest();
        browser.shot("messages-bind");
        browser.click("#recordList button");
        browser.textOnceItSays("#messages\\:said", "2 messages are bound to deal:D-77 and kept for ever");
        assertThat(bound()).isEqualTo(2);
        browser.go(installation.url("/console/messages.xhtml?show=bound"));
        browser.textOnceItSays("[data-message='" + plain + "']", "bound to deal:D-77");
        browser.click("[data-message='" + hostile + "'] .hf-pick");
        browser.click("[data-message='" + plain + "'] .hf-pick");
        browser.click("#messages\\:unbind");
        browser.textOnceItSays("#tiedList", "deal:D-77");
        atRest();
        browser.click("#tiedList button");
        browser.textOnceItSays("#messages\\:said", "The binding to deal:D-77 was taken off 2 messages");
        assertThat(bound()).isZero();
        assertThat(browser.complaints()).isEmpty();
    }

    /** What came is in place and what it listens to is set up. */
    private static void atRest() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> browser.script(
                        "return PrimeFaces.ajax.Queue.isEmpty() && !document.querySelector('.ui-state-loading')")
                .equals(true));
    }

    private static long bound() {
        return installation.count("SELECT count(*) FROM binding WHERE reference = 'D-77'");
    }

    @Test
    @Order(4)
    void nothingOfAHostileMessageRunsAndNoRequestLeaves() {
        CALLED.clear();
        browser.go(installation.url("/console/message.xhtml?id=" + hostile));
        browser.textOnceItSays("h1", "<script>document.title=\"owned\"</script>");
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(CALLED).isEmpty());
        assertThat(browser.title()).isEqualTo("Message · Holdfast");
        assertThat(browser.element("#reply").getAttribute("href")).endsWith("compose.xhtml?reply=" + hostile);
        assertThat(browser.element("#letter").getAttribute("sandbox"))
                .doesNotContain("scripts", "same-origin", "forms");
        browser.size(1440, 1300).shot("message");
        assertThat(browser.complaints()).isEmpty();
        browser.go(installation.url("/console/message-body?id=" + hostile));
        assertThat(browser.textOnceItSays("body", "Harmless words"))
                .contains("https://bank.example [127.0.0.1]", "styled", "cell");
        Awaitility.await()
                .during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(CALLED).isEmpty());
        assertThat(browser.url()).endsWith("message-body?id=" + hostile);
        assertThat(browser.title()).isEqualTo("-");
        assertThat(browser.elements("script, form, iframe, img, svg, meta[http-equiv], base, link"))
                .isEmpty();
    }

    @Test
    @Order(5)
    void picturesAreFetchedWhenTheReaderAsksAndNothingElse() {
        CALLED.clear();
        browser.go(installation.url("/console/message.xhtml?id=" + hostile));
        browser.click("#pictures");
        browser.textOnceItSays("h1", "document.title");
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(CALLED)
                .contains("/picture.gif"));
        assertThat(CALLED).containsOnly("/picture.gif");
    }

    @Test
    @Order(6)
    void attachmentsAreSavedAndNeverShown() {
        browser.go(installation.url("/console/message.xhtml?id=" + hostile));
        browser.textOnceItSays("#attachments", ".html");
        assertThat(browser.elements("#attachments li")).hasSize(2);
        assertThat(browser.element("#attachments li").getText()).contains("text/plain");
        assertThat(browser.elements("#cut")).isEmpty();
        String headers = (String) browser.script("const r = new XMLHttpRequest();"
                + " r.open('GET', document.querySelector('#attachments li:last-child a').href, false); r.send();"
                + " return r.status + ' ' + r.getAllResponseHeaders();");
        assertThat(headers)
                .startsWith("200 ")
                .contains("content-type: application/octet-stream", "x-content-type-options: nosniff")
                .contains("content-disposition: attachment; filename=\"")
                .doesNotContain("<script>", "x: y");
        browser.complaints();
    }

    @Test
    @Order(7)
    void conversationsOfAMailboxAreShownInBothLanguagesAndThemes() {
        browser.go(installation.url("/console/mailbox.xhtml?id=1"));
        browser.textOnceItSays("h1", "dispatch@spruce.example");
        assertThat(browser.element("#folderTable").getText()).contains("INBOX");
        browser.textOnceItSays("#threadTable", "Hợp đồng thuê kho");
        assertThat(browser.element("#threadTable tbody tr").getText()).contains("eve@elsewhere.example", "2");
        browser.size(1440, 1100).shot("mailbox");
        browser.click("#threadTable tbody a");
        browser.textOnceItSays("#thread", "Hợp đồng thuê kho");
        browser.click("#language-vi");
        browser.textOnceItSays("#thread-label", "Cuộc trao đổi");
        browser.click("#theme");
        browser.textOnceItSays("#thread-label", "Cuộc trao đổi");
        browser.shot("message-dark-vi");
        browser.go(installation.url("/console/messages.xhtml"));
        browser.textOnceItSays("h1", "Thư");
        browser.shot("messages-dark-vi");
        browser.go(installation.url("/console/mailbox.xhtml?id=1"));
        browser.textOnceItSays("#threads-label", "Các cuộc trao đổi");
        browser.shot("mailbox-dark-vi");
        browser.click("#theme");
        browser.click("#language-en");
        browser.textOnceItSays("#threads-label", "Conversations");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(8)
    void whatCannotBeReadIsSaid() {
        assertTrouble("mail_copy", "messages.xhtml", "The messages could not be read");
        browser.go(installation.url("/console/messages.xhtml"));
        browser.click("[data-message='" + plain + "'] .hf-pick");
        atRest();
        installation.execute("ALTER TABLE crm_record RENAME TO crm_record_away");
        try {
            browser.click("#messages\\:bind");
            browser.textOnceItSays(".hf-dialog .hf-callout", "The messages could not be read");
            assertThat(browser.element(".hf-dialog").getText()).doesNotContain("There is no such record");
        } finally {
            installation.execute("ALTER TABLE crm_record_away RENAME TO crm_record");
        }
    }

    @Test
    @Order(9)
    void nobodyElseReadsIt() {
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("h1", "Overview");
        signOut();
        browser.go(installation.url("/console/message.xhtml?id=" + plain));
        signInTo("owner2@mail.example");
        for (String page : List.of("message.xhtml", "message-body", "message-part?part=1", "mailbox.xhtml?id=1")) {
            browser.go(installation.url("/console/" + page + (page.contains("?") ? "&" : "?") + "id=" + plain));
            browser.textOnceItSays("h1", "Nothing here");
        }
        browser.go(installation.url("/console/messages.xhtml"));
        browser.textOnceItSays("#messageTable", "larch.example");
        assertThat(browser.element("#messageTable").getText()).doesNotContain("spruce");
        signOut();
        browser.go(installation.url("/console/mailbox.xhtml?id=1"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("#folderTable", "INBOX");
        assertThat(browser.elements("#threadTable, #threads-label")).isEmpty();
        browser.go(installation.url("/console/messages.xhtml"));
        browser.textOnceItSays("h1", "Not yours to see");
        browser.go(installation.url("/console/message-body?id=" + plain));
        browser.textOnceItSays("h1", "Not yours to see");
    }

    private static void signInTo(String email) {
        enter(email, PASSWORD);
        browser.textOnceItSays("h1", "Nothing here");
    }
}
