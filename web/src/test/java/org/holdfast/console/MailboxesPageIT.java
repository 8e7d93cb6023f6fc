package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.holdfast.run.LocalGreenMail;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Mailboxes in a real browser: the list, and connecting one to a real IMAP and SMTP server; one story in order. */
class MailboxesPageIT extends BrowserStage {

    private static final String NEW = "depot@spruce.example";

    @Test
    @Order(1)
    void emptyListSaysTheNextStep() {
        setUp();
        browser.go(installation.url("/console/mailboxes.xhtml"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays(".hf-empty", "Connect the first one");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void listShowsStatesInWordsWithTheNextStepAndIsFilteredByTheAddress() {
        installation.fill();
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.textOnceItSays("#mailboxesTable", "dispatch@spruce.example");
        String refused = row("orders@larch.example");
        assertThat(refused).contains("Sign-in refused", "Check the password at the provider", "Invalid credentials");
        assertThat(row("desk@alder.example")).contains("200", "3 messages could not be loaded");
        assertThat(row("info@script.example")).contains("Paused by the plan", "<img src=x onerror=alert(1)>");
        browser.shot("mailboxes");
        browser.go(installation.url("/console/mailboxes.xhtml?state=UNREACHABLE"));
        browser.textOnceItSays("#mailboxesTable", "lab@alder.example");
        assertThat(browser.elements("#mailboxesTable tbody tr")).hasSize(1);
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.type("#find", "CLAIMS@");
        browser.click("button[type=submit].hf-secondary");
        browser.textOnceItSays("#mailboxesTable", "claims@spruce.example");
        assertThat(browser.elements("#mailboxesTable tbody tr")).hasSize(1);
        assertThat(browser.url()).contains("find=CLAIMS");
        browser.go(installation.url("/console/mailboxes.xhtml?find=%25"));
        browser.textOnceItSays(".hf-empty", "No such mailboxes");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void pauseResumeAndDisconnectDoWhatTheySay() {
        browser.go(installation.url("/console/mailboxes.xhtml?find=hello@birch"));
        click("hello@birch.example", "pause");
        browser.textOnceItSays("#mailboxes\\:messages", "Paused. No connection is opened");
        assertThat(state("hello@birch.example")).isEqualTo("PAUSED_BY_USER");
        click("hello@birch.example", "resume");
        browser.textOnceItSays("#mailboxes\\:messages", "Resumed.");
        click("hello@birch.example", "disconnect");
        browser.textOnceItSays(".ui-confirm-dialog", "Disconnect hello@birch.example?");
        browser.shot("mailboxes-disconnect");
        browser.click(".ui-confirmdialog-yes");
        browser.textOnceItSays("#mailboxes\\:messages", "Disconnected.");
        assertThat(state("hello@birch.example")).isEqualTo("DISCONNECTED");
        assertThat(row("hello@birch.example")).contains("Its copies live out their time");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void auditorSeesTheListAndNoButton() {
        addOperator("auditor@holdfast.example", "AUDITOR");
        signOut();
        signIn("auditor@holdfast.example");
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.textOnceItSays("#mailboxesTable", "dispatch@spruce.example");
        assertThat(browser.elements("#connect, #mailboxesTable button")).isEmpty();
        browser.go(installation.url("/console/connect.xhtml"));
        browser.textOnceItSays("h1", "Not yours to see");
        assertThat(browser.complaints()).allMatch(c -> c.contains("status of 403"));
        browser.go(installation.url("/console/overview.xhtml"));
        signOut();
    }

    @Test
    @Order(5)
    void ownerSeesTheOwnMailboxesOnly() {
        letIn(11);
        signIn("owner1@mail.example");
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.textOnceItSays("#mailboxesTable", "dispatch@spruce.example");
        assertThat(browser.elements("#mailboxesTable tbody tr")).hasSize(2);
        browser.go(installation.url("/console/mailboxes.xhtml?account=2"));
        browser.textOnceItSays(".hf-empty", "No such mailboxes");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void connectionIsTestedLineByLineAndStoredOnlyWhenItWorks() {
        LocalGreenMail mail = installation.mail();
        String password = mail.createMailbox(NEW);
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.click("#connect");
        browser.textOnceItSays("h1", "Connect a mailbox");
        browser.type("#connect\\:address", NEW);
        browser.click("#connect\\:find");
        browser.textOnceItSays("#connect\\:messages", "these are guesses");
        servers("10.0.0.1", 993, mail.smtpPort().orElseThrow());
        browser.type("#connect\\:password", "wrong");
        browser.click("#connect\\:test");
        assertThat(line("ALLOWED", "Failed")).contains("not a public mail server");
        assertThat(line("NAME", "Passed")).isNotBlank();
        assertThat(line("LOGIN", "Not tried")).isNotBlank();
        servers("127.0.0.1", mail.imapPort(), mail.smtpPort().orElseThrow());
        browser.click("#connect\\:test");
        assertThat(line("LOGIN", "Failed")).contains("check the user name and the password");
        assertThat(line("TLS", "Passed")).isNotBlank();
        browser.shot("connect-refused");
        browser.type("#connect\\:password", password);
        browser.click("#connect\\:test");
        assertThat(line("SEND", "Passed")).contains("127.0.0.1");
        assertThat(browser.element("#outlook").getText()).contains("PROFESSIONAL keeps unbound copies 90 days");
        assertThat(browser.element("#connect\\:password").getAttribute("value")).isEmpty();
        browser.shot("connect-passed");
        assertThat(installation.count("SELECT count(*) FROM mailbox WHERE address = '" + NEW + "'"))
                .isZero();
        browser.click("#connect\\:store");
        browser.textOnceItSays("h1", "Mailboxes");
        browser.textOnceItSays("#mailboxesTable", NEW);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void listIsReadableInVietnameseAndInTheDark() {
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Hộp thư");
        browser.click("#theme");
        browser.textOnceItSays("#mailboxesTable", NEW);
        browser.shot("mailboxes-dark-vi");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(8)
    void failureShowsAReferenceThatIsInTheLog() {
        browser.click("#language-en");
        assertTrouble("quarantined_original", "mailboxes.xhtml", "The mailboxes could not be read");
    }

    private static void servers(String host, int imap, int smtp) {
        browser.type("#connect\\:imapHost", host);
        browser.type("#connect\\:imapPort", Integer.toString(imap));
        browser.type("#connect\\:smtpHost", host);
        browser.type("#connect\\:smtpPort", Integer.toString(smtp));
        for (String field : new String[] {"imapSecurity", "smtpSecurity"}) {
            String security = host.equals("127.0.0.1") ? "NONE" : "TLS";
            browser.click("#connect\\:" + field + " option[value=" + security + "]");
        }
    }

    private static String line(String step, String outcome) {
        return browser.textOnceItSays("#checks tr[data-step=" + step + "]", outcome);
    }

    private static String row(String address) {
        return browser.element("tr[data-mailbox='" + address + "']").getText();
    }

    private static void click(String address, String button) {
        browser.click("tr[data-mailbox='" + address + "'] button[id$=" + button + "]");
    }

    private static String state(String address) {
        return installation.text("SELECT state FROM mailbox WHERE address = '" + address + "'");
    }
}
