package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    @Test
    void keysAreReadBack() {
        String cursor = Cursor.of("messages-null-7-true", -62_135_596_800_000_000L, 42);
        assertThat(Cursor.read(cursor, "messages-null-7-true", 2))
                .hasValueSatisfying(keys -> assertThat(keys).containsExactly(-62_135_596_800_000_000L, 42L));
    }

    @Test
    void withoutCursorThePageIsTheFirst() {
        assertThat(Cursor.read(null, "accounts", 1)).isEmpty();
    }

    @Test
    void cursorOfOtherFiltersIsRefused() {
        String cursor = Cursor.of("messages-1-null-null", 1, 2);
        assertThatThrownBy(() -> Cursor.read(cursor, "messages-2-null-null", 2)).isInstanceOf(InvalidRequest.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%%%", "accounts", "accounts x", "accounts 1 2", "accounts 99999999999999999999"})
    void whatWeDidNotGiveIsRefused(String text) {
        String encoded = Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Cursor.read(encoded, "accounts", 1)).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> Cursor.read(text + "!", "accounts", 1)).isInstanceOf(InvalidRequest.class);
    }
}
