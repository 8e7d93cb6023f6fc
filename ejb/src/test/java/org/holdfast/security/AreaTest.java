package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AreaTest {

    @ParameterizedTest
    @CsvSource({
        "/login.xhtml, PUBLIC",
        "/setup.xhtml, PUBLIC",
        "/jakarta.faces.resource/theme.css.xhtml, PUBLIC",
        "/api/v1/health, PUBLIC_API",
        "/api/v1/openapi.json, PUBLIC_API",
        "/api/v1/setup, PUBLIC_API",
        "/api/v1/tokens, PUBLIC_API",
        "/api/v1/tokens/1, API",
        "/api/v1/health/, API",
        "/api/v1/accounts, API",
        "/api/v2/health, API",
        "/api, API",
        "/console/overview.xhtml, CONSOLE",
        "/faces/login.xhtml, CONSOLE",
        "/apiary, CONSOLE",
        "/, CONSOLE"
    })
    void whateverIsNotNamedPublicIsClosed(String path, Area area) {
        assertThat(Area.of(path)).isEqualTo(area);
    }
}
