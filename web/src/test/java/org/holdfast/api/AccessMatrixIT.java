package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.Test;

/** Every endpoint for every kind of caller, over HTTP. A new endpoint without a row fails. */
class AccessMatrixIT extends PackagedApplication {

    private static final String NOBODY = "999999999999";

    /**
     * One endpoint and what it answers to auditor, owner of another account, owner, administrator; the
     * codes are problems'.
     */
    private record Row(
            String endpoint, String query, String body, String auditor, String other, String owner, String admin) {

        String expected(Who who) {
            return switch (who) {
                case NONE ->
                    isPublic() ? (endpoint.equals("POST tokens") ? "401 token-missing" : admin) : "401 token-missing";
                case REVOKED -> "401 token-refused";
                case AUDITOR -> auditor;
                case OTHER -> other;
                case OWNER -> owner;
                case ADMIN -> admin;
            };
        }

        boolean isPublic() {
            return List.of("GET health", "GET openapi.json", "POST setup", "POST tokens")
                    .contains(endpoint);
        }
    }

    private final List<Row> rows = new ArrayList<>();

    private void row(String endpoint, String query, String body, String... verdicts) {
        rows.add(new Row(endpoint, query, body, verdicts[0], verdicts[1], verdicts[2], verdicts[3]));
    }

    private void read(String endpoint, String query, String auditor, String other, String owner, String admin) {
        row(endpoint, query, null, auditor, other, owner, admin);
    }

    private static final String NO = "403 forbidden";
    private static final String GONE = "404 not-found";

    /** In an order in which no row spoils a later one. */
    private void table() {
        read("GET health", "", "200", "200", "200", "200");
        read("GET openapi.json", "", "200", "200", "200", "200");
        String setUp =
                "{\"token\":\"x\",\"email\":\"a@example.org\",\"password\":\"0123456789abc\",\"displayName\":\"A\"}";
        String done = "409 already-set-up";
        row("POST setup", "", setUp, done, done, done, done);
        row("POST tokens", "", "{\"name\":\"t\"}", "201", "201", "201", "201");
        read("GET tokens", "", "200", "200", "200", "200");
        read("DELETE tokens/{id}", "", GONE, GONE, "204", GONE);
        read("GET users", "", "200", NO, NO, "200");
        read("GET users/{id}", "", "200", NO, NO, "200");
        row("POST users", "", "{email},\"role\":\"AUDITOR\"}", NO, NO, NO, "201");
        read("GET accounts", "", "200", "200", "200", "200");
        row("POST accounts", "", "{\"name\":\"New\"}", NO, NO, NO, "201");
        read("GET accounts/{id}", "", "200", GONE, "200", "200");
        read("GET accounts/{account}/users", "", "200", NO, NO, "200");
        row("POST accounts/{account}/users", "", "{email}}", NO, NO, NO, "201");
        read("GET accounts/{account}/subscriptions", "", "200", GONE, "200", "200");
        String change = "{\"planCode\":\"PROFESSIONAL\",\"reason\":\"test\"}";
        row("POST accounts/{account}/subscriptions", "", change, NO, NO, NO, "201");
        read("GET accounts/{account}/entitlement", "", "200", GONE, "200", "200");
        read("GET plans", "", "200", "200", "200", "200");
        terms();
        commands();
        mailboxes();
        messages();
        webhooks();
        crm();
        purge();
        previews();
        accountsAndPeople();
    }

    /** Last: a disabled user is refused everywhere. */
    private void accountsAndPeople() {
        read("GET accounts/summaries", "", "200", "200", "200", "200");
        read("GET accounts/{account}/history", "", "200", NO, NO, "200");
        read("GET accounts/{account}/plan-outlook", "?plan=FREE", "200", NO, NO, "200");
        String set = "{\"accountIds\":[\"{account}\"],\"planCode\":\"PROFESSIONAL\",\"reason\":\"test\"}";
        row("POST subscription-changes", "", set, NO, NO, NO, "200");
        row("PUT accounts/{account}/mailbox-choice", "", "{\"mailboxIds\":[\"" + NOBODY + "\"]}", NO, GONE, GONE, GONE);
        String empty = "422 password-empty";
        row("PUT mailboxes/{id}/secret", "", "{\"password\":\"\"}", NO, GONE, empty, empty);
        String password = "{\"password\":\"0123456789abc\"}";
        row("PUT users/{id}/password", "", password, GONE, GONE, "403 password-wrong", "200");
        read("POST users/{id}/enable", "", NO, NO, NO, "200");
        read("POST users/{id}/disable", "", NO, NO, NO, "200");
    }

