package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The console of the packaged WAR in a real browser, from the first run on; one story in order. */
class ConsoleIT extends BrowserStage {

    @Test
    @Order(1)
    void firstRunLeadsToSetUpAndTakesOnlyTheTokenOfTheLog() {
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("h1", "Set up Holdfast");
        browser.shot("setup");
        setUp("not-the-token");
        browser.textOnceItSays("#setup\\:messages", "This is not the token of the first run");
        setUp(installation.firstRunToken());
        browser.textOnceItSays(".hf-callout", "The first administrator is there");
        assertThat(installation.count("SELECT count(*) FROM app_user WHERE role = 'ADMINISTRATOR'"))
                .isEqualTo(1);
        browser.go(installation.url("/setup.xhtml"));
        browser.textOnceItSays("h1", "Sign in");
    }

    @Test
    @Order(2)
    void wrongPasswordIsRefusedAndTheRightOneReturnsToTheWantedPage() {
        browser.go(installation.url("/console/purge-runs.xhtml?status=FAILED"));
        browser.textOnceItSays("h1", "Sign in");
        enter(ADMINISTRATOR, "wrong wrong wrong");
        browser.textOnceItSays("#login\\:messages", "do not go together");
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("h1", "Purge runs");
        assertThat(browser.url()).endsWith("/console/purge-runs.xhtml?status=FAILED");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void emptyInstallationSaysTheNextStep() {
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays(".hf-empty", "Next step: create an account");
        browser.shot("overview-empty");
        browser.go(installation.url("/console/purge-runs.xhtml"));
        browser.textOnceItSays(".hf-empty", "Next step: make a dry run");
    }

    @Test
    @Order(4)
    void overviewShowsWhatWasPutIn() {
        installation.fill();
        browser.size(1440, 1180).go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("[data-figure=mailboxes]", "5");
        assertThat(figure("action")).isEqualTo("3");
        assertThat(figure("kept")).isEqualTo("412");
        assertThat(figure("temporary")).isEqualTo("1,188");
        assertThat(figure("leaving")).isEqualTo("726");
        assertThat(browser.element("#change-label + .hf-figure-number").getText())
                .startsWith("5 days, ");
        assertThat(browser.elements(".hf-attention li")).hasSize(5);
        assertThat(browser.script("return document.querySelectorAll('.hf-details tbody tr').length"))
                .isEqualTo(30L);
        assertThat(browser.script("const c = document.querySelector('.hf-chart canvas');"
                        + " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"))
                .as("the chart is drawn")
                .isEqualTo(true);
        browser.shot("overview");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void hostileValuesAreText() {
        assertThat(browser.element(".hf-attention").getText())
                .contains("<img src=x onerror=alert(1)>")
                .contains("<script>alert(1)</script>")
                .contains("<script>document.title=\"owned\"</script>");
        assertThat(browser.title()).isEqualTo("Overview · Holdfast");
        assertThat(browser.elements(".hf-attention img, .hf-attention script")).isEmpty();
    }

    @Test
    @Order(6)
    void languageAndThemeAreChosenAndStay() {
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Tổng quan");
        browser.textOnceItSays("[data-figure=temporary]", "1.188");
        browser.click("#theme");
        browser.textOnceItSays("[data-figure=temporary]", "1.188");
        assertThat(browser.script("return document.documentElement.dataset.theme + document.documentElement.lang"))
                .isEqualTo("darkvi");
        assertThat((String) browser.script("return document.documentElement.innerHTML"))
                .contains("primefaces-arya-blue");
        browser.shot("overview-dark-vi");
        browser.click("#language-en");
        browser.textOnceItSays("h1", "Overview");
        browser.textOnceItSays("[data-figure=temporary]", "1,188");
        browser.shot("overview-dark");
        browser.click("#theme");
        browser.textOnceItSays("[data-figure=temporary]", "1,188");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void narrowScreenNeedsNoSidewaysScrollAndHasItsMenu() {
        browser.size(500, 1400).go(installation.url("/console/overview.xhtml"));
        browser.narrow(375, 1400);
        browser.textOnceItSays("[data-figure=kept]", "412");
        assertFits(375);
        assertThat(browser.element("#navigation").isDisplayed()).isFalse();
        browser.shot("overview-375");
        browser.click("#menu");
        assertThat(browser.element("#navigation").isDisplayed()).isTrue();
        browser.go(installation.url("/console/purge-runs.xhtml"));
        assertFits(375);
        browser.wide();
        browser.size(1440, 1180);
    }

    @Test
    @Order(8)
    void auditorSeesTheDryRunAndNoButtonThatWrites() {
        signOut();
        addOperator("auditor@holdfast.example", "AUDITOR");
        signIn("auditor@holdfast.example");
        browser.textOnceItSays("[data-figure=kept]", "412");
        browser.go(installation.url("/console/purge-runs.xhtml"));
        browser.click("#dryrun\\:look");
        browser.textOnceItSays("[data-figure=due]", "615 of 1,600 copies would be removed");
        assertThat(browser.elements("#dryrun\\:remove, #dryrun\\:start")).isEmpty();
        browser.go(installation.url("/console/purge-run.xhtml?id=1"));
        browser.textOnceItSays("h1", "Failed");
        assertThat(browser.elements("#run\\:restart, #run\\:stop")).isEmpty();
        signOut();
    }

    @Test
    @Order(9)
    void ownerSeesTheOwnAccountOnly() {
        letIn(13);
        signIn("owner3@mail.example");
        browser.textOnceItSays("[data-figure=kept]", "100");
        assertThat(figure("temporary")).isEqualTo("300");
        assertThat(figure("leaving")).isEqualTo("232");
        assertThat(browser.element("main").getText()).contains("Your account").doesNotContain("larch");
        assertThat(browser.elements("a[href*='purge']")).isEmpty();
        assertThat(browser.complaints()).isEmpty();
        browser.go(installation.url("/console/purge-runs.xhtml"));
        browser.textOnceItSays("h1", "Not yours to see");
        assertThat(browser.complaints()).allMatch(c -> c.contains("status of 403"));
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("[data-figure=kept]", "100");
        signOut();
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("[data-figure=kept]", "412");
    }

    @Test
    @Order(10)
    void dryRunThenTheNumberTypedThenThePurge() {
        browser.go(installation.url("/console/purge-runs.xhtml"));
        browser.click("#dryrun\\:look");
        browser.textOnceItSays("[data-figure=due]", "615 of 1,600 copies would be removed");
        browser.shot("purge-dry-run");
        browser.click("#dryrun\\:remove");
        browser.type("#dryrun\\:typed", "12");
        browser.click("#dryrun\\:start");
        browser.textOnceItSays("#dryrun\\:confirmMessages", "The number typed is not 615");
        browser.shot("purge-confirm");
        assertThat(installation.count("SELECT count(*) FROM mail_copy")).isEqualTo(1600);
        browser.type("#dryrun\\:typed", "615");
        browser.click("#dryrun\\:start");
        browser.textOnceItSays("h1", "Purge run 2");
        browser.textOnceItSays("h1", "Completed");
        assertThat(browser.element("[data-figure=removed]").getText()).startsWith("615");
        assertThat(installation.count("SELECT count(*) FROM mail_copy")).isEqualTo(985);
        browser.shot("purge-run");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(11)
    void ledgerIsVerifiedAndRunsAreFilteredByTheAddress() {
        browser.go(installation.url("/console/purge-runs.xhtml?status=COMPLETED"));
        assertThat(browser.elements("#runsTable tbody tr")).hasSize(1);
        browser.go(installation.url("/console/ledger.xhtml"));
        browser.click("#ledger\\:verify");
        browser.textOnceItSays("#ledger\\:found", "The ledger is intact");
        assertThat(browser.element("#ledger\\:found").getText()).contains("615 copies");
        browser.go(installation.url("/console/purge-runs.xhtml?status=STOPPED"));
        browser.textOnceItSays(".hf-empty", "No such runs");
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("[data-figure=temporary]", "573");
        assertThat(figure("purged")).isEqualTo("615");
        browser.shot("overview-after-purge");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(12)
    void whatIsNotThereSaysSo() {
        browser.go(installation.url("/console/purge-run.xhtml?id=4711"));
        browser.textOnceItSays("h1", "Nothing here");
        browser.go(installation.url("/console/nothing.xhtml"));
        browser.textOnceItSays("h1", "Nothing here");
    }

    @Test
    @Order(13)
    void failureShowsAReferenceThatIsInTheLog() {
        installation.execute(
                "ALTER TABLE binding RENAME TO binding_away; ALTER TABLE purge_slice RENAME TO slice_away");
        try {
            browser.go(installation.url("/console/overview.xhtml"));
            browser.textOnceItSays(".hf-callout", "The figures could not be read");
            String reference = browser.element(".hf-reference").getText();
            browser.shot("overview-trouble");
            assertThat(reference).matches("[0-9a-f]{10}");
            assertThat(installation.logged()).contains("[" + reference + "]");
        } finally {
            installation.execute(
                    "ALTER TABLE binding_away RENAME TO binding; ALTER TABLE slice_away RENAME TO purge_slice");
        }
    }

    private static String figure(String name) {
        return browser.element("[data-figure=" + name + "]").getText();
    }
}
