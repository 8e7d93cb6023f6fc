package org.holdfast.console;

import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.account.Account;
import org.holdfast.account.Accounts;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.ApiToken;
import org.holdfast.security.ApiTokens;
import org.holdfast.security.TokenLimits;
import org.holdfast.security.TokenScope;

/** The visitor's own tokens for the API. */
@Named
@ViewScoped
public class TokensPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int MOST = 500;

    @Inject
    private ApiTokens tokens;

    @Inject
    private Accounts accounts;

    @Inject
    private Visitor visitor;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    private String name;
    private String days = "90";
    private String[] scopes = {};
    private long account;
    private String issued;
    private Trouble trouble;
    private transient List<ApiToken> list;
    private transient List<Account> known;

    /** Issues one; its secret is shown until the page is left. */
    public void issue() {
        act(() -> {
            Optional<Set<TokenScope>> chosen = scopes.length == 0
                    ? Optional.empty()
                    : Optional.of(Arrays.stream(scopes).map(TokenScope::valueOf).collect(Collectors.toSet()));
            // Tokens live by the system's clock, which a demonstration does not move.
            Instant expires = Clock.systemUTC().instant().plus(Duration.ofDays(Long.parseLong(days)));
            issued = tokens.issue(name == null ? "" : name, expires, new TokenLimits(chosen, only()))
                    .secret()
                    .reveal();
            name = null;
            scopes = new String[0];
            account = 0;
        });
    }

    private Optional<Long> only() {
        return account == 0 ? Optional.empty() : Optional.of(account);
    }

    /** Ends one at once. */
    public void revoke(long id) {
        act(() -> tokens.revoke(id));
    }

    private void act(Runnable work) {
        issued = null;
        trouble = null;
        list = null;
        try {
            work.run();
        } catch (Refusal e) {
            FacesContext.getCurrentInstance()
                    .addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, words.refusal(e), null));
        } catch (RuntimeException e) {
            trouble = Trouble.log("tokens.trouble", clock.instant(), e);
        }
    }

    /** Latest first; null when they could not be read. */
    public List<ApiToken> getList() {
        if (list == null && trouble == null) {
            try {
                list = tokens.page(0, MOST).stream()
                        .filter(token -> token.revokedAt().isEmpty())
                        .sorted(Comparator.comparing(ApiToken::id).reversed())
                        .toList();
            } catch (RuntimeException e) {
                trouble = Trouble.log("tokens.trouble", clock.instant(), e);
            }
        }
        return list;
    }

    /** The scopes of a token in words. */
    public String scopesOf(ApiToken token) {
        return token.limits()
                .scopes()
                .map(all -> all.stream()
                        .sorted()
                        .map(scope -> words.of("scope.token." + scope))
                        .collect(Collectors.joining(", ")))
                .orElseGet(() -> words.of("tokens.all"));
    }

    /** The account of a token in words. */
    public String accountOf(ApiToken token) {
        return token.limits()
                .accountId()
                .map(id -> getAccounts().stream()
                        .filter(account -> account.id().equals(id))
                        .map(Account::name)
                        .findFirst()
                        .orElseGet(() -> words.of("tokens.account.number", Long.toString(id))))
                .orElseGet(() -> words.of(visitor.isOperator() ? "tokens.account.all" : "overview.scope.own"));
    }

    /** Those that a token can be narrowed to; the first ones by age. */
    public List<Account> getAccounts() {
        if (known == null) {
            known = accounts.page(0, MOST);
        }
        return known;
    }

    public TokenScope[] getAllScopes() {
        return TokenScope.values();
    }

    /** The secret of the token just issued; null otherwise. */
    public String getIssued() {
        return issued;
    }

    /** Why the page cannot be shown; reads first, since it stands above what it is about. */
    public Trouble getTrouble() {
        getList();
        return trouble;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public long getAccount() {
        return account;
    }

    public void setAccount(long account) {
        this.account = account;
    }

    public String getDays() {
        return days;
    }

    public void setDays(String days) {
        this.days = days;
    }

    public String[] getScopes() {
        return scopes.clone();
    }

    public void setScopes(String[] scopes) {
        this.scopes = scopes == null ? new String[0] : scopes.clone();
    }
}
