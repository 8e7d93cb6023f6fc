package org.holdfast.account;

import java.util.Objects;
import java.util.Optional;
import org.holdfast.refusal.Refusal;

/**
 * What it takes to make a user; prints without the password.
 *
 * @param email a mail address of up to 320 characters
 * @param displayName up to 200 characters; blank: the address is shown
 * @param password empty for a user who cannot sign in to the console yet
 */
public record NewUser(String email, String displayName, Optional<String> password) {

    public NewUser {
        email = email.strip();
        Objects.requireNonNull(password);
        if (displayName.length() > 200) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "display-name", "A display name has up to 200 characters");
        }
        if (!User.isEmail(email)) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "email", "This is not a mail address: " + email);
        }
    }

    @Override
    public String toString() {
        return email;
    }
}
