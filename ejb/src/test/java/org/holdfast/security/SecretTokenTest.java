package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTokenTest {

    @Test
    void hasAPrefixAnd256BitsAndIsReadBack() {
        SecretToken token = SecretToken.random();
        assertThat(token.reveal()).matches("hf_[A-Za-z0-9_-]{43}");
        assertThat(SecretToken.parse(token.reveal()))
                .hasValueSatisfying(read -> assertThat(read.sha256()).isEqualTo(token.sha256()));
        assertThat(token.sha256()).hasSize(32);
    }

    @Test
    void isNeverTheSameTwice() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            assertThat(seen.add(SecretToken.random().reveal())).isTrue();
        }
    }

    @Test
    void printsWithoutTheSecret() {
        assertThat(SecretToken.random()).hasToString("hf_...");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "hf_", "hf_short", "xx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void whatHasAnotherFormIsNoToken(String text) {
        assertThat(SecretToken.parse(text)).isEmpty();
    }
}
