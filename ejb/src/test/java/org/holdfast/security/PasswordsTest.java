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

    @Test
    void unknownUserTakesAsLongAsAWrongPassword() {
        String hash = passwords.hash("correct horse battery");
        long known = medianNanos(() -> passwords.matches("wrong horse battery", hash));
        long unknown = medianNanos(() -> passwords.matches("wrong horse battery", null));
        assertThat((double) unknown / known).isBetween(0.5, 2.0);
    }

    @Test
    void lengthIsTwelveToTwoHundredCharacters() {
        assertThatThrownBy(() -> passwords.hash("12345678901")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> passwords.hash("x".repeat(201))).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> passwords.hash(" ".repeat(20))).isInstanceOf(Refusal.class);
        assertThatCode(() -> passwords.hash("123456789012")).doesNotThrowAnyException();
        assertThatCode(() -> passwords.hash("\uD83D\uDC34".repeat(200))).doesNotThrowAnyException();
    }

    private static long medianNanos(Runnable work) {
        return java.util.stream.LongStream.range(0, 9)
                .map(i -> {
                    long start = System.nanoTime();
                    work.run();
                    return System.nanoTime() - start;
                })
                .sorted()
                .skip(4)
                .findFirst()
                .orElseThrow();
    }
}
