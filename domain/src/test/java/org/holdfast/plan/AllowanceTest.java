package org.holdfast.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AllowanceTest {

    @Test
    void aNumberAllowsUpToItself() {
        Allowance five = Allowance.ofNullable(5);
        assertThat(five.allowsOneMoreThan(4)).isTrue();
        assertThat(five.allowsOneMoreThan(5)).isFalse();
    }

    @Test
    void noneAllowsNoneAndUnlimitedAllowsAny() {
        assertThat(Allowance.ofNullable(0).allowsOneMoreThan(0)).isFalse();
        assertThat(Allowance.ofNullable(null).allowsOneMoreThan(Long.MAX_VALUE - 1))
                .isTrue();
        assertThat(Allowance.ofNullable(0)).isNotEqualTo(Allowance.ofNullable(null));
    }

    @Test
    void negativeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Allowance.ofNullable(-1));
    }
}
