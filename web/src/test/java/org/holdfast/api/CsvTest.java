package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CsvTest {

    @Test
    void cellsWithCommasQuotesAndLinesAreQuoted() {
        assertThat(Csv.line("a", "b,c", "say \"x\"", "l\nm", null, 7))
                .isEqualTo("a,\"b,c\",\"say \"\"x\"\"\",\"l\nm\",,7\r\n");
    }

    @Test
    void aTextDoesNotBecomeAFormulaAndANumberStaysOne() {
        assertThat(Csv.line("=HYPERLINK(1)", "+1", "@a", "-x", -5)).isEqualTo("'=HYPERLINK(1),'+1,'@a,'-x,-5\r\n");
    }
}
