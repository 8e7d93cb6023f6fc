package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Legal holds in a real browser: counted, placed by query and on many accounts, released together; one story in order. */
class HoldsPageIT extends BrowserStage {

    private static final String MEANT =
            "SELECT count(*) FROM mail_copy WHERE account_id = 1 AND subject LIKE '%Message 1%'";

    @Test
    @Order(1)
    void emptyPageSaysTheNextStep() {
        setUp();
        browser.go(installation.url("/console/holds.xhtml"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays(".hf-empty", "Next step: place one above");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void aHoldByQueryIsCountedBeforeItIsPlacedAndCountsThenOnJustThat() {
        installation.fill();
        browser.size(1440, 1500).go(installation.url("/console/holds.xhtml?account=1"));
        assertThat(browser.element("#place\\:accounts").getAttribute("value")).isEqualTo("1");
        browser.type("#place\\:text", "message 1");
        browser.click("#place\\:count");
        long meant = installation.count(MEANT);
        assertThat(meant).isBetween(100L, 399L);
        browser.textOnceItSays("[data-figure=counted]", "It would keep " + meant + " copies");
        assertThat(installation.count("SELECT count(*) FROM legal_hold"))
                .as("counting places nothing")
                .isZero();
        browser.click("#place\\:do");
        browser.textOnceItSays("#place\\:messages", "name");
        browser.type("#place\\:name", "Case <b>7</b>");
        browser.type("#place\\:reason", "court order");
        browser.click("#place\\:do");
        browser.textOnceItSays("#place\\:messages", "The hold is placed");
        assertThat(browser.textOnceItSays("#holdsTable", "In force"))
                .contains("Case <b>7</b>", "court order", "text contains message 1", ADMINISTRATOR);
        assertThat(installation.count("SELECT count(*) FROM hold_copy")).isEqualTo(meant);
        browser.shot("holds");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void manyAccountsAreHeldAtOnceAndOneThatIsNotThereStopsNoOther() {
        browser.go(installation.url("/console/holds.xhtml"));
        browser.type("#place\\:accounts", "2, x");
        browser.type("#place\\:name", "Audit of the year");
        browser.type("#place\\:reason", "tax office");
        browser.click("#place\\:do");
        browser.textOnceItSays("#place\\:messages", "Give 1 to 500 numbers of accounts");
        browser.type("#place\\:accounts", "2, 3, 999999");
        browser.click("#place\\:do");
        String said = browser.textOnceItSays("#place\\:messages", "2 holds are placed");
        assertThat(said).contains("999999");
        browser.textOnceItSays("#holdsTable", "Audit of the year");
        assertThat(installation.count("SELECT count(*) FROM audit_event WHERE action = 'hold.place' AND actor = '"
                        + ADMINISTRATOR + "' AND reason = 'tax office'"))
                .as("who did it is on record, for each account")
                .isEqualTo(2);
        assertThat(installation.count("SELECT count(*) FROM account WHERE hold_count = 1"))
                .isEqualTo(2);
    }

    @Test
    @Order(4)
    void tickedHoldsAreReleasedTogetherWithAReason() {
        browser.click("#holds\\:release");
        browser.textOnceItSays("#holds\\:messages", "say why it is released");
        browser.script("document.querySelectorAll('.hf-checks input').forEach(b => b.checked = true)");
        browser.type("#holds\\:reason", "case closed");
        browser.click("#holds\\:release");
        browser.textOnceItSays("#holds\\:messages", "3 holds are released");
        browser.textOnceItSays("#holdsTable", "Released");
        assertThat(browser.element("#holdsTable").getText()).contains(ADMINISTRATOR + ": case closed");
        assertThat(installation.count("SELECT count(*) FROM audit_event WHERE action = 'hold.release' AND actor = '"
                        + ADMINISTRATOR + "' AND reason = 'case closed'"))
                .isEqualTo(3);
        assertThat(installation.count("SELECT count(*) FROM hold_copy")).isZero();
        assertThat(installation.count("SELECT count(*) FROM account WHERE hold_count > 0"))
                .isZero();
        assertThat(browser.elements("#holds\\:release")).as("none is left").isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void vietnameseDarkAndNarrow() {
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Lệnh lưu giữ pháp lý");
        browser.click("#theme");
        browser.textOnceItSays("#holdsTable", "Đã gỡ");
        browser.shot("holds-dark-vi");
        browser.click("#theme");
        browser.click("#language-en");
        browser.narrow(375, 1400);
        browser.go(installation.url("/console/holds.xhtml"));
        browser.textOnceItSays("#holdsTable", "Released");
        assertFits(375);
        browser.wide();
    }

    @Test
    @Order(6)
    void failureShowsAReferenceThatIsInTheLog() {
        assertTrouble("hold_copy", "holds.xhtml", "The holds could not be read");
    }

    @Test
    @Order(7)
    void auditorsReadAndOwnersDoNot() {
        addOperator("auditor@holdfast.example", "AUDITOR");
        letIn(11);
        signOut();
        browser.go(installation.url("/console/holds.xhtml"));
        signIn("auditor@holdfast.example");
        browser.textOnceItSays("#holdsTable", "Released");
        assertThat(browser.elements("#place, #holds button")).isEmpty();
        signOut();
        browser.go(installation.url("/console/holds.xhtml"));
        enter("owner1@mail.example", PASSWORD);
        browser.textOnceItSays("h1", "Not yours to see");
    }
}
