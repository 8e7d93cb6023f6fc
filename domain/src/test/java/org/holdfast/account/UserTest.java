package org.holdfast.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class UserTest {

    private static final Instant NOW = Instant.parse("2019-04-20T08:00:00Z");

    @Test
    void anOwnerBelongsToAnAccountAndAnOperatorToNone() {
        assertThat(User.owner(7, "a@example.org", "A", NOW).accountId()).contains(7L);
        assertThat(User.operator(Role.AUDITOR, "b@example.org", "", NOW).accountId())
                .isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> User.operator(Role.OWNER, "c@example.org", "C", NOW));
    }

    @Test
    void withoutANameTheAddressIsShown() {
        assertThat(User.owner(7, "a@example.org", " ", NOW).displayName()).isEqualTo("a@example.org");
    }

    @Test
    void anAddressWithLineBreaksOrWithoutAtIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> User.owner(7, "a@b\r\nBcc: x@y", "A", NOW));
        assertThatIllegalArgumentException().isThrownBy(() -> User.owner(7, "nobody", "A", NOW));
    }

    @Test
    void anAccountWithoutANameIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Account(" ", ZoneOffset.UTC, NOW));
        assertThatIllegalArgumentException().isThrownBy(() -> new Account("x".repeat(201), ZoneOffset.UTC, NOW));
    }
}
