package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The pages Upcoming removals, Notices and My mail in a real browser, with a real relay; one story in order. */
class NoticePagesIT extends BrowserStage {

    @Test
    @Order(1)
    void emptyPagesSayTheNextStep() {
        setUp();
        browser.go(installation.url("/console/removals.xhtml"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays(".hf-empty", "Nothing leaves");
        browser.go(installation.url("/console/notices.xhtml"));
        browser.textOnceItSays(".hf-empty", "Nobody was told anything yet");
        assertThat(browser.elements("#notices .hf-callout"))
                .as("a relay is set up")
                .isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void removalsShowWhatWasReckonedByDayPlanAndAccount() {
        installation.fill();
        browser.size(1440, 1500).go(installation.url("/console/removals.xhtml"));
        browser.textOnceItSays("h1", "Upcoming removals");
        reckon();
        long leaving = installation.count(
                "SELECT sum(leaving_copies) FROM removal_day" + " WHERE day < (now() AT TIME ZONE 'UTC')::date + 7");
        assertThat(leaving).isPositive();
        browser.textOnceItSays("[data-figure=leaving]", words(leaving));
        assertThat(browser.elements("#byPlanTable tbody tr")).hasSizeGreaterThan(2);
        assertThat(browser.element("#byAccountTable").getText())
                .contains("Spruce Logistics")
                .contains("<script>document.title=\"owned\"</script>");
        assertThat(browser.script("return document.querySelectorAll('#byDayTable tbody tr').length"))
                .isEqualTo(7L);
        assertThat(browser.script("const c = document.querySelector('.hf-chart canvas');"
                        + " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"))
                .as("the chart is drawn")
                .isEqualTo(true);
        browser.shot("removals");
        browser.go(installation.url("/console/removals.xhtml?days=36&plan=PROFESSIONAL"));
        browser.textOnceItSays("[data-figure=leaving]", "");
        assertThat(browser.elements("#byPlanTable tbody tr")).hasSize(1);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void aHoldPlacedFromThereKeepsTheAccountsCopies() {
        browser.go(installation.url("/console/removals.xhtml"));
        String second =
                browser.element("#byAccountTable tbody tr:nth-child(2) th").getText();
        browser.click("#byAccountTable tbody tr:nth-child(2) button");
        browser.textOnceItSays("#removals\\:holdDialog", "Name of the hold");
        browser.type("#removals\\:holdName", "Case 7");
        browser.click("#removals\\:holdPlace");
        browser.textOnceItSays("#removals\\:holdMessages", "A hold has a name");
        browser.type("#removals\\:holdReason", "court order");
        browser.shot("removals-hold");
        browser.click("#removals\\:holdPlace");
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(installation.count(
                                "SELECT count(*) FROM legal_hold WHERE status = 'IN_FORCE' AND name = 'Case 7'"))
                        .isEqualTo(1));
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(installation.count("SELECT coalesce(sum(leaving_copies), 0) FROM"
                                + " removal_day r JOIN legal_hold h ON h.account_id = r.account_id"))
                        .isZero());
        browser.textOnceItSays("#removals\\:messages", "The hold is in force");
        assertThat(browser.element("#removals\\:holdDialog").isDisplayed()).isFalse();
        org.awaitility.Awaitility.await("the page follows the reckoning by itself")
                .atMost(java.time.Duration.ofMinutes(1))
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(browser.element("#byAccountTable").getText())
                                .contains("Alder Clinic")
                                .doesNotContain(second));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void noticesAreSentByThemselvesAndShown() {
        browser.go(installation.url("/console/notices.xhtml?status=SENT"));
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(installation.count(
                                "SELECT count(*) FROM notice WHERE status = 'SENT' AND kind = 'LEAVING'"))
                        .isEqualTo(2));
        browser.go(installation.url("/console/notices.xhtml"));
        browser.textOnceItSays("#noticesTable", "owner5@mail.example");
        assertThat(browser.element("#noticesTable").getText())
                .contains("owner2@mail.example", "Sent", "Planned", "7 days before", "30 days before");
        browser.click("#noticesTable details summary");
        browser.shot("notices");
        installation.execute(
                "UPDATE notice SET status = 'UNKNOWN', error = 'The server node-1 was lost while it sent this"
                        + " notice <img src=x>' WHERE status = 'SENT' AND user_id = 15");
        browser.go(installation.url("/console/notices.xhtml?status=UNKNOWN"));
        browser.textOnceItSays("#noticesTable", "was lost while it sent this notice <img src=x>");
        browser.click("#noticesTable button");
        browser.textOnceItSays("#notices\\:messages", "sent again");
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(installation.count("SELECT count(*) FROM notice WHERE status = 'SENT'"
                                + " AND resent_by = '" + ADMINISTRATOR + "'"))
                        .isEqualTo(1));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void theNoticesOfAnAccountAreOnItsPage() {
        browser.go(installation.url("/console/account.xhtml?id=5"));
        assertThat(browser.textOnceItSays("#accountNoticesTable", "owner5@mail.example"))
                .contains("7 days before", "Sent")
                .doesNotContain("owner2@mail.example");
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("h1", "Spruce Logistics");
        assertThat(browser.element("[aria-labelledby=account-notices-label]").getText())
                .contains("nobody was told anything yet");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void aTemplateIsPreviewedCheckedTestedAndPutInForce() {
        browser.go(installation.url("/console/notices.xhtml"));
        browser.click("#template\\:load");
        browser.textOnceItSays("#template\\:panel", "The shipped text.");
        browser.click("#template\\:preview");
        browser.textOnceItSays("#exampleSubject", "1,204 copies of your mail go on");
        browser.shot("notices-template");
        browser.type("#template\\:subject", "Our {{copise}}");
        browser.click("#template\\:save");
        browser.textOnceItSays("#template\\:messages", "There is no variable copise");
        browser.type("#template\\:subject", "From the mail desk: {{headline}}");
        browser.click("#template\\:test");
        browser.textOnceItSays("#template\\:messages", "A test goes to " + ADMINISTRATOR);
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(
                                installation.count("SELECT count(*) FROM notice WHERE kind = 'TEST' AND status = 'SENT'"
                                        + " AND subject LIKE 'From the mail desk: 1,204%'"))
                        .isEqualTo(1));
        browser.click("#template\\:save");
        browser.textOnceItSays("#template\\:panel", "Last changed by " + ADMINISTRATOR);
        browser.click("#template\\:reset");
        browser.textOnceItSays("#template\\:panel", "The shipped text is in force again");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void vietnameseDarkAndNarrow() {
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Thông báo");
        browser.click("#theme");
        browser.textOnceItSays("#noticesTable", "Đã gửi");
        browser.shot("notices-dark-vi");
        browser.go(installation.url("/console/removals.xhtml"));
        browser.textOnceItSays("#byPlanTable", "Bị xóa");
        browser.shot("removals-dark-vi");
        browser.size(500, 1400);
        browser.narrow(375, 1400);
        for (String page : List.of("removals", "notices")) {
            browser.go(installation.url("/console/" + page + ".xhtml"));
            browser.textOnceItSays("table", "");
            assertFits(375);
        }
        browser.wide();
        browser.size(1440, 1500).go(installation.url("/console/notices.xhtml"));
        browser.click("#language-en");
        browser.textOnceItSays("h1", "Notices");
        browser.click("#theme");
        browser.textOnceItSays("#noticesTable", "Sent");
    }

    @Test
    @Order(8)
    void failuresShowAReferenceThatIsInTheLog() {
        assertTrouble("removal_day", "removals.xhtml", "What leaves could not be read");
        assertTrouble("notice", "notices.xhtml", "The notices could not be read");
    }

    @Test
    @Order(9)
    void anAuditorReadsAndHasNoButtonThatWrites() {
        signOut();
        addOperator("auditor@holdfast.example", "AUDITOR");
        signIn("auditor@holdfast.example");
        browser.textOnceItSays("h1", "Overview");
        browser.go(installation.url("/console/removals.xhtml"));
        browser.textOnceItSays("#byAccountTable", "Leave");
        assertThat(browser.elements("#removals button")).isEmpty();
        browser.go(installation.url("/console/notices.xhtml"));
        browser.textOnceItSays("#noticesTable", "owner2@mail.example");
        assertThat(browser.elements("#notices button")).isEmpty();
        browser.click("#template\\:load");
        browser.textOnceItSays("#template\\:panel", "The shipped text.");
        assertThat(browser.elements("#template\\:save, #template\\:test, #template\\:reset"))
                .isEmpty();
        browser.go(installation.url("/console/my-mail.xhtml"));
        browser.textOnceItSays("h1", "Not yours to see");
        browser.complaints();
        browser.go(installation.url("/console/overview.xhtml"));
        signOut();
    }

    @Test
    @Order(10)
    void anOwnerSeesWhatLeavesTheOwnMailboxes() {
        letIn(13);
        signIn("owner3@mail.example");
        browser.textOnceItSays("h1", "Overview");
        browser.go(installation.url("/console/my-mail.xhtml"));
        browser.textOnceItSays("#mailboxesTable", "desk@alder.example");
        assertThat(browser.element("main").getText())
                .contains("Under Standard (60 days)")
                .doesNotContain("larch");
        assertThat(browser.elements("#leavingTable tbody tr")).hasSize(50);
        assertThat(browser.element("#leavingTable tbody tr").getText())
                .as("what is due waits for a purge and did not leave some seconds ago")
                .startsWith("with the next purge")
                .doesNotContain("ago");
        browser.shot("my-mail");
        assertThat(browser.complaints()).isEmpty();
        for (String page : List.of("removals.xhtml", "removals.csv?days=7", "notices.xhtml")) {
            browser.go(installation.url("/console/" + page));
            browser.textOnceItSays("h1", "Not yours to see");
        }
        browser.complaints();
        assertTrouble("mailbox_share", "my-mail.xhtml", "Your mail could not be read");
    }

    private static void reckon() {
        browser.click("#removals\\:reckon");
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(installation.count("SELECT count(*) FROM removal_reckoning"
                                + " WHERE NOT requested AND NOT running AND as_of IS NOT NULL AND accounts = 5"))
                        .isEqualTo(1));
        browser.go(installation.url("/console/removals.xhtml"));
    }

    private static String words(long number) {
        return java.text.NumberFormat.getIntegerInstance(java.util.Locale.ENGLISH)
                .format(number);
    }
}
