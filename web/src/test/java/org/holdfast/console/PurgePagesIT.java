package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A live run stopped and restarted, a held one approved by a second person, and the ledger, in a real browser. */
class PurgePagesIT extends BrowserStage {

    /** Twenty copies a second, and chunks to it, as holdfast.purge.rate would say it. */
    private static final String SLOW = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN NEW.rate_limit := 20; NEW.chunk_size := 40; RETURN NEW; END $$;"
            + "CREATE TRIGGER slow BEFORE INSERT ON purge_run FOR EACH ROW EXECUTE FUNCTION slow()";

    private static final String SECOND = "second@holdfast.example";

    @BeforeAll
    static void start() {
        setUp();
        installation.fill();
        addOperator(SECOND, "ADMINISTRATOR");
        browser.go(installation.url("/console/ledger.xhtml"));
        signIn(ADMINISTRATOR);
        browser.size(1440, 1500);
        installation.execute(SLOW);
    }

    @AfterAll
    static void stop() {
        installation.execute("DROP FUNCTION IF EXISTS slow() CASCADE");
    }

    @Test
    @Order(1)
    void ledgerBeforeTheFirstPurgeSaysTheNextStep() {
        browser.go(installation.url("/console/ledger.xhtml"));
        browser.textOnceItSays("h1", "Ledger");
        browser.textOnceItSays("#ledger\\:found", "Next step: verify it");
        browser.type("#search\\:copy", "4711");
        browser.click("#search\\:find");
        browser.textOnceItSays("#search\\:found", "The ledger does not name copy 4711");
        browser.type("#search\\:copy", "abc");
        browser.click("#search\\:find");
        browser.textOnceItSays("#search\\:found", "An id is a number");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void liveRunIsStoppedAndRestartedFromItsPage() {
        browser.go(installation.url("/console/purge-runs.xhtml"));
        browser.click("#dryrun\\:look");
        browser.textOnceItSays("[data-figure=due]", "615 of 1,600 copies would be removed");
        browser.click("#dryrun\\:remove");
        browser.type("#dryrun\\:typed", "615");
        browser.click("#dryrun\\:start");
        browser.textOnceItSays("h1", "Running");
        browser.textOnceItSays("#workersTable", "ms");
        await("SELECT sum(purged_copies) FROM purge_slice WHERE run_id = 2", 40);
        browser.shot("purge-run-live");
        browser.click("#run\\:stop");
        browser.textOnceItSays("h1", "Stopped");
        long stoppedAt = purged();
        assertThat(stoppedAt).isBetween(40L, 614L);
        browser.shot("purge-run-stopped");
        browser.click("#run\\:restart");
        browser.textOnceItSays("h1", "Running");
        installation.execute("UPDATE purge_run SET rate_limit = NULL");
        browser.textOnceItSays("h1", "Completed");
        assertThat(purged()).isEqualTo(615);
        assertThat(browser.element("[data-figure=removed]").getText()).startsWith("615");
        browser.go(installation.url("/console/purge-run.xhtml?id=2"));
        browser.textOnceItSays("#plansTable", "CRM_PLUS");
        browser.shot("purge-run-completed");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void runThatExceedsItsPreviewWaitsForASecondAdministrator() {
        installation.execute(
                "UPDATE mail_copy SET bind_count = 0, keep_until = NULL, clock = now() - interval '200 days'"
                        + " WHERE id IN (SELECT id FROM mail_copy WHERE bind_count = 0 AND hold_count = 0 ORDER BY id LIMIT 40);"
                        + "INSERT INTO preview (kind, as_of, baseline_at, scope_kind, status, requested_by, requested_at,"
                        + " last_copy, hash) VALUES ('DATE', now() - interval '1 day', now() - interval '1 day', 'EVERYTHING',"
                        + " 'READY', 't', now() - interval '1 day', 1000000, sha256('x'));"
                        + "INSERT INTO preview_mailbox (preview_id, mailbox_id, account_id, plan_code, due_copies, due_bytes,"
                        + " anyway_copies, anyway_bytes, kept_bound, kept_held, kept_young, kept_in_grace)"
                        + " SELECT p.id, m.id, m.account_id, 'CRM_PLUS', 0, 0, 0, 0, 0, 0, 0, 0 FROM preview p, mailbox m;"
                        + "INSERT INTO terms_change (plan_code, effective_at, syncs, unbound_days, grace_days, status, reason,"
                        + " drafted_by, drafted_at, preview_id) SELECT 'NFR', clock_timestamp(), true, 90, 7, 'PUBLISHED', 'r', 't',"
                        + " now(), max(id) FROM preview");
        browser.go(installation.url("/console/purge-runs.xhtml"));
        browser.click("#dryrun\\:look");
        browser.textOnceItSays("#wouldHold", "its preview allows 0");
        browser.shot("purge-dry-run-held");
        browser.click("#dryrun\\:remove");
        browser.textOnceItSays("#dryrun\\:confirmDialog", "each named in the ledger");
        browser.click("#dryrun\\:start");
        browser.textOnceItSays("h1", "Held for approval");
        browser.textOnceItSays("#held", "its preview allows 0");
        browser.shot("purge-run-held");
        long before = installation.count("SELECT count(*) FROM mail_copy");
        browser.click("#run\\:approve");
        browser.textOnceItSays("#run\\:messages", "Another administrator than you has to approve this");
        assertThat(installation.count("SELECT count(*) FROM mail_copy")).isEqualTo(before);
        String url = browser.url();
        browser.click("#out\\:signOut");
        signIn(SECOND);
        browser.go(url);
        browser.click("#theme");
        browser.textOnceItSays("h1", "Held for approval");
        browser.shot("purge-run-held-dark");
        browser.click("#theme");
        browser.textOnceItSays("h1", "Held for approval");
        browser.click("#run\\:approve");
        browser.textOnceItSays("h1", "Completed");
        browser.textOnceItSays("#held", "Approved by " + SECOND);
        browser.textOnceItSays("#earlierTable", "Run 2");
        assertThat(installation.count("SELECT count(*) FROM mail_copy")).isLessThan(before);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void ledgerAnswersForACopyIsVerifiedAndHeldAgainstACertificate() {
        long copy = installation.count("SELECT first_copy FROM ledger_entry ORDER BY run_id, slice, number LIMIT 1");
        browser.go(installation.url("/console/ledger.xhtml?copy=" + copy));
        browser.textOnceItSays("[data-figure=purged]", "Copy " + copy + " was purged on");
        browser.click("#ledger\\:verify");
        browser.textOnceItSays("#ledger\\:found", "The ledger is intact");
        String certificate = (String) browser.script("const r = new XMLHttpRequest();"
                + " const f = document.getElementById('certificate'); const d = new URLSearchParams(new FormData(f));"
                + " d.append('certificate:export', '');"
                + " r.open('POST', f.action, false); r.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');"
                + " r.send(d); return r.responseText");
        assertThat(certificate).startsWith("{\"format\":\"holdfast-certificate-1\"");
        browser.go(installation.url("/console/ledger.xhtml"));
        browser.type("#certificate\\:text", certificate);
        browser.click("#certificate\\:check");
        browser.textOnceItSays("#certificate\\:outcome", "The ledger agrees with the certificate");
        browser.shot("ledger");
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Sổ cái");
        browser.click("#theme");
        browser.textOnceItSays("h1", "Sổ cái");
        browser.shot("ledger-dark-vi");
        browser.click("#theme");
        browser.click("#language-en");
        browser.textOnceItSays("h1", "Ledger");
        installation.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER;"
                + "UPDATE ledger_entry SET copies = copies + 1 WHERE (run_id, slice, number) ="
                + " (SELECT run_id, slice, number FROM ledger_entry ORDER BY 1, 2, 3 LIMIT 1);"
                + "ALTER TABLE ledger_entry ENABLE TRIGGER USER");
        browser.click("#ledger\\:verify");
        browser.textOnceItSays("#ledger\\:found", "First break: run 2");
        browser.shot("ledger-broken");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void failureShowsAReferenceThatIsInTheLog() {
        assertTrouble("ledger_verification", "ledger.xhtml", "The ledger could not be read");
    }

    private static long purged() {
        return installation.count("SELECT sum(purged_copies) FROM purge_slice WHERE run_id = 2");
    }

    private static void await(String sql, long least) {
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofMinutes(1))
                .until(() -> installation.count(sql) >= least);
    }
}
