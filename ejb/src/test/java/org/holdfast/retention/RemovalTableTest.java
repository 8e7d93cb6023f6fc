package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemovalTableTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Spruce|\"Spruce\"",
                "a \"b\", c|\"a \"\"b\"\", c\"",
                "=HYPERLINK(1)|\"'=HYPERLINK(1)\"",
                "+1|\"'+1\"",
                "-1|\"'-1\"",
                "@SUM(A1)|\"'@SUM(A1)\""
            },
            quoteCharacter = '^')
    void aNameIsQuotedAndNeverAFormula(String name, String quoted) {
        assertThat(RemovalTable.quoted(name)).isEqualTo(quoted);
    }
}
