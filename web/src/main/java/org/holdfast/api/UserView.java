package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.account.User;

/**
 * A user as the API shows one.
 *
 * @param accountId of an owner; null for administrators and auditors
 * @param canSignIn whether there is a password
 */
public record UserView(
        String id,
        Optional<String> accountId,
        String email,
        String displayName,
        Role role,
        String language,
        boolean canSignIn,
        boolean enabled,
        Instant createdAt) {

    static UserView of(User user) {
        return new UserView(
                Id.of(user.id()),
                user.accountId().map(Id::of),
                user.email(),
                user.displayName(),
                user.role(),
                user.language(),
                user.passwordHash().isPresent(),
                user.isEnabled(),
                user.createdAt());
    }
}
