package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UidSetTest {

    @Test
    void theWholeNumberSpaceIsOneRange() {
        UidSet all = UidSet.parse("1:4294967295");
        assertThat(all.count()).isEqualTo(4_294_967_295L);
        assertThat(all.ranges()).hasSize(1);
        assertThat(all.contains(4_294_967_295L)).isTrue();
    }

    @Test
    void neighboursAndOverlapsMerge() {
        assertThat(UidSet.parse("5,3:4,9:7,8,20")).hasToString("3:5,7:9,20");
        assertThat(UidSet.of(List.of(3L, 1L, 2L, 9L))).hasToString("1:3,9");
    }

    @Test
    void holesAreNotContained() {
        UidSet set = UidSet.parse("1:3,7,100:200");
        assertThat(List.of(1L, 3L, 7L, 150L, 200L)).allMatch(set::contains);
        assertThat(List.of(4L, 6L, 8L, 99L, 201L)).noneMatch(set::contains);
        assertThat(set.count()).isEqualTo(105);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "1:*", "4294967296", "1,,2", "1:", "-1", "1 2", "99999999999"})
    void whatIsNoSetIsRefused(String wire) {
        assertThatThrownBy(() -> UidSet.parse(wire)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersOutsideTheProtocolAreRefused() {
        assertThatThrownBy(() -> new Uid(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new UidValidity(4_294_967_296L)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ModSeq(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new ModSeq(Long.MAX_VALUE).isKnown()).isTrue();
    }
}
