package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-99, 0, 100",
        "bytes=10-500, 10, 100",
        "bytes=10-, 10, 100",
        "bytes=-10, 90, 100",
        "bytes=-500, 0, 100"
    })
    void rangeWithinTheSize(String header, long from, long end) {
        assertThat(ByteRange.parse(header, 100)).contains(new ByteRange(from, end));
        assertThat(ByteRange.parse(header, 100).orElseThrow().isSatisfiable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
    void rangeBeyondTheEndIsNotSatisfiable(String header) {
        assertThat(ByteRange.parse(header, 100).orElseThrow().isSatisfiable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b"})
    void whatAServerMayIgnoreIsIgnored(String header) {
        assertThat(ByteRange.parse(header, 100)).isEmpty();
    }

    @Test
    void noHeaderIsNoRange() {
        assertThat(ByteRange.parse(null, 100)).isEmpty();
    }
}
