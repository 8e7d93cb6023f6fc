package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.run.server.PackagedApplication;
import org.holdfast.run.server.RunningHoldfast;
import org.junit.jupiter.api.Test;

/** Signing in by form and by password, and what a session is good for. */
class SignInIT extends PackagedApplication {

    private static final Pattern VIEW_STATE =
            Pattern.compile("name=\"jakarta\\.faces\\.ViewState\"[^>]*value=\"([^\"]+)\"");

    private final ApiClient client = new ApiClient(holdfast().url());

    @Test
    void consoleSendsStrangersToTheSignInPageAndRemembersWhereTheyWanted() {
        ApiClient.Answer answer =
                client.send(client.builder("/console/overview.xhtml?a=b").GET());
        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location"))
                .endsWith("/holdfast/login.xhtml?from=%2Fconsole%2Foverview.xhtml%3Fa%3Db");
        assertThat(answer.header("Set-Cookie")).isEmpty();
    }

    @Test
    void sessionOpenedByTheFormIsNewLockedDownAndNoGoodForTheApi() {
        holdfast().administrator();
        ApiClient.Answer page = client.send(client.builder("/login.xhtml").GET());
        String before = cookie(page);
        ApiClient.Answer in = form(page, RunningHoldfast.ADMINISTRATOR, RunningHoldfast.PASSWORD);
        assertThat(in.status()).isEqualTo(302);
        String after = cookie(in);
        assertThat(after).isNotEmpty().isNotEqualTo(before);
        assertThat(in.header("Set-Cookie")).contains("HttpOnly").containsIgnoringCase("SameSite=Lax");
        assertThat(client.send(client.builder("/console/overview.xhtml")
                                .header("Cookie", after)
                                .GET())
                        .status())
                .isEqualTo(200);
        assertThat(client.send(client.builder("/console/overview.xhtml")
                                .header("Cookie", before)
                                .GET())
                        .status())
                .isEqualTo(302);
        assertThat(client.send(client.builder("accounts")
                                .header("Cookie", after)
                                .GET())
                        .verdict())
                .isEqualTo("401 token-missing");
        assertThat(client.send(client.builder("accounts")
                                .header("Cookie", after)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"forged\"}")))
                        .verdict())
                .isEqualTo("401 token-missing");
        assertThat(client.send(client.builder("tokens")
                                .header("Cookie", after)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"forged\"}")))
                        .verdict())
                .isEqualTo("401 token-missing");
    }

    @Test
    void wrongPasswordAndUnknownUserGetTheSameAnswer() {
        holdfast().administrator();
        assertThat(passwordAnswer("nobody@example.org", "wrong password 1"))
                .isEqualTo(passwordAnswer(RunningHoldfast.ADMINISTRATOR, "wrong password 1"))
                .contains("sign-in-failed");
    }

    @Test
    void tenFailuresCloseTheDoorForTheRightPasswordToo() throws SQLException {
        String administrator = AccessMatrixIT.administratorToken(client);
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        for (int i = 0; i < 10; i++) {
            assertThat(passwordAnswer(tenants.ownerEmail, "wrong password " + i))
                    .contains("sign-in-failed");
        }
        assertThat(passwordAnswer(tenants.ownerEmail, Tenants.PASSWORD)).contains("sign-in-failed");
    }

    @Test
    void firstRunTokenOpensNothingAfterwards() {
        holdfast().administrator();
        String token = org.holdfast.run.FirstRunToken.in(holdfast().server().logged());
        String body = "{\"token\":\"" + token + "\",\"email\":\"again@example.org\",\"password\":\"0123456789abc\","
                + "\"displayName\":\"Again\"}";
        assertThat(client.send("POST", "setup", null, body).verdict()).isEqualTo("409 already-set-up");
        assertThat(client.send("GET", "accounts", token, null).verdict()).isEqualTo("401 token-refused");
    }

    private String passwordAnswer(String email, String password) {
        String body = "{\"name\":\"t\",\"email\":\"" + email + "\",\"password\":\"" + password + "\"}";
        return client.send("POST", "tokens", null, body).text();
    }

    private ApiClient.Answer form(ApiClient.Answer page, String email, String password) {
        Matcher state = VIEW_STATE.matcher(page.text());
        assertThat(state.find()).as(page.text()).isTrue();
        String body = "login=login&login%3Aemail=" + encoded(email) + "&login%3Apassword=" + encoded(password)
                + "&login%3AsignIn=&jakarta.faces.ViewState=" + encoded(state.group(1));
        return client.send(client.builder("/login.xhtml")
                .header("Cookie", cookie(page))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String cookie(ApiClient.Answer answer) {
        return answer.response().headers().allValues("Set-Cookie").stream()
                .filter(c -> c.startsWith("HOLDFAST="))
                .map(c -> c.split(";", 2)[0])
                .findFirst()
                .orElse("");
    }
}
