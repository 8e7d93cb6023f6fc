package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnPathTest {

    @ParameterizedTest
    @ValueSource(strings = {"/console/overview.xhtml", "/console/purge/run.xhtml?id=7&tab=slices"})
    void pagesOfTheConsoleAreRemembered(String path) {
        assertThat(ReturnPath.of(path)).contains(path);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "https://evil.example/console/x",
                "//evil.example/console/x",
                "/\\evil.example",
                "/console//evil.example",
                "/console/../../other",
                "/console/x.xhtml\r\nSet-Cookie: a=b",
                "/console/x.xhtml#frag",
                "/console/\\evil",
                "/api/v1/accounts",
                "javascript:alert(1)"
            })
    void nothingElseIs(String path) {
        assertThat(ReturnPath.of(path)).isEmpty();
    }

    @Test
    void signInPageCarriesIt() {
        assertThat(ReturnPath.signInPage("/console/a.xhtml?b=c"))
                .isEqualTo("/login.xhtml?from=%2Fconsole%2Fa.xhtml%3Fb%3Dc");
        assertThat(ReturnPath.signInPage("/")).isEqualTo("/login.xhtml");
    }
}
