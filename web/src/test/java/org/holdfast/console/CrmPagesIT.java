package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Tokens, webhooks and binding rules in a real browser; one story in order. */
class CrmPagesIT extends BrowserStage {

    private static HttpServer crm;
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();
    private static volatile int answer = 204;

    @BeforeAll
    static void start() throws IOException {
        crm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        crm.createContext("/", exchange -> {
            TOLD.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        crm.start();
        setUp();
        installation.fill();
        browser.go(installation.url("/console/tokens.xhtml"));
        signIn(ADMINISTRATOR);
        browser.textOnceItSays("h1", "API tokens");
    }

    @AfterAll
    static void stop() {
        if (crm != null) {
            crm.stop(0);
        }
    }

    @Test
    @Order(1)
    void aTokenIsShownOnceWorksWithinItsScopesAndIsRevoked() throws Exception {
        browser.textOnceItSays(".hf-empty", "Next step: issue one for each program");
        browser.click("#tokens\\:issue");
        browser.textOnceItSays("#tokens\\:messages", "A token needs a name");
        browser.type("#tokens\\:name", "CRM <b>bridge</b>");
        browser.click("input[value=READ]");
        browser.click("#tokens\\:issue");
        browser.textOnceItSays(".hf-callout", "it is not shown again");
        String token = browser.element("#issued").getText();
        browser.shot("tokens");
        assertThat(token).startsWith("hf_");
        assertThat(status("GET", "accounts", token)).isEqualTo(200);
        assertThat(status("POST", "accounts", token)).isEqualTo(403);
        browser.go(installation.url("/console/tokens.xhtml"));
        assertThat(browser.textOnceItSays("#tokenTable", "CRM <b>bridge</b>"))
                .contains("to read, without the content of messages")
                .doesNotContain(token);
        browser.click("#tokenTable button");
        browser.textOnceItSays(".hf-empty", "You have no token");
        assertThat(status("GET", "accounts", token)).isEqualTo(401);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(1)
    void aTokenForOneAccountSeesNoOther() throws Exception {
        browser.go(installation.url("/console/tokens.xhtml"));
        browser.textOnceItSays("h1", "API tokens");
        browser.type("#tokens\\:name", "narrow");
        choose("tokens:account", "1");
        browser.click("#tokens\\:issue");
        browser.textOnceItSays(".hf-callout", "it is not shown again");
        String token = browser.element("#issued").getText();
        assertThat(status("GET", "accounts/1", token)).isEqualTo(200);
        assertThat(status("GET", "accounts/2", token)).isEqualTo(404);
        assertThat(status("GET", "purge/runs", token)).isEqualTo(403);
        assertThat(browser.textOnceItSays("#tokenTable", "narrow"))
                .contains(text("SELECT name FROM account WHERE id = 1"));
        browser.click("#tokenTable button");
        browser.textOnceItSays(".hf-empty", "You have no token");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void aWebhookIsAddedTellsAndReplays() {
        browser.go(installation.url("/console/webhooks.xhtml"));
        browser.textOnceItSays(".hf-empty", "Next step: add the address of a receiver");
        browser.type("#webhooks\\:url", "https://10.0.0.1/events");
        browser.click("input[value='mailbox.state']");
        browser.click("#webhooks\\:add");
        browser.textOnceItSays("#webhooks\\:messages", "Events are not sent to this address");
        browser.type("#webhooks\\:url", "http://127.0.0.1:" + crm.getAddress().getPort() + "/events");
        browser.click("#webhooks\\:add");
        browser.textOnceItSays(".hf-callout", "it is not shown again");
        assertThat(browser.element("#secret").getText()).startsWith("whsec_");
        browser.textOnceItSays("#webhookTable", "Enabled");
        installation.execute("UPDATE mailbox SET state = 'PAUSED_BY_USER' WHERE id = 1");
        go("SELECT max(id) FROM webhook");
        browser.textOnceItSays("#deliveryTable", "Delivered");
        assertThat(TOLD).singleElement().asString().contains("\"state\": \"PAUSED_BY_USER\"");
        assertThat(browser.script("return document.getElementById('secret')")).isNull();
        browser.size(1440, 1250).shot("webhooks");
        browser.click("#deliveryTable button");
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(TOLD)
                .hasSize(2));
        assertThat(TOLD.get(1)).isEqualTo(TOLD.get(0));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void anEndpointThatIsGoneIsShownDeadAndCanBeEnabled() {
        answer = 410;
        installation.execute("UPDATE mailbox SET state = 'ACTIVE' WHERE id = 1");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> installation.count("SELECT count(*) FROM webhook WHERE state = 'DEAD'") == 1);
        go("SELECT max(id) FROM webhook");
        assertThat(browser.textOnceItSays("#webhookTable", "Dead")).contains("The endpoint answers 410 Gone");
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays(".hf-attention", "A receiver of events is dead");
        answer = 204;
        go("SELECT max(id) FROM webhook");
        browser.click("#webhooks\\:enable");
        browser.textOnceItSays("#webhookTable", "Enabled");
        browser.script("document.getElementById('webhooks:since').value = '2019-01-01T00:00'");
        browser.click("#webhooks\\:replaySince");
        browser.textOnceItSays("#webhooks\\:messages", "2 events are sent again");
        browser.textOnceItSays("#deliveryTable", "Delivered");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void aRuleIsTriedBeforeItBindsAndItsBindingsAreUndone() {
        installation.execute("INSERT INTO crm_record (account_id, kind, reference, title, changed_at)"
                + " VALUES (1, 'deal', '7', 'Seven', now()), (1, 'deal', '8', 'Eight', now())");
        browser.go(installation.url("/console/rules.xhtml"));
        browser.textOnceItSays(".hf-empty", "Choose an account");
        browser.go(installation.url("/console/rules.xhtml?account=1"));
        browser.textOnceItSays(".hf-empty", "This account has no rules");
        browser.type("#rules\\:name", "Deals <script>alert(1)</script>");
        choose("rules:basis", "SUBJECT");
        choose("rules:kind", "deal");
        browser.click("#rules\\:add");
        browser.textOnceItSays("#rules\\:messages", "one by subject also a text");
        browser.type("#rules\\:pattern", "Message {reference}");
        browser.click("#rules\\:add");
        assertThat(browser.textOnceItSays("#ruleTable", "Not enabled"))
                .contains("Deals <script>alert(1)</script>", "Message {reference}");
        browser.click("#ruleTable button[id$=trial]");
        browser.textOnceItSays("#work", "Done.");
        assertThat(browser.element("#work").getText())
                .contains("4 messages match: 4 new bindings, 0 there already.")
                .contains("Looked at 400.");
    }

    @Test
    @Order(5)
    void aTrialBindsNothingARunDoes() {
        long before = installation.count("SELECT count(*) FROM binding WHERE rule_id IS NOT NULL");
        assertThat(before).isZero();
        browser.size(1440, 1180).shot("rules");
        browser.click("#ruleTable button[id$=run]");
        browser.textOnceItSays("#work-label", "What the rule binds");
        browser.textOnceItSays("#work", "Done.");
        browser.click("#ruleTable button[id$=undo]");
        browser.textOnceItSays("#work-label", "What is taken off");
        browser.textOnceItSays("#work", "Done.");
        assertThat(installation.count("SELECT count(*) FROM binding WHERE rule_id IS NOT NULL"))
                .isZero();
        browser.click("#ruleTable button[id$=turn]");
        browser.textOnceItSays("#ruleTable", "Disable");
        assertThat(installation.count("SELECT count(*) FROM binding_rule WHERE enabled"))
                .isEqualTo(1);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void countsThatWereMadeBeforeAreShownWithTheirInstant() {
        // The timer would count again meanwhile. What the counts say is OverviewQueryIT's to look at.
        installation.execute("UPDATE copy_counting SET ended_at = clock_timestamp() + interval '1 day'");
        installation.execute("INSERT INTO copy_count SELECT id, account_id, 123456, 0, 0, 0, 0, 0,"
                + " timestamptz '2019-04-20T07:55:00Z' FROM mailbox WHERE id = 1"
                + " ON CONFLICT (mailbox_id) DO UPDATE SET bound = excluded.bound, as_of = excluded.as_of");
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("#counted", "Copies counted");
        browser.shot("overview-counted");
        installation.execute("DELETE FROM copy_count");
        browser.go(installation.url("/console/overview.xhtml"));
        browser.textOnceItSays("h1", "Overview");
        assertThat(browser.elements("#counted")).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(7)
    void aSenderIsBlockedForAnAccountAndImportedAgain() {
        browser.go(installation.url("/console/rules.xhtml?account=1"));
        browser.textOnceItSays("#noBlocks", "Next step: if some mail does not belong here");
        browser.type("#blocks\\:sender", "no address");
        browser.type("#blocks\\:reason", "test");
        browser.click("#blocks\\:block");
        browser.textOnceItSays("#blocks\\:messages", "A block has a mail address or a domain");
        browser.type("#blocks\\:sender", "News@Shop.example");
        browser.type("#blocks\\:reason", "Nobody reads <b>it</b>");
        browser.click("#blocks\\:block");
        assertThat(browser.textOnceItSays("#blockTable", "news@shop.example"))
                .contains("Nobody reads <b>it</b>", "all mailboxes of the account");
        browser.size(1440, 1500).shot("rules-blocks");
        browser.click("#blockTable button");
        browser.textOnceItSays("#noBlocks", "No sender is blocked");
        assertThat(installation.count("SELECT count(*) FROM import_block WHERE removed_at IS NOT NULL"))
                .isOne();
        assertTrouble("import_block", "rules.xhtml?account=1", "The blocked senders could not be read");
        browser.complaints();
    }

    @Test
    @Order(8)
    void theApiIsTriedFromItsDescriptionWithATokenAndNeverByTheSession() {
        browser.go(installation.url("/console/api.xhtml"));
        browser.textOnceItSays("#tryOperation", "GET accounts");
        choose("tryOperation", "GET /api/v1/accounts");
        browser.script("document.getElementById('tryOperation').dispatchEvent(new Event('change'))");
        browser.click("#trySend");
        browser.textOnceItSays("#tryStatus", "401");
        assertThat(browser.element("#tryAnswer").getText()).contains("token-missing");
        // A failure that the page shows is one that the browser writes down as well.
        browser.complaints();

        browser.go(installation.url("/console/tokens.xhtml"));
        browser.type("#tokens\\:name", "trial");
        browser.click("#tokens\\:issue");
        browser.textOnceItSays(".hf-callout", "it is not shown again");
        String token = browser.element("#issued").getText();
        browser.go(installation.url("/console/api.xhtml"));
        browser.textOnceItSays("#tryOperation", "POST accounts");
        choose("tryOperation", "POST /api/v1/accounts/{account}/blocks");
        browser.script("document.getElementById('tryOperation').dispatchEvent(new Event('change'))");
        assertThat((String) browser.script("return document.getElementById('tryBody').value"))
                .contains("\"sender\"", "\"reason\"");
        browser.type("#tryToken", token);
        browser.type("#try-path-account", "1");
        browser.script("document.getElementById('tryBody').value ="
                + " JSON.stringify({sender: 'pest.example', reason: '<script>alert(1)</script>'})");
        browser.click("#trySend");
        browser.textOnceItSays("#tryStatus", "201");
        assertThat(browser.element("#tryAnswer").getText()).contains("pest.example", "<script>alert(1)</script>");
        assertThat(browser.element("#tryHeaders").getText()).contains("location:", "content-type: application/json");
        browser.size(1440, 1300).shot("api-try");
        assertThat(installation.count("SELECT count(*) FROM import_block WHERE value = 'pest.example'"))
                .isOne();
        browser.narrow(375, 800);
        assertFits(375);
        browser.wide();
        assertThat(browser.complaints()).isEmpty();
        browser.go(installation.url("/console/rules.xhtml?account=1"));
        browser.textOnceItSays("h1", "Binding rules");
    }

    @Test
    @Order(9)
    void vietnameseAndDark() {
        browser.click("#language-vi");
        browser.textOnceItSays("h1", "Quy tắc liên kết");
        browser.click("#theme");
        browser.textOnceItSays("h1", "Quy tắc liên kết");
        browser.shot("rules-dark-vi");
        go("SELECT max(id) FROM webhook");
        browser.textOnceItSays("#deliveryTable", "Đã gửi");
        browser.shot("webhooks-dark-vi");
        browser.go(installation.url("/console/api.xhtml"));
        browser.textOnceItSays("h1", "Thử API");
        browser.textOnceItSays("#tryOperation", "GET accounts");
        browser.shot("api-try-dark-vi");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @Order(10)
    void whatCannotBeReadSaysSoWithAReference() {
        installation.execute("ALTER TABLE webhook_delivery RENAME TO away");
        installation.execute("ALTER TABLE binding_rule RENAME TO rule_away");
        installation.execute("ALTER TABLE api_token RENAME TO token_away");
        try {
            for (String page : List.of("webhooks.xhtml", "rules.xhtml?account=1", "tokens.xhtml")) {
                browser.go(installation.url("/console/" + page));
                String reference = browser.element(".hf-reference").getText();
                assertThat(reference).as(page).matches("[0-9a-f]{10}");
                assertThat(installation.logged()).contains("[" + reference + "]");
            }
        } finally {
            installation.execute("ALTER TABLE away RENAME TO webhook_delivery");
            installation.execute("ALTER TABLE rule_away RENAME TO binding_rule");
            installation.execute("ALTER TABLE token_away RENAME TO api_token");
        }
    }

    @Test
    @Order(11)
    void anOwnerBlocksForTheOwnMailboxesAndSeesWhatTheAdministratorBlocked() {
        browser.go(installation.url("/console/tokens.xhtml"));
        browser.click("#language-en");
        browser.textOnceItSays("h1", "API tokens");
        long owner = installation.count("SELECT min(id) FROM app_user WHERE account_id = 1 AND role = 'OWNER'");
        letIn(owner);
        signOut();
        browser.go(installation.url("/console/blocked-senders.xhtml"));
        signIn(text("SELECT email FROM app_user WHERE id = " + owner));
        assertThat(browser.textOnceItSays("#blockTable", "pest.example")).doesNotContain("Import again");
        browser.type("#blocks\\:sender", "own.example");
        browser.type("#blocks\\:reason", "mine");
        browser.click("#blocks\\:block");
        assertThat(browser.textOnceItSays("#blockTable", "own.example")).contains("your mailboxes", "Import again");
        assertThat(installation.count("SELECT count(*) FROM import_block WHERE user_id = " + owner))
                .isOne();
        browser.shot("blocked-senders-owner");
        assertThat(browser.complaints()).isEmpty();
    }

    private static String text(String query) {
        return installation.text(query);
    }

    private static void go(String idQuery) {
        browser.go(installation.url("/console/webhooks.xhtml?id=" + installation.count(idQuery)));
    }

    private static void choose(String id, String value) {
        browser.script("document.getElementById('" + id + "').value = '" + value + "'");
    }

    private static int status(String method, String path, String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(installation.url("/api/v1/" + path)))
                .method(method, HttpRequest.BodyPublishers.ofString(method.equals("GET") ? "" : "{\"name\":\"x\"}"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
