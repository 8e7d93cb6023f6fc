package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import org.holdfast.run.LocalGreenMail;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Mailboxes in a real browser: the list, and connecting one to a real IMAP and SMTP server; one story in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MailboxesPageIT {

    private static final String ADMINISTRATOR = "admin@holdfast.example";
    private static final String PASSWORD = "correct horse battery";
    private static final String NEW = "depot@spruce.example";

    @TempDir
    static Path folder;

    private static LocalGreenMail mail;
    private static Installation installation;
    private static Browser browser;

    @BeforeAll
    static void start() {
        boolean there = Browser.driverBinary().isPresent();
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI needs Chromium and its driver; .ci/run installs them");
        }
        if (!there) {
            System.out.println("MailboxesPageIT skipped: no chromedriver here; install chromium and chromium-driver");
        }
        assumeTrue(there, "no chromedriver");
        mail = LocalGreenMail.start(folder.resolve("greenmail.log"));
        installation = Installation.start(
                folder.resolve("server"),
                Map.of(
                        "holdfast.mail.allow",
                        "127.0.0.1",
                        "holdfast.keyset",
                        folder.resolve("keyset.json").toString()));
        browser = Browser.open(folder.resolve("profile"));
        browser.go(installation.url("/console/mailboxes.xhtml"));
        browser.textOnceItSays("h1", "Set up Holdfast");
        browser.type("#setup\\:token", installation.firstRunToken());
        browser.type("#setup\\:email", ADMINISTRATOR);
        browser.type("#setup\\:password", PASSWORD);
        browser.click("#setup\\:setUp");
        browser.textOnceItSays(".hf-callout", "The first administrator is there");
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (installation != null) {
            installation.close();
        }
        if (mail != null) {
            mail.close();
        }
    }

    @Test
    @Order(1)
    void emptyListSaysTheNextStep() {
        signIn(ADMINISTRATOR);
        browser.go(installation.url("/console/mailboxes.xhtml"));
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
        installation.execute("INSERT INTO app_user (email, display_name, role, password_hash, created_at)"
                + " SELECT 'auditor@holdfast.example', 'Auditor', 'AUDITOR', password_hash, now() FROM app_user"
                + " WHERE role = 'ADMINISTRATOR'");
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
        installation.execute("UPDATE app_user SET password_hash = (SELECT password_hash FROM app_user"
                + " WHERE role = 'ADMINISTRATOR') WHERE id = 11");
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
        installation.execute("ALTER TABLE quarantined_original RENAME TO quarantined_away");
        try {
            browser.go(installation.url("/console/mailboxes.xhtml"));
            browser.textOnceItSays(".hf-callout", "The mailboxes could not be read");
            String reference = browser.element(".hf-reference").getText();
            assertThat(installation.logged()).contains("[" + reference + "]");
        } finally {
            installation.execute("ALTER TABLE quarantined_away RENAME TO quarantined_original");
        }
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

    private static void signIn(String email) {
        browser.textOnceItSays("h1", "Sign in");
        browser.type("#login\\:email", email);
        browser.type("#login\\:password", PASSWORD);
        browser.click("#login\\:signIn");
        browser.textOnceItSays(".hf-user-name", email);
    }

    private static void signOut() {
        browser.click("#out\\:signOut");
        browser.textOnceItSays(".hf-callout", "You are signed out");
    }
}
