package org.holdfast.api;

import java.time.Instant;
import org.holdfast.account.Account;

/** An account as the API shows one. */
public record AccountView(String id, String name, String zone, boolean held, Instant createdAt) {

    static AccountView of(Account account) {
        return new AccountView(
                Id.of(account.id()), account.name(), account.zone().getId(), account.isHeld(), account.createdAt());
    }
}
