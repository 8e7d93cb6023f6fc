package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Previews of a date, of several drafts and of another plan for many accounts in a real browser; one story in order. */
class PreviewsPageIT extends BrowserStage {

    private static final String DRAFTS = "INSERT INTO terms_change (plan_code, effective_at, syncs, unbound_days,"
            + " grace_days, mailboxes_per_user, status, reason, drafted_by, drafted_at) VALUES"
            + " ('PROFESSIONAL', now() + interval '1 day', true, 10, 7, 10, 'DRAFT', 'r', 'x', now()),"
            + " ('CRM_PLUS', now() + interval '2 days', true, 5, 7, 5, 'DRAFT', 'r', 'x', now())";

    @Test
    @Order(1)
    void emptyPageSaysTheNextStep() {
        setUp();
        browser.go(installation.url("/console/plans.xhtml"));
        signIn(ADMINISTRATOR);
        browser.click("#toPreviews");
        browser.textOnceItSays(".hf-empty", "Next step: ask for one above");
        browser.textOnceItSays("#ask", "There is no draft");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void aDateIsPreviewedOnTheRealData() {
        installation.fill();
        browser.size(1440, 1600).go(installation.url("/console/plan-previews.xhtml"));
        browser.click("#ask\\:ofDate");
        browser.textOnceItSays("#preview-label", "Ready");
        assertThat(browser.element("[data-figure=what]").getText()).contains("A date: Everything");
        assertThat(browser.element("[data-figure=preview-due]").getText()).startsWith("615");
        assertThat(browser.element("#agesTable").getText()).contains("FREE");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void severalDraftsArePreviewedTogether() {
        installation.execute(DRAFTS);
        browser.go(installation.url("/console/plan-previews.xhtml"));
        browser.click("#ask\\:ofDrafts");
        browser.textOnceItSays("#ask\\:messages", "Tick at least one draft");
        browser.script("document.querySelectorAll('#ask .hf-checks input').forEach(b => b.checked = true)");
        browser.click("#ask\\:ofDrafts");
        browser.textOnceItSays("#preview-label", "Ready");
        assertThat(browser.element("[data-figure=what]").getText()).contains("Drafts 1, 2");
        assertThat(browser.element("#mailboxesTable").getText())
                .contains("claims@spruce.example", "desk@alder.example")
                .doesNotContain("larch");
        browser.shot("preview-drafts");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void anotherPlanIsPreviewedForAllOfAPlanOrForNamedAccounts() {
        browser.go(installation.url("/console/plan-previews.xhtml"));
        browser.script("document.getElementById('ask:fromPlan').value = 'CRM_PLUS';"
                + "document.getElementById('ask:toPlan').value = 'FREE'");
        browser.click("#ask\\:ofPlan");
        browser.textOnceItSays("#preview-label", "Ready");
        assertThat(browser.element("[data-figure=what]").getText())
                .contains("All accounts on CRM_PLUS would have FREE");
        assertThat(browser.element("[data-figure=stopping]").getText()).isEqualTo("2");
        browser.go(installation.url("/console/plan-previews.xhtml"));
        browser.script("document.getElementById('ask:toPlan').value = 'FREE'");
        browser.click("#ask\\:ofPlan");
        browser.textOnceItSays("#ask\\:messages", "Choose the plan of the accounts, or give their numbers");
        browser.type("#ask\\:accounts", "1, 2");
        browser.click("#ask\\:ofPlan");
        browser.textOnceItSays("#preview-label", "Ready");
        assertThat(browser.element("#mailboxesTable").getText())
                .contains("spruce.example", "larch.example")
                .doesNotContain("alder");
        browser.go(installation.url("/console/plan-previews.xhtml"));
        browser.textOnceItSays("#previewsTable", "Named accounts would have FREE");
        assertThat(browser.elements("#previewsTable tbody tr")).hasSize(4);
        browser.shot("previews");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void vietnameseDarkAndNarrow() {
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Các bản xem trước");
        browser.click("#theme");
        browser.textOnceItSays("#previewsTable", "Sẵn sàng");
        browser.shot("previews-dark-vi");
        browser.click("#theme");
        browser.click("#language-en");
        browser.narrow(375, 1400);
        for (String page : new String[] {"plan-previews.xhtml", "plan-preview.xhtml?id=2"}) {
            browser.go(installation.url("/console/" + page));
            browser.textOnceItSays("h1", "Preview");
            assertFits(375);
        }
        browser.wide();
    }

    @Test
    @Order(6)
    void failuresShowAReferenceThatIsInTheLogAndWhatIsNotThereSaysSo() {
        assertTrouble("preview_work", "plan-previews.xhtml", "The previews could not be read");
        assertTrouble("preview_age", "plan-preview.xhtml?id=2", "The preview could not be read");
        browser.go(installation.url("/console/plan-preview.xhtml?id=4711"));
        browser.textOnceItSays("h1", "Nothing here");
    }

    @Test
    @Order(7)
    void auditorsReadAndOwnersDoNot() {
        addOperator("auditor@holdfast.example", "AUDITOR");
        letIn(11);
        browser.go(installation.url("/console/plan-previews.xhtml"));
        signOut();
        browser.go(installation.url("/console/plan-previews.xhtml"));
        signIn("auditor@holdfast.example");
        browser.textOnceItSays("#previewsTable", "Ready");
        assertThat(browser.elements("#ask")).isEmpty();
        signOut();
        browser.go(installation.url("/console/plan-preview.xhtml?id=2"));
        enter("owner1@mail.example", PASSWORD);
        browser.textOnceItSays("h1", "Not yours to see");
    }
}
