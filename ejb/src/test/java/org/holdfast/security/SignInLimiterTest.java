package org.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignInLimiterTest {

    private final Ticking clock = new Ticking();
    private final SignInLimiter limiter = new SignInLimiter(clock, 100);

    @Test
    void userIsClosedAfterTenFailuresFromAnywhere() {
        fail("a@example.org", "192.0.2.", 10);
        assertThat(limiter.admit("A@Example.org ", "198.51.100.7")).isFalse();
        assertThat(limiter.admit("b@example.org", "198.51.100.7")).isTrue();
    }

    @Test
    void addressIsClosedAfterThirtyFailuresForAnybody() {
        for (int i = 0; i < SignInLimiter.PER_ADDRESS; i++) {
            limiter.admit("user" + i + "@example.org", "192.0.2.1");
        }
        assertThat(limiter.admit("new@example.org", "192.0.2.1")).isFalse();
        assertThat(limiter.admit("new@example.org", "192.0.2.2")).isTrue();
    }

    @Test
    void doorOpensAgainWhenTheWindowIsOver() {
        fail("a@example.org", "192.0.2.", 10);
        clock.now = clock.now.plus(SignInLimiter.WINDOW).minusMillis(1);
        assertThat(limiter.admit("a@example.org", "192.0.2.200")).isFalse();
        clock.now = clock.now.plusMillis(1);
        assertThat(limiter.admit("a@example.org", "192.0.2.200")).isTrue();
    }

    @Test
    void successForgetsTheUsersFailures() {
        fail("a@example.org", "192.0.2.", 9);
        limiter.succeeded("a@example.org", "192.0.2.8");
        fail("a@example.org", "192.0.2.", 9);
        assertThat(limiter.admit("a@example.org", "192.0.2.200")).isTrue();
    }

    @Test
    void successDoesNotCountAgainstTheAddress() {
        for (int i = 0; i < 2 * SignInLimiter.PER_ADDRESS; i++) {
            assertThat(limiter.admit("user" + i + "@example.org", "192.0.2.1")).isTrue();
            limiter.succeeded("user" + i + "@example.org", "192.0.2.1");
        }
    }

    @Test
    void burstOfGuessesGetsNoFurtherThanTheSameGuessesInARow() {
        long admitted = IntStream.range(0, 64)
                .parallel()
                .filter(i -> limiter.admit("a@example.org", "192.0.2." + i))
                .count();
        assertThat(admitted).isEqualTo(SignInLimiter.PER_USER);
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 10_000; i++) {
            limiter.admit("user" + i + "@example.org", "10.0." + i / 250 + "." + i % 250);
        }
        assertThat(limiter.size()).isEqualTo(100);
    }

    @Test
    void oneHostsIpv6AddressesCountTogether() {
        assertThat(SignInLimiter.network("2001:db8:1:2:aaaa::1"))
                .isEqualTo(SignInLimiter.network("2001:db8:1:2:bbbb:c:d:e"));
        assertThat(SignInLimiter.network("2001:db8::1")).isEqualTo(SignInLimiter.network("2001:db8:0:0:1::"));
        assertThat(SignInLimiter.network("2001:db8:1:2::1")).isNotEqualTo(SignInLimiter.network("2001:db8:1:3::1"));
        assertThat(SignInLimiter.network("::1")).isEqualTo(SignInLimiter.network("0:0:0:0:0:0:0:1"));
    }

    private void fail(String email, String network, int times) {
        for (int i = 0; i < times; i++) {
            limiter.admit(email, network + i);
        }
    }

    private static final class Ticking extends Clock {

        private Instant now = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(1));

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
