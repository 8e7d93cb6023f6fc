package org.holdfast.console;

import java.util.Arrays;
import java.util.List;

/** Numbers of accounts as people type them: separated by commas or spaces. */
final class Ids {

    private Ids() {}

    /**
     * The numbers, each once, in the order typed; none of nothing.
     *
     * @throws NumberFormatException if something is no number
     */
    static List<Long> parse(String text) {
        return text == null || text.isBlank()
                ? List.of()
                : Arrays.stream(text.strip().split("[,;\\s]+", -1))
                        .map(Long::valueOf)
                        .distinct()
                        .toList();
    }
}
