package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The colour pairs that the style sheet declares, by the formula of WCAG 2.2. */
class ContrastTest {

    private static final Path SHEET = Path.of("src/main/webapp/resources/holdfast/console.css");
    private static final Pattern PAIR = Pattern.compile("\\* pair (--[\\w-]+) (--[\\w-]+) ([0-9.]+)");
    private static final Pattern COLOUR = Pattern.compile("(--[\\w-]+): (#[0-9a-f]{6});");

    static Stream<Arguments> pairs() throws IOException {
        String sheet = Files.readString(SHEET);
        Map<String, String> light = colours(sheet, ":root {");
        Map<String, String> dark = new HashMap<>(light);
        dark.putAll(colours(sheet, "[data-theme=\"dark\"] {"));
        return PAIR.matcher(sheet)
                .results()
                .flatMap(pair -> Stream.of(
                        Arguments.of("light", pair.group(1), pair.group(2), Double.parseDouble(pair.group(3)), light),
                        Arguments.of("dark", pair.group(1), pair.group(2), Double.parseDouble(pair.group(3)), dark)));
    }

    @ParameterizedTest(name = "{0}: {1} on {2}")
    @MethodSource("pairs")
    void pairIsToldApart(String theme, String ink, String ground, double least, Map<String, String> colours) {
        assertThat(colours).as(theme).containsKeys(ink, ground);
        assertThat(contrast(colours.get(ink), colours.get(ground))).isGreaterThanOrEqualTo(least);
    }

    @Test
    void formulaGivesTheKnownRatios() {
        assertThat(contrast("#000000", "#ffffff")).isEqualTo(21);
        assertThat(contrast("#767676", "#ffffff")).isBetween(4.54, 4.55);
    }

    @Test
    void everyTextOnAColourOfItsOwnIsDeclaredAsAPair() throws IOException {
        String sheet = Files.readString(SHEET);
        Matcher rule = Pattern.compile("background: var\\((--[\\w-]+)\\);[^}]*?[^-]color: var\\((--[\\w-]+)\\)")
                .matcher(sheet);
        int found = 0;
        while (rule.find()) {
            found++;
            assertThat(sheet).contains("* pair " + rule.group(2) + " " + rule.group(1) + " 4.5");
        }
        assertThat(found).isGreaterThan(10);
    }

    private static Map<String, String> colours(String sheet, String block) {
        int from = sheet.indexOf(block);
        Map<String, String> colours = new HashMap<>();
        Matcher colour = COLOUR.matcher(sheet.substring(from, sheet.indexOf('}', from)));
        while (colour.find()) {
            colours.put(colour.group(1), colour.group(2));
        }
        return colours;
    }

    private static double contrast(String one, String other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String colour) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double part = Integer.parseInt(colour.substring(1 + 2 * i, 3 + 2 * i), 16) / 255.0;
            sum += weights[i] * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}
