package org.holdfast.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SettingTest {

    @ParameterizedTest
    @EnumSource
    void theReadmeTellsOfEverySettingItsMeaning(Setting setting) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("..", "README.md"))) {
            assertThat(lines.filter(line -> line.startsWith("| `" + setting.key() + "` |")))
                    .singleElement()
                    .asString()
                    .contains(setting.meaning());
        }
    }

    @Test
    void aSystemPropertyOverridesTheDefaultAndSaysSo() {
        assertThat(Setting.SYNC_WORKERS.source()).isEqualTo(Setting.Source.DEFAULT);
        System.setProperty(Setting.SYNC_WORKERS.key(), "7");
        try {
            assertThat(Setting.SYNC_WORKERS.intValue(1, 256)).isEqualTo(7);
            assertThat(Setting.SYNC_WORKERS.source()).isEqualTo(Setting.Source.SYSTEM_PROPERTY);
        } finally {
            System.clearProperty(Setting.SYNC_WORKERS.key());
        }
    }

    @Test
    void aValueOutsideItsBoundsIsRefusedWithTheSettingsName() {
        System.setProperty(Setting.PURGE_CHUNK.key(), "many");
        try {
            assertThatIllegalStateException()
                    .isThrownBy(() -> Setting.PURGE_CHUNK.intValue(1, 100_000))
                    .withMessageContaining("holdfast.purge.chunk")
                    .withMessageContaining("many");
        } finally {
            System.clearProperty(Setting.PURGE_CHUNK.key());
        }
    }
}