    private void previews() {
        row("POST previews", "", "{\"scope\":\"account:{account}\"}", NO, NO, NO, "202");
        read("GET previews", "", "200", NO, NO, "200");
        read("GET previews/{id}", "", GONE, NO, NO, GONE);
        read("GET previews/{id}/mailboxes", "", GONE, NO, NO, GONE);
        read("GET previews/{id}/mailboxes.csv", "", GONE, NO, NO, GONE);
        read("GET previews/{id}/ages", "", GONE, NO, NO, GONE);
        read("GET previews/{id}/samples", "", GONE, NO, NO, GONE);
        read("POST previews/{id}/cancel", "", NO, NO, NO, GONE);
    }

    private void terms() {
        String early = "{\"planCode\":\"STANDARD\",\"effectiveAt\":\"2000-01-01T00:00:00Z\",\"syncs\":true,"
                + "\"unboundDays\":\"unlimited\",\"graceDays\":7,\"mailboxesPerUser\":5,"
                + "\"sharedMailboxes\":\"unlimited\",\"reason\":\"test\"}";
        row("POST terms-changes", "", early, NO, NO, NO, "422 notice-too-short");
        read("GET terms-changes", "", "200", NO, NO, "200");
        read("GET terms-changes/{id}", "", GONE, NO, NO, GONE);
        row("POST terms-changes/{id}/approve", "", "{\"previewId\":\"1\"}", NO, NO, NO, GONE);
        read("POST terms-changes/{id}/publish", "", NO, NO, NO, GONE);
        row("POST terms-changes/{id}/withdraw", "", "{\"reason\":\"test\"}", NO, NO, NO, GONE);
        String hold = "{\"accountId\":\"{account}\",\"name\":\"Case 7\",\"reason\":\"test\"}";
        row("POST holds", "", hold, NO, NO, NO, "201");
        read("GET holds", "?account={account}", "200", NO, NO, "200");
        row("POST holds/{id}/release", "", "{\"reason\":\"test\"}", NO, NO, NO, GONE);
        read("GET holds/{id}", "", GONE, NO, NO, GONE);
        String query = "{\"accountId\":\"{account}\",\"query\":{\"sender\":\"nobody\"}}";
        row("POST holds/preview", "", query, "200", NO, NO, "200");
        row("POST holds/bulk", "", "{\"holds\":[" + hold + "]}", NO, NO, NO, "200");
        row("POST holds/bulk-release", "", "{\"ids\":[\"" + NOBODY + "\"],\"reason\":\"r\"}", NO, NO, NO, "200");
        notices();
    }

    private void notices() {
        read("GET notices", "?account={account}", "200", GONE, "200", "200");
        read("GET notices/{id}", "", GONE, GONE, GONE, GONE);
        read("POST notices/{id}/resend", "", NO, NO, NO, GONE);
        read("GET notice-changes", "", "200", "200", "200", "200");
        read("GET notice-templates", "", "200", NO, NO, "200");
        String text = "{\"subject\":\"s\",\"plain\":\"{{date}} {{copies}} {{keep}}\","
                + "\"html\":\"{{date}} {{copies}} {{keep}}\"}";
        row("PUT notice-templates/{template}/{language}", "", text, NO, NO, NO, "200");
        row("POST notice-templates/{template}/{language}/preview", "", text, "200", NO, NO, "200");
        row("POST notice-templates/{template}/{language}/test", "", text, NO, NO, NO, "503 relay-missing");
        read("DELETE notice-templates/{template}/{language}", "", NO, NO, NO, "200");
        read("GET removals", "", "200", NO, NO, "200");
        read("POST removals/reckoning", "", NO, NO, NO, "202");
        read("GET removals/export", "", "200", NO, NO, "200");
        read("GET my-mail", "", NO, "200", "200", NO);
        read("GET my-mail/leaving", "", NO, "200", "200", NO);
    }

