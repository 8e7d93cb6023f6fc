package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreviewCsvTest {

    @Test
    void cellsWithCommasQuotesAndLinesAreQuoted() {
        assertThat(PreviewCsv.line("a", "b,c", "say \"x\"", "l\nm", "", 7))
                .isEqualTo("a,\"b,c\",\"say \"\"x\"\"\",\"l\nm\",,7\r\n");
    }

    @Test
    void aTextDoesNotBecomeAFormulaAndANumberStaysOne() {
        assertThat(PreviewCsv.line("=HYPERLINK(1)", "+1", "@a", "-x", -5))
                .isEqualTo("'=HYPERLINK(1),'+1,'@a,'-x,-5\r\n");
    }
}
