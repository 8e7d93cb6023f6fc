package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Base of the tests of the console in a real browser. The packaged WAR runs on one server for all of them,
 * as it was before its first run when a class begins; each class has a browser of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class BrowserStage {

    static final String ADMINISTRATOR = "admin@holdfast.example";
    static final String PASSWORD = "correct horse battery";

    @RegisterExtension
    static final BeforeAllCallback ONE_SERVER = BrowserStage::begin;

    static Installation installation;
    static Browser browser;

    private static void begin(ExtensionContext context) {
        boolean there = Browser.driverBinary().isPresent();
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI needs Chromium and its driver; .ci/run installs them");
        }
        if (!there) {
            System.out.println(
                    context.getDisplayName() + " skipped: no chromedriver here; install chromium and chromium-driver");
        }
        assumeTrue(there, "no chromedriver");
        // The store of the whole run closes it at the end.
        installation = context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .getOrComputeIfAbsent(Installation.class, type -> Installation.start(), Installation.class);
        installation.empty();
    }

    @BeforeAll
    static void openBrowser(@TempDir Path profile) {
        browser = Browser.open(profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    /** Makes the first administrator, on the page for it. */
    static void setUp() {
        browser.go(installation.url("/setup.xhtml"));
        setUp(installation.firstRunToken());
        browser.textOnceItSays(".hf-callout", "The first administrator is there");
    }

    static void setUp(String token) {
        browser.type("#setup\\:token", token);
        browser.type("#setup\\:email", ADMINISTRATOR);
        browser.type("#setup\\:password", PASSWORD);
        browser.click("#setup\\:setUp");
    }

    /** Signs in on the page that asks for it and waits for the page that was wanted. */
    static void signIn(String email) {
        enter(email, PASSWORD);
        browser.textOnceItSays(".hf-user-name", email);
    }

    /** Sends the form; what comes of it, the caller looks at. */
    static void enter(String email, String password) {
        browser.textOnceItSays("h1", "Sign in");
        browser.type("#login\\:email", email);
        browser.type("#login\\:password", password);
        browser.click("#login\\:signIn");
    }

    static void signOut() {
        browser.click("#out\\:signOut");
        browser.textOnceItSays(".hf-callout", "You are signed out");
    }

    /** Somebody of the installation's staff, with the administrator's password. */
    static void addOperator(String email, String role) {
        installation.execute("INSERT INTO app_user (email, display_name, role, password_hash, created_at) SELECT '"
                + email + "', 'Other', '" + role + "', password_hash, now() FROM app_user WHERE email = '"
                + ADMINISTRATOR + "'");
    }

    /** Gives a user of {@code installation.sql} the administrator's password. */
    static void letIn(long user) {
        installation.execute("UPDATE app_user SET password_hash = (SELECT password_hash FROM app_user WHERE email = '"
                + ADMINISTRATOR + "') WHERE id = " + user);
    }

    /** The page in sight needs no sideways scrolling on a screen of this width. */
    static void assertFits(int width) {
        assertThat((Long) browser.script("return document.documentElement.scrollWidth"))
                .as(browser.url())
                .isLessThanOrEqualTo(width);
    }

    /** A page says so, with a reference that is in the log, when a table that it reads is away. */
    static void assertTrouble(String table, String page, String sentence) {
        installation.execute("ALTER TABLE " + table + " RENAME TO " + table + "_away");
        try {
            browser.go(installation.url("/console/" + page));
            browser.textOnceItSays(".hf-callout", sentence);
            String reference = browser.element(".hf-reference").getText();
            assertThat(reference).matches("[0-9a-f]{10}");
            assertThat(installation.logged()).contains("[" + reference + "]");
        } finally {
            installation.execute("ALTER TABLE " + table + "_away RENAME TO " + table);
        }
    }
}
