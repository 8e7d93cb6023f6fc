package org.holdfast.sync.oauth;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.security.SecretBox;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.imap.Credential;
import org.jdbi.v3.core.Handle;

/**
 * What a mailbox signs in with now: its password, or an access token, which is fetched when the stored one is
 * about to run out. Talks to the provider: never call it in a transaction.
 */
public final class SignIn {

    /** The field name under which a refresh token is sealed. */
    public static final String REFRESH_TOKEN = "refresh-token";

    /** The field name under which the secret of a client at a provider is sealed, for no mailbox. */
    public static final String CLIENT_SECRET = "oauth-client-secret";

    private static final String ACCESS_TOKEN = "access-token";

    /** An access token is not used so shortly before its end: a pass takes its time. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final Transactions transactions;
    private final SecretBox secrets;
    private final TokenEndpoint endpoint;
    private final Clock clock;

    /** With short transactions of its own. */
    public SignIn(Transactions transactions, SecretBox secrets, TokenEndpoint endpoint, Clock clock) {
        this.transactions = transactions;
        this.secrets = secrets;
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /** Runs database work in a transaction of its own. */
    @FunctionalInterface
    public interface Transactions {
        <T> T call(Function<Handle, T> work);
    }

    /**
     * The credential of a mailbox.
     *
     * @param secret sealed; null once erased
     * @throws AuthenticationRejected if there is none, or the provider has ended the permission
     * @throws org.holdfast.sync.failure.ProviderFailure if there is no token for now
     */
    public Credential of(long accountId, long mailboxId, String login, byte[] secret) throws IOException {
        if (secret == null) {
            throw new AuthenticationRejected("The mailbox has no secret: give its password again");
        }
        Optional<TokenRows.Stored> stored = transactions.call(h -> new TokenRows(h).find(mailboxId));
        if (stored.isEmpty()) {
            return Credential.password(login, secrets.open(accountId, mailboxId, MailboxRows.PASSWORD, secret));
        }
        TokenRows.Stored tokens = stored.get();
        boolean good =
                tokens.accessToken() != null && clock.instant().plus(MARGIN).isBefore(tokens.accessUntil());
        return Credential.token(
                login,
                good
                        ? secrets.open(accountId, mailboxId, ACCESS_TOKEN, tokens.accessToken())
                        : fetch(accountId, mailboxId, tokens));
    }

    /**
     * A credential in place of one that the provider just refused.
     *
     * @return empty for a password: it is not tried again
     */
    public Optional<Credential> anew(long accountId, long mailboxId, Credential refused) throws IOException {
        if (!refused.isToken()) {
            return Optional.empty();
        }
        Optional<TokenRows.Stored> stored = transactions.call(h -> new TokenRows(h).find(mailboxId));
        return stored.isEmpty()
                ? Optional.empty()
                : Optional.of(Credential.token(refused.login(), fetch(accountId, mailboxId, stored.get())));
    }

    private String fetch(long accountId, long mailboxId, TokenRows.Stored tokens) throws IOException {
        if (tokens.secret() == null) {
            throw new AuthenticationRejected(
                    "The mailbox has no token: sign in at " + tokens.provider().name() + " again");
        }
        String refresh = secrets.open(accountId, mailboxId, REFRESH_TOKEN, tokens.secret());
        Instant asked = clock.instant();
        Grant grant = endpoint.refresh(client(tokens), refresh);
        byte[] secret = grant.refreshToken() == null || grant.refreshToken().equals(refresh)
                ? tokens.secret()
                : secrets.seal(accountId, mailboxId, REFRESH_TOKEN, grant.refreshToken());
        byte[] access = secrets.seal(accountId, mailboxId, ACCESS_TOKEN, grant.accessToken());
        transactions.call(h -> {
            new TokenRows(h).keep(mailboxId, tokens, secret, access, asked.plus(grant.lifetime()));
            return grant;
        });
        return grant.accessToken();
    }

    private OAuthProvider client(TokenRows.Stored tokens) {
        OAuthProvider open = tokens.provider();
        return new OAuthProvider(
                open.code(),
                open.name(),
                open.authorizeUrl(),
                open.tokenUrl(),
                open.scopes(),
                open.clientId(),
                tokens.clientSecret() == null
                        ? null
                        : secrets.open(0, 0, CLIENT_SECRET + ":" + open.code(), tokens.clientSecret()));
    }
}
