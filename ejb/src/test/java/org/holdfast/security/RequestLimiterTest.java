package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestLimiterTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final RequestLimiter limiter = new RequestLimiter(60);

    @Test
    void aMinutesRequestsMayComeAtOnceAndThenOneASecond() {
        for (int i = 0; i < 60; i++) {
            assertThat(limiter.take(1, 0).admitted()).isTrue();
        }
        RequestLimiter.Answer refused = limiter.take(1, 0);
        assertThat(refused).isEqualTo(new RequestLimiter.Answer(false, 60, 0, 1));
        assertThat(limiter.take(1, SECOND).admitted()).isTrue();
        assertThat(limiter.take(1, SECOND).admitted()).isFalse();
    }

    @Test
    void aRefusedRequestCostsNothing() {
        for (int i = 0; i < 100; i++) {
            limiter.take(1, 0);
        }
        assertThat(limiter.take(1, SECOND).admitted()).isTrue();
    }

    @Test
    void tokensDoNotShareABucket() {
        for (int i = 0; i < 60; i++) {
            limiter.take(1, 0);
        }
        assertThat(limiter.take(2, 0)).isEqualTo(new RequestLimiter.Answer(true, 60, 59, 1));
    }

    @Test
    void zeroIsNoLimit() {
        RequestLimiter open = new RequestLimiter(0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(open.take(1, 0).admitted()).isTrue();
        }
    }
}
