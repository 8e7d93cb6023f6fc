package org.holdfast.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.security.enterprise.credential.Credential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStore;
import java.util.Optional;
import java.util.Set;

/**
 * The users of this installation for the container: the principal's name is the user's id, the one
 * group the name of the role.
 */
@ApplicationScoped
public class HoldfastIdentityStore implements IdentityStore {

    @Inject
    private Credentials credentials;

    @Override
    public CredentialValidationResult validate(Credential credential) {
        if (credential instanceof PasswordAttempt attempt) {
            return result(credentials.byPassword(attempt.email(), attempt.password(), attempt.address()));
        }
        if (credential instanceof SessionCredential session) {
            return result(credentials.byId(session.userId()));
        }
        return CredentialValidationResult.NOT_VALIDATED_RESULT;
    }

    private static CredentialValidationResult result(Optional<SignedIn> user) {
        return user.map(u -> new CredentialValidationResult(
                        Long.toString(u.userId()), Set.of(u.role().name())))
                .orElse(CredentialValidationResult.INVALID_RESULT);
    }
}
