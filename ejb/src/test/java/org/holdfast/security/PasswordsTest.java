package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.holdfast.refusal.Refusal;
import org.junit.jupiter.api.Test;

class PasswordsTest {

    private final Passwords passwords = new Passwords();

    @Test
    void hashIsArgon2idWithTheParametersThatOwaspAsksFor() {
        assertThat(passwords.hash("correct horse battery")).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void samePasswordHasAnotherHashEachTimeAndMatchesBoth() {
        String first = passwords.hash("correct horse battery");
        String second = passwords.hash("correct horse battery");
        assertThat(first).isNotEqualTo(second);
        assertThat(passwords.matches("correct horse battery", first)).isTrue();
        assertThat(passwords.matches("correct horse battery", second)).isTrue();
        assertThat(passwords.matches("correct horse batterY", first)).isFalse();
    }

    @Test
    void nobodysPasswordMatchesNothingNotEvenItself() {
        assertThat(passwords.matches("nobody has this password", null)).isFalse();
    }

    /** Time itself is not measured: on a busy machine it says nothing. The work is the same by its parameters. */
    @Test
    void unknownUserCostsTheSameWorkAsAWrongPassword() {
        assertThat(parameters(Passwords.NOBODY)).isEqualTo(parameters(passwords.hash("correct horse battery")));
    }

    @Test
    void lengthIsTwelveToTwoHundredCharacters() {
        assertThatThrownBy(() -> passwords.hash("12345678901")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> passwords.hash("x".repeat(201))).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> passwords.hash(" ".repeat(20))).isInstanceOf(Refusal.class);
        assertThatCode(() -> passwords.hash("123456789012")).doesNotThrowAnyException();
        assertThatCode(() -> passwords.hash("\uD83D\uDC34".repeat(200))).doesNotThrowAnyException();
    }

    /** Algorithm, version, memory, passes and lanes: all but salt and digest. */
    private static String parameters(String encoded) {
        return encoded.substring(0, encoded.lastIndexOf('$', encoded.lastIndexOf('$') - 1));
    }
}
