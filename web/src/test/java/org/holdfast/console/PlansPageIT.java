package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Plans and terms in a real browser: a change from its draft to its date and back; one story in order. */
class PlansPageIT extends BrowserStage {

    private static final String SECOND = "second@holdfast.example";

    @Test
    @Order(1)
    void emptyPageShowsThePlansAndSaysTheNextStep() {
        setUp();
        addOperator(SECOND, "ADMINISTRATOR");
        addOperator("auditor@holdfast.example", "AUDITOR");
        browser.go(installation.url("/console/plans.xhtml"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays(".hf-empty", "Next step: draft one below");
        assertThat(browser.element("[data-plan=STANDARD]").getText()).isEqualTo("60 days");
        assertThat(browser.element("[data-plan=FREE]").getText()).isEqualTo("0 days");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void aDraftThatCannotBeIsRefusedInPlaceAndOneThatCanIsGoneOnWith() {
        installation.fill();
        browser.go(installation.url("/console/plans.xhtml?plan=PROFESSIONAL"));
        assertThat(browser.element("#draft\\:days").getAttribute("value")).isEqualTo("90");
        browser.type("#draft\\:days", "ten");
        browser.type("#draft\\:reason", "<b>shorter</b>");
        browser.click("#draft\\:do");
        browser.textOnceItSays("#draft\\:messages", "not a whole number");
        browser.type("#draft\\:days", "10");
        browser.click("#draft\\:do");
        browser.textOnceItSays("#preview-label", "Preview on the real data");
        browser.textOnceItSays(".hf-empty", "Nobody looked yet");
        assertThat(browser.url()).contains("/console/plan-change.xhtml?id=");
        assertThat(browser.element("main").getText()).contains("<b>shorter</b>");
        assertThat(browser.element("#termsTable").getText()).contains("90 days", "10 days");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void thePreviewTellsWhatGoesByItAndNeedsAnotherPersonForItsApproval() {
        browser.click("#change\\:preview");
        browser.textOnceItSays("#preview-label", "Ready");
        String verdict = browser.textOnceItSays("[data-figure=by-change]", "because of this change");
        assertThat(verdict).matches("(?s)[1-9].*copies go because of this change; 1 account is touched.*");
        assertThat(browser.element("#agesTable").getText()).contains("30 to 60 days");
        assertThat(browser.element("#mailboxesTable").getText()).contains("claims@spruce.example");
        assertThat(browser.element(".hf-hash").getText()).matches("[0-9a-f]{64}");
        browser.textOnceItSays("[data-figure=second]", "another administrator approves");
        assertThat(browser.elements("#change\\:approve")).isEmpty();
        String csv = (String) browser.script("const f = document.getElementById('change');"
                + " const d = new URLSearchParams(new FormData(f)); d.append('change:csv', 'change:csv');"
                + " const x = new XMLHttpRequest(); x.open('POST', f.action, false); x.send(d);"
                + " return x.getResponseHeader('Content-Disposition') + ' ' + x.responseText;");
        assertThat(csv).contains("preview-", "account,accountName,mailbox", "claims@spruce.example");
        browser.shot("plan-change-ready");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void theSecondPersonApprovesOnItAndPublishes() {
        String change = browser.url();
        signOut();
        browser.go(installation.url("/console/plans.xhtml"));
        signIn(SECOND);
        browser.go(change);
        String hash = browser.element(".hf-hash").getText();
        browser.click("#change\\:approve");
        browser.textOnceItSays("#change\\:messages", "Approved. It can be published now");
        assertThat(installation.count("SELECT count(*) FROM terms_change t JOIN preview p ON p.id = t.preview_id"
                        + " WHERE t.approved_by = '" + SECOND + "' AND encode(p.hash, 'hex') = '" + hash + "'"))
                .isEqualTo(1);
        browser.click("#change\\:publish");
        browser.textOnceItSays("#change\\:messages", "Published. From its date on");
        browser.go(installation.url("/console/plans.xhtml"));
        browser.textOnceItSays("#plansTable", "10 days from");
        browser.textOnceItSays("#changesTable", "Published");
        browser.size(1440, 1500).shot("plans");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void itIsWithdrawnUntilItsDate() {
        browser.go(installation.url("/console/plan-change.xhtml?id=1"));
        browser.click(".hf-details summary");
        browser.click("#change\\:withdraw");
        browser.textOnceItSays("#change\\:messages", "Say why it is withdrawn");
        browser.click(".hf-details summary");
        browser.type("#change\\:withdrawReason", "a slip");
        browser.click("#change\\:withdraw");
        browser.textOnceItSays("#change\\:messages", "Withdrawn. The terms before it go on");
        assertThat(installation.count("SELECT count(*) FROM plan_terms WHERE plan_code = 'PROFESSIONAL'"
                        + " AND unbound_days = 10 AND known_until IS NULL"))
                .isZero();
    }

    @Test
    @Order(6)
    void aFailedAnOldAndAnUnreadablePreviewSayWhatToDo() {
        browser.go(installation.url("/console/plans.xhtml?plan=CRM_PLUS"));
        browser.type("#draft\\:days", "0");
        browser.type("#draft\\:reason", "states");
        browser.click("#draft\\:do");
        browser.textOnceItSays(".hf-empty", "Nobody looked yet");
        installation.execute("ALTER TABLE preview_age ADD CONSTRAINT broken CHECK (age_days < 0) NOT VALID");
        browser.click("#change\\:preview");
        browser.textOnceItSays(".hf-callout", "The preview failed");
        assertThat(browser.element(".hf-callout").getText()).contains("broken", "Preview again");
        browser.shot("plan-change-failed");
        installation.execute("ALTER TABLE preview_age DROP CONSTRAINT broken");
        browser.click("#change\\:preview");
        browser.textOnceItSays("#preview-label", "Ready");
        installation.execute("UPDATE preview SET ended_at = now() - interval '30 days' WHERE status = 'READY'");
        browser.go(browser.url());
        browser.textOnceItSays(".hf-callout", "too old to approve on");
        browser.shot("plan-change-stale");
        installation.execute("ALTER TABLE terms_change RENAME TO away");
        browser.go(installation.url("/console/plans.xhtml"));
        browser.textOnceItSays(".hf-callout", "The plans could not be read");
        String reference = browser.element(".hf-reference").getText();
        installation.execute("ALTER TABLE away RENAME TO terms_change");
        assertThat(installation.logged()).contains("[" + reference + "]");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void bothPagesAreThereInVietnameseInTheDarkAndOnANarrowScreen() {
        browser.go(installation.url("/console/plans.xhtml"));
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Gói và điều khoản");
        browser.click("#theme");
        browser.textOnceItSays("h1", "Gói và điều khoản");
        browser.shot("plans-dark-vi");
        browser.go(installation.url("/console/plan-change.xhtml?id=2"));
        browser.textOnceItSays("#preview-label", "Xem trước");
        browser.shot("plan-change-dark-vi");
        browser.click("#language-en");
        browser.textOnceItSays("#preview-label", "Preview");
        browser.click("#theme");
        browser.textOnceItSays("#preview-label", "Preview");
        browser.narrow(375, 1400);
        for (String page : new String[] {"/console/plans.xhtml", "/console/plan-change.xhtml?id=2"}) {
            browser.go(installation.url(page));
            assertFits(375);
        }
        browser.shot("plan-change-375");
        browser.wide();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(8)
    void auditorsReadAndOwnersDoNot() {
        signOut();
        browser.go(installation.url("/console/plans.xhtml"));
        signIn("auditor@holdfast.example");
        browser.textOnceItSays("#plansTable", "60 days");
        assertThat(browser.elements("#draft, #plansTable a")).isEmpty();
        browser.go(installation.url("/console/plan-change.xhtml?id=2"));
        browser.textOnceItSays("#preview-label", "Ready");
        assertThat(browser.elements("#change\\:preview, #change\\:approve, #change\\:publish, #change\\:withdraw"))
                .isEmpty();
        letIn(11);
        signOut();
        browser.go(installation.url("/console/plans.xhtml"));
        enter("owner1@mail.example", PASSWORD);
        browser.textOnceItSays("h1", "Not yours to see");
        assertThat(browser.complaints()).allMatch(c -> c.contains("status of 403"));
    }
}
