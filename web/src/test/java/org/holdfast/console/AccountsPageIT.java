package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The pages Accounts and Account in a real browser; one story in order. */
class AccountsPageIT extends BrowserStage {

    private static String state(long mailbox) {
        return installation.count("SELECT count(*) FROM mailbox WHERE state = 'ACTIVE' AND id = " + mailbox) == 1
                ? "ACTIVE"
                : "other";
    }

    private static void await(String sql, long expected) {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(installation.count(sql)).isEqualTo(expected));
    }

    @Test
    @Order(1)
    void withoutAccountsThePageSaysTheNextStep() {
        setUp();
        browser.go(installation.url("/console/accounts.xhtml"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("#accounts\\:list", "Next step: create an account");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void accountsShowPlanSinceNextChangeAndWhatIsKept() {
        installation.fill();
        // Six more personal mailboxes of owner 11 on PROFESSIONAL, in an account that reads its times in Hanoi.
        installation.execute("UPDATE account SET zone = 'Asia/Ho_Chi_Minh' WHERE id = 1;"
                + " INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login,"
                + " state, state_since, connected_at, secret) SELECT 20 + n, 1, 11, 'box' || n || '@spruce.example',"
                + " 'imap.mail.example', 993, 'TLS', 'l', 'ACTIVE', now(), now() - interval '50 days' + n * interval '1 day',"
                + " 'x' FROM generate_series(1, 6) n;"
                + " INSERT INTO mailbox_sync (mailbox_id, due_at) SELECT 20 + n, now() + interval '10 years'"
                + " FROM generate_series(1, 6) n;"
                + " SELECT setval(pg_get_serial_sequence('mailbox', 'id'), 100)");
        browser.size(1440, 900).go(installation.url("/console/accounts.xhtml"));
        String table = browser.textOnceItSays("#accountsTable", "Spruce Logistics");
        assertThat(table)
                .contains("PROFESSIONAL")
                .contains("to FREE")
                .contains("Nothing dated")
                .contains("1 mailbox paused")
                .contains("<script>document.title=\"owned\"</script>");
        assertThat(browser.elements("#accountsTable tbody tr")).hasSize(5);
        browser.shot("accounts");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void filtersLiveInTheAddress() {
        browser.type("#name", "la");
        browser.click("#filter");
        browser.textOnceItSays("#accountsTable", "Larch Trading");
        assertThat(browser.url()).contains("name=la");
        assertThat(browser.elements("#accountsTable tbody tr")).hasSize(1);
        browser.go(installation.url("/console/accounts.xhtml?plan=DEMO"));
        browser.textOnceItSays("#accountsTable", "Birch Bakery");
        assertThat(browser.elements("#accountsTable tbody tr")).hasSize(1);
        browser.go(installation.url("/console/accounts.xhtml?paused=true"));
        browser.textOnceItSays("#accountsTable", "FREE");
        assertThat(browser.elements("#accountsTable tbody tr")).hasSize(1);
        browser.go(installation.url("/console/accounts.xhtml?plan=NFR"));
        browser.textOnceItSays("#accounts\\:list", "No such accounts");
    }

    @Test
    @Order(4)
    void accountShowsItsTimelineInItsZoneAndItsMailboxesInWords() {
        browser.size(1440, 1800).go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("h1", "Spruce Logistics");
        assertThat(browser.element("#timeline").getText())
                .contains("(Asia/Ho_Chi_Minh)")
                .contains("90 days");
        assertThat(browser.element("#stay").getText())
                .contains("Personal mailboxes of owner1@mail.example")
                .contains("dispatch@spruce.example")
                .contains("None: it is synchronised");
        browser.go(installation.url("/console/account.xhtml?id=2"));
        browser.textOnceItSays("#stay", "Its owner gives the right password");
        browser.go(installation.url("/console/account.xhtml?id=4"));
        browser.textOnceItSays("#stay", "It resumes by itself with a plan that synchronises");
        assertThat(browser.title()).isEqualTo("Account · Holdfast");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void planChangesAfterItWasSeenWhatItWouldRemoveAndPause() {
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.script("document.getElementById('change:plan').value = 'CRM_PLUS'");
        browser.click("#change\\:look");
        String verdict = browser.textOnceItSays("[data-figure=outlook]", "copies of 400 would go");
        long due = Long.parseLong(verdict.replaceAll(" .*", "").replace(",", ""));
        assertThat(browser.element("[data-figure=stopping]").getText()).isEqualTo("3");
        assertThat(installation.count("SELECT count(*) FROM subscription WHERE account_id = 1"))
                .as("a look changes nothing")
                .isEqualTo(1);
        browser.shot("account-change");
        browser.type("#change\\:reason", "smaller contract");
        browser.type("#change\\:typed", "1");
        browser.click("#change\\:do");
        browser.textOnceItSays("#change\\:changeMessages", "The number typed is not");
        browser.type("#change\\:typed", Long.toString(due));
        browser.click("#change\\:do");
        browser.textOnceItSays("[data-figure=plan]", "CRM_PLUS");
        await("SELECT count(*) FROM mailbox WHERE plan_stop = 'OVER_LIMIT' AND account_id = 1", 3);
        assertThat(browser.element("#historyTable").getText())
                .contains("subscription.change")
                .contains("smaller contract")
                .contains(ADMINISTRATOR);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void theOwnersChoiceOfMailboxesCounts() {
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("#stay", "The plan lets 5 of 8 mailboxes stay");
        browser.shot("account");
        assertThat(state(26)).isEqualTo("other");
        // The newest instead of the oldest.
        browser.script("const boxes = document.querySelectorAll('.hf-mailboxes input[type=checkbox]');"
                + " boxes.forEach((b, i) => b.checked = i >= 3)");
        browser.click(".hf-choose button");
        browser.textOnceItSays("#stay\\:messages", "The choice is kept");
        assertThat(state(26)).isEqualTo("ACTIVE");
        assertThat(state(1)).isEqualTo("other");
        browser.script(
                "document.querySelectorAll('.hf-mailboxes input[type=checkbox]').forEach(b => b.checked = true)");
        browser.click(".hf-choose button");
        browser.textOnceItSays("#stay\\:messages", "allows 5 mailboxes per user, not 8");
        assertThat(state(26)).isEqualTo("ACTIVE");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void disabledUserIsPutOutOfARunningSessionAndComesBackWithANewPassword() {
        letIn(11);
        signOut();
        signIn("owner1@mail.example");
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("#stay", "Personal mailboxes of owner1@mail.example");
        assertThat(browser.elements("#people, #change, #historyTable")).isEmpty();
        browser.go(installation.url("/console/account.xhtml?id=2"));
        browser.textOnceItSays("h1", "Nothing here");
        installation.execute("UPDATE app_user SET disabled_at = now() WHERE id = 11");
        browser.go(installation.url("/console/accounts.xhtml"));
        enter("owner1@mail.example", PASSWORD);
        browser.textOnceItSays("#login\\:messages", "do not go together");
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("h1", "Accounts");
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("#peopleTable", "Disabled");
        browser.click("#peopleTable button");
        browser.textOnceItSays("#people\\:peopleMessages", "can sign in again");
        browser.textOnceItSays("#peopleTable", "Can sign in");
        browser.click("#peopleTable button");
        browser.textOnceItSays("#people\\:peopleMessages", "kept out from now on");
        browser.type("#user\\:email", "owner1@mail.example");
        browser.type("#user\\:password", "short");
        browser.click("#user\\:save");
        browser.textOnceItSays("#people\\:peopleMessages", "12");
        browser.type("#user\\:email", "owner1@mail.example");
        browser.type("#user\\:password", "another long password");
        browser.click("#user\\:save");
        browser.textOnceItSays("#people\\:peopleMessages", "The password was changed");
        browser.type("#user\\:email", "new@mail.example");
        browser.type("#user\\:password", "another long password");
        browser.click("#user\\:save");
        browser.textOnceItSays("#peopleTable", "new@mail.example");
    }

    @Test
    @Order(8)
    void holdOnTheWholeAccountIsPlacedWithItsReason() {
        browser.go(installation.url("/console/account.xhtml?id=3"));
        browser.textOnceItSays("#holds-label", "Legal holds");
        browser.type("#hold\\:name", "Case 12");
        browser.type("#hold\\:reason", "court order");
        browser.click("#hold\\:place");
        browser.textOnceItSays("#holdsTable", "Case 12");
        browser.textOnceItSays("h1", "Legal hold");
        assertThat(installation.count("SELECT hold_count FROM account WHERE id = 3"))
                .isEqualTo(1);
    }

    @Test
    @Order(9)
    void auditorReadsAndHasNoButtonThatWrites() {
        addOperator("auditor@holdfast.example", "AUDITOR");
        signOut();
        signIn("auditor@holdfast.example");
        browser.textOnceItSays("h1", "Overview");
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("#historyTable", "smaller contract");
        assertThat(browser.elements("#change, #user, #hold, .hf-choose, #peopleTable button"))
                .isEmpty();
        signOut();
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("h1", "Overview");
    }

    @Test
    @Order(10)
    void darkVietnameseAndNarrow() {
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("h1", "Spruce Logistics");
        browser.click("#language-vi");
        browser.textOnceItSays("#stay", "Tạm dừng: quá giới hạn của gói");
        browser.click("#theme");
        browser.textOnceItSays("#stay", "Tạm dừng: quá giới hạn của gói");
        browser.shot("account-dark-vi");
        browser.go(installation.url("/console/accounts.xhtml"));
        browser.textOnceItSays("#accountsTable", "Spruce Logistics");
        browser.shot("accounts-dark-vi");
        browser.narrow(375, 1400);
        browser.go(installation.url("/console/account.xhtml?id=1"));
        browser.textOnceItSays("h1", "Spruce Logistics");
        assertFits(375);
        browser.shot("account-375");
        browser.go(installation.url("/console/accounts.xhtml"));
        browser.textOnceItSays("#accountsTable", "Spruce Logistics");
        assertFits(375);
        browser.wide();
        browser.click("#theme");
        browser.click("#language-en");
        assertThat(browser.complaints()).allMatch(c -> c.contains("status of 404"));
    }

    @Test
    @Order(11)
    void whatFailsShowsAReferenceAndWhatWasReadBeforeStays() {
        browser.go(installation.url("/console/accounts.xhtml"));
        browser.textOnceItSays("#accountsTable", "Spruce Logistics");
        installation.execute("ALTER TABLE mail_copy RENAME TO mail_copy_away");
        try {
            browser.click("#accounts\\:refresh");
            browser.textOnceItSays(".hf-callout", "The accounts could not be read");
            assertThat(installation.logged())
                    .contains("[" + browser.element(".hf-reference").getText() + "]");
            browser.go(installation.url("/console/account.xhtml?id=1"));
            browser.textOnceItSays(".hf-callout", "The account could not be read");
            browser.shot("account-trouble");
        } finally {
            installation.execute("ALTER TABLE mail_copy_away RENAME TO mail_copy");
        }
        browser.go(installation.url("/console/account.xhtml?id=4711"));
        browser.textOnceItSays("h1", "Nothing here");
    }
}