    /** What users ask of their providers: only they, and nobody for them. */
    private void commands() {
        row("PATCH messages/{id}/flags", "", "{\"add\":[\"\\\\Seen\"]}", NO, GONE, "202", NO);
        row("POST messages/{id}/move", "", "{\"folderId\":\"999999999999\"}", NO, GONE, GONE, NO);
        read("DELETE messages/{id}", "", NO, GONE, "409 no-trash-folder", NO);
        row("POST mailboxes/{id}/folders", "", "{\"name\":\"Customers\"}", NO, GONE, "202", NO);
        String special = "409 folder-special";
        row("PATCH mailboxes/{id}/folders/{folder}", "", "{\"name\":\"Customers\"}", NO, GONE, special, NO);
        read("GET mailboxes/{id}/commands", "", "200", GONE, "200", "200");
        read("GET commands/{id}", "", GONE, GONE, GONE, GONE);
        read("POST commands/{id}/cancel", "", NO, GONE, GONE, NO);
        read("POST commands/{id}/retry", "", NO, GONE, GONE, NO);
        String letter = "{\"to\":[{\"address\":\"b@example.org\"}],\"subject\":\"s\",\"text\":\"t\"}";
        row("POST mailboxes/{id}/sendings", "", letter, NO, GONE, "409 mailbox-cannot-send", NO);
        read("GET mailboxes/{id}/sendings", "", "200", GONE, "200", "200");
        row("POST mailboxes/{id}/drafts", "", letter, NO, GONE, "409 no-drafts-folder", NO);
        row("POST mailboxes/{id}/uploads", "?name=a.txt", "\"content\"", NO, GONE, "201", NO);
        read("GET sendings/{id}", "", GONE, GONE, GONE, GONE);
        read("POST sendings/{id}/cancel", "", NO, GONE, GONE, NO);
        read("POST sendings/{id}/mark-sent", "", NO, GONE, GONE, NO);
        read("POST sendings/{id}/mark-unsent", "", NO, GONE, GONE, NO);
        read("POST sendings/{id}/send-again", "", NO, GONE, GONE, NO);
    }

    private void mailboxes() {
        read("GET mailboxes", "?account={account}", "200", GONE, "200", "200");
        read("GET mailboxes/{id}", "", "200", GONE, "200", "200");
        String connect =
                "{\"accountId\":\"{account}\",\"ownerId\":\"{owner}\",\"address\":\"new@example.org\",\"imap\":"
                        + "{\"host\":\"10.0.0.1\",\"port\":993,\"security\":\"TLS\"},\"login\":\"l\",\"password\":\"p\"}";
        row("POST mailboxes", "", connect, NO, GONE, "422 host-refused", "422 host-refused");
        read("GET mailboxes/{id}/sync", "", "200", GONE, "200", "200");
        read("POST mailboxes/{id}/pause", "", NO, GONE, "200", "200");
        read("POST mailboxes/{id}/resume", "", NO, GONE, "200", "200");
        read("POST mailboxes/{id}/sync", "", NO, GONE, "202", "202");
        read("POST mailboxes/{id}/sync/cancel", "", NO, GONE, "409 not-running", "409 not-running");
        read("GET mailboxes/{id}/folders", "", "200", GONE, "200", "200");
        read("POST mailboxes/{id}/folders/accept-missing", "", NO, GONE, "409 nothing-missing", "409 nothing-missing");
        read("POST mailboxes/{id}/folders/{folder}/select", "", NO, GONE, "200", "200");
        read("POST mailboxes/{id}/folders/{folder}/deselect", "", NO, GONE, "200", "200");
        read("POST mailboxes/{id}/folders/{folder}/resync", "", NO, GONE, "200", "200");
        read("GET mailboxes/{id}/folders/{folder}/given-up", "", "200", GONE, "200", "200");
        read("POST mailboxes/{id}/folders/{folder}/retry", "?uid=7", NO, GONE, GONE, GONE);
        read("POST mailboxes/{id}/disconnect", "", NO, GONE, "200", "409 mailbox-disconnected");
    }

    private void messages() {
        read("GET messages", "?account={account}", "200", GONE, "200", "200");
        read("GET messages/{id}", "", "200", GONE, "200", "200");
        read("GET messages/search", "?q=hello", NO, "200", "200", NO);
        read("GET threads", "", NO, "200", "200", NO);
        read("GET threads/{id}", "", NO, GONE, "200", NO);
        read("GET messages/{id}/fate", "", "200", GONE, "200", "200");
        read("GET messages/{id}/raw", "", "403 content-private", GONE, "200", "403 content-private");
        read("GET messages/{id}/parts", "", "403 content-private", GONE, "200", "403 content-private");
        read("GET messages/{id}/parts/{part}", "", "403 content-private", GONE, "200", "403 content-private");
        row("POST messages/{id}/bindings", "", "{\"kind\":\"deal\",\"reference\":\"{who}\"}", NO, GONE, "201", "201");
        read("GET messages/{id}/bindings", "", "200", GONE, "200", "200");
        read("DELETE messages/{id}/bindings/{kind}/{reference}", "", NO, GONE, "204", "204");
        String deal = "{\"kind\":\"deal\",\"reference\":\"of a lead\"}";
        row("POST accounts/{account}/records/{kind}/{reference}/conversion", "", deal, NO, NO, NO, "200");
        read("DELETE accounts/{account}/records/{kind}/{reference}", "", NO, NO, NO, "200");
    }

