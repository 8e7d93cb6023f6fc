package org.holdfast.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SenderBlocksTest {

    private static final SenderBlocks BLOCKS =
            new SenderBlocks(Map.of("shop.example", 1L, "pest@corp.example", 2L, "xn--bcher-kva.example", 3L));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "news@shop.example",
                "NEWS@SHOP.EXAMPLE",
                "A <a@deep.mail.shop.example>",
                "\"friend@good.example\" <a@shop.example>",
                "friend@good.example <a@shop.example>",
                "friend@good.example, A <a@shop.example>",
                "pest@corp.example",
                "a@b\u00fccher.example",
                "\"half open <a@shop.example>",
                "\"a@shop.example\""
            })
    void met(String from) {
        assertThat(BLOCKS.met(from)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "news@notshop.example",
                "shop.example@good.example",
                "\"a@shop.example\" <friend@good.example>",
                "a@shop.example <friend@good.example>",
                "other@corp.example",
                "nobody",
                "",
                "a@example"
            })
    void notMet(String from) {
        assertThat(BLOCKS.met(from)).isEmpty();
    }

    @Test
    void aMessageWithoutASenderMeetsNone() {
        assertThat(BLOCKS.met(null)).isEmpty();
    }
}