    private void crm() {
        read("GET binding-kinds", "", "200", "200", "200", "200");
        row("POST binding-kinds", "", "{\"code\":\"kind_of_mine\",\"name\":\"Mine\"}", NO, NO, NO, "201");
        row("POST accounts/{account}/records", "", "{\"items\":[]}", "200", "200", "200", "200");
        read("GET accounts/{account}/records", "", "200", GONE, "200", "200");
        row("POST bindings", "", "{\"items\":[]}", "200", "200", "200", "200");
        String rule = "\"name\":\"r\",\"basis\":\"ADDRESS\",\"kind\":\"contact\",\"enabled\":false,\"position\":1}";
        row("POST rules", "", "{\"accountId\":\"{account}\"," + rule, NO, NO, NO, "201");
        read("GET rules", "?account={account}", "200", NO, NO, "200");
        read("GET rules/{id}", "", GONE, NO, NO, GONE);
        row("PUT rules/{id}", "", "{" + rule, NO, NO, NO, GONE);
        read("DELETE rules/{id}", "", NO, NO, NO, GONE);
        read("POST rules/{id}/trial", "", NO, NO, NO, GONE);
        read("POST rules/{id}/run", "", NO, NO, NO, GONE);
        row("POST rules/{id}/undo", "", "{}", NO, NO, NO, GONE);
        String block = "{\"sender\":\"{who}.example\",\"reason\":\"test\"}";
        row("POST accounts/{account}/blocks", "", block, NO, GONE, "201", "201");
        read("GET accounts/{account}/blocks", "", "200", GONE, "200", "200");
        read("DELETE accounts/{account}/blocks/{block}", "", NO, GONE, GONE, GONE);
        read("GET jobs", "", "200", "200", "200", "200");
        read("GET jobs/{id}", "", GONE, GONE, GONE, GONE);
        read("POST jobs/{id}/cancel", "", GONE, GONE, GONE, GONE);
    }

    private void webhooks() {
        String webhook = "{\"url\":\"http://127.0.0.1:9/\",\"eventTypes\":[\"ledger.broken\"]}";
        row("POST webhooks", "", webhook, NO, NO, NO, "201");
        read("GET webhooks", "?account={account}", "200", NO, NO, "200");
        read("GET webhooks/{id}", "", GONE, NO, NO, GONE);
        row("PUT webhooks/{id}", "", webhook, NO, NO, NO, GONE);
        read("DELETE webhooks/{id}", "", NO, NO, NO, GONE);
        read("POST webhooks/{id}/disable", "", NO, NO, NO, GONE);
        read("POST webhooks/{id}/enable", "", NO, NO, NO, GONE);
        read("POST webhooks/{id}/secret", "", NO, NO, NO, GONE);
        row("POST webhooks/{id}/replay", "", "{\"since\":\"2019-04-20T00:00:00Z\"}", NO, NO, NO, GONE);
        read("GET webhooks/{id}/deliveries", "", GONE, NO, NO, GONE);
        read("POST webhooks/{id}/deliveries/{delivery}/replay", "", NO, NO, NO, GONE);
    }

    private void purge() {
        // An owner's preview is of the own account only; of another one there is nothing to see.
        read("GET purge/preview", "?scope=account:{account}", "200", "200", "200", "200");
        row("POST purge/runs", "", "{\"scope\":\"account:{account}\"}", NO, NO, NO, "202");
        read("GET purge/runs", "", "200", NO, NO, "200");
        read("GET purge/runs/{id}", "", GONE, NO, NO, GONE);
        read("GET purge/runs/{id}/slices", "", GONE, NO, NO, GONE);
        read("GET purge/runs/{id}/report", "", GONE, NO, NO, GONE);
        row("POST purge/runs/forecast", "", "{\"scope\":\"account:{account}\"}", "200", NO, NO, "200");
        read("POST purge/runs/{id}/approve", "", NO, NO, NO, GONE);
        read("POST purge/runs/{id}/cancel", "", NO, NO, NO, GONE);
        read("POST purge/runs/{id}/stop", "", NO, NO, NO, GONE);
        read("POST purge/runs/{id}/restart", "", NO, NO, NO, GONE);
        row("PUT purge/runs/{id}/rate", "", "{\"copiesPerSecond\":100}", NO, NO, NO, GONE);
        read("POST ledger/verification", "", "200", NO, NO, "200");
        row("POST ledger/verifications", "", "{}", "202", NO, NO, "202");
        read("GET ledger/verifications", "", "200", NO, NO, "200");
        read("GET ledger/verifications/{id}", "", GONE, NO, NO, GONE);
        read("POST ledger/verifications/{id}/cancel", "", GONE, NO, NO, GONE);
        read("POST ledger/certificates", "", "200", NO, NO, "200");
        read("POST verification", "", "200", NO, NO, "200");
        read("GET ledger/copies/{id}", "", GONE, GONE, GONE, GONE);
        read("GET clock", "", "200", "200", "200", "200");
        row("PUT clock", "", "{\"now\":\"1999-01-01T00:00:00Z\"}", NO, NO, NO, "409 clock-backwards");
    }

    @Test
    void everyEndpointAnswersEveryCallerAsTheTableSays()
            throws SQLException, ReflectiveOperationException, java.io.IOException {
        ApiClient client = new ApiClient(holdfast().url());
        String administrator = administratorToken(client);
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        table();
        assertThat(rows.stream().map(Row::endpoint)).containsExactlyInAnyOrderElementsOf(Endpoints.all());
        SoftAssertions answers = new SoftAssertions();
        for (Row row : rows) {
            for (Who who : Who.values()) {
                ApiClient.Answer answer = call(tenants, row, who);
                answers.assertThat(answer.verdict())
                        .as(row.endpoint() + " as " + who + ": " + answer.text())
                        .isEqualTo(row.expected(who));
                answers.assertThat(answer.header("Set-Cookie")).as("no session").isEmpty();
                answers.assertThat(answer.header("Cache-Control")).contains("no-store");
                answers.assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            }
        }
        answers.assertAll();
    }

    private static ApiClient.Answer call(Tenants tenants, Row row, Who who) throws SQLException {
        String[] parts = row.endpoint().split(" ", 2);
        String path = parts[1];
        String id = id(path, tenants);
        String filled = fill(path + row.query(), tenants, who)
                .replace("{id}", id)
                .replace("{kind}", "deal")
                .replace("{folder}", Long.toString(tenants.folder))
                .replace("{delivery}", NOBODY)
                .replace("{block}", NOBODY)
                .replace("{part}", "1");
        String body = row.body() == null ? null : fill(row.body(), tenants, who);
        return tenants.client.send(parts[0], filled, tenants.tokens.get(who), body);
    }

    /** What the path's id stands for; a sync needs a mailbox that no earlier sync has found wanting. */
    private static String id(String path, Tenants tenants) throws SQLException {
        return switch (path.replaceFirst("/.*", "")) {
            case "tokens" -> tenants.tokenOfOwner().getString("id");
            case "users" -> tenants.owner;
            case "accounts" -> tenants.account;
            case "mailboxes" ->
                Long.toString(
                        path.endsWith("/sync") || path.endsWith("/secret") ? tenants.newMailbox() : tenants.mailbox);
            case "messages", "threads" -> Long.toString(tenants.message);
            default -> NOBODY;
        };
    }

    private static String fill(String text, Tenants tenants, Who who) {
        return text.replace("{account}", tenants.account)
                .replace("{owner}", tenants.owner)
                .replace("{who}", who.name())
                .replace("{template}", "LEAVING")
                .replace("{language}", "en")
                .replace("{reference}", who.name())
                .replace("{email}", "{\"email\":\"" + UUID.randomUUID() + "@example.org\"");
    }

    /** A token of the first administrator, who is made when first asked for. */
    static String administratorToken(ApiClient client) {
        holdfast().administrator();
        String body = "{\"name\":\"test\",\"email\":\"" + org.holdfast.run.server.RunningHoldfast.ADMINISTRATOR
                + "\",\"password\":\"" + org.holdfast.run.server.RunningHoldfast.PASSWORD + "\"}";
        return client.send("POST", "tokens", null, body).json().getString("token");
    }
}
