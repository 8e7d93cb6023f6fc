package org.holdfast.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.holdfast.account.Role;
import org.holdfast.ledger.Verification;
import org.holdfast.overview.Attention;
import org.holdfast.overview.DatedChange;
import org.holdfast.plan.TermsChange;
import org.holdfast.retention.Hold;
import org.holdfast.retention.PreviewMailbox;
import org.holdfast.retention.PreviewStatus;
import org.holdfast.retention.PurgeScope;
import org.holdfast.retention.PurgeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {

    private static final Locale VIETNAMESE = Locale.forLanguageTag("vi");
    private static final Pattern PLACE = Pattern.compile("\\{(\\d)");
    private static final Pattern FIXED_KEY =
            Pattern.compile("(?:msg\\['|[wW]ords\\.of\\(\\s*['\"]|trouble\\(['\"])([a-z][\\w.-]*[\\w])['\"]");

    @ParameterizedTest
    @ValueSource(strings = {Words.BUNDLE, "org.holdfast.console.faces"})
    void everyTextIsThereInBothLanguagesWithTheSamePlaces(String name) {
        ResourceBundle english = ResourceBundle.getBundle(name, Locale.ENGLISH);
        ResourceBundle vietnamese = ResourceBundle.getBundle(name, VIETNAMESE);
        assertThat(vietnamese.getLocale()).isEqualTo(VIETNAMESE);
        assertThat(vietnamese.keySet()).containsExactlyInAnyOrderElementsOf(english.keySet());
        for (String key : english.keySet()) {
            assertThat(english.getString(key)).as(key).isNotBlank();
            assertThat(vietnamese.getString(key)).as(key).isNotBlank();
            assertThat(places(vietnamese.getString(key))).as(key).isEqualTo(places(english.getString(key)));
        }
    }

    /** Of a key that is written twice the first text would never be seen. */
    @Test
    void noKeyIsThereTwiceInAFile() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/resources"))) {
            List<Path> bundles =
                    files.filter(f -> f.toString().endsWith(".properties")).toList();
            assertThat(bundles).hasSizeGreaterThan(4);
            for (Path bundle : bundles) {
                assertThat(keysWrittenTwice(bundle)).as(bundle.toString()).isEmpty();
            }
        }
    }

    private static Set<String> keysWrittenTwice(Path bundle) throws IOException {
        Set<String> twice = new TreeSet<>();
        Properties texts = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                Object before = super.put(key, value);
                if (before != null) {
                    twice.add((String) key);
                }
                return before;
            }
        };
        try (Reader reader = Files.newBufferedReader(bundle)) {
            texts.load(reader);
        }
        assertThat(texts).as(bundle.toString()).isNotEmpty();
        return twice;
    }

    @Test
    void everyTextOfPrimeFacesIsThereInVietnamese() {
        ResourceBundle english = ResourceBundle.getBundle("org.primefaces.Messages", Locale.ENGLISH);
        ResourceBundle vietnamese = ResourceBundle.getBundle("org.primefaces.Messages", VIETNAMESE);
        assertThat(vietnamese.getLocale()).isEqualTo(VIETNAMESE);
        for (String key : english.keySet()) {
            assertThat(vietnamese.getString(key)).as(key).isNotBlank().isNotEqualTo(english.getString(key));
            assertThat(places(vietnamese.getString(key))).as(key).isEqualTo(places(english.getString(key)));
        }
    }

    @Test
    void everyTextWithPlacesCanBeFilled() {
        for (Locale locale : Viewer.LANGUAGES) {
            ResourceBundle texts = ResourceBundle.getBundle(Words.BUNDLE, locale);
            for (String key : texts.keySet()) {
                assertThat(texts.getString(key)).as(key).doesNotContain("'");
                for (Object[] values : new Object[][] {{0, 0, 0, 0}, {1, 1, 1, 1}, {1204, 1204, 1204, 1204}}) {
                    assertThat(new MessageFormat(texts.getString(key), locale).format(values))
                            .as(key)
                            .doesNotContain("{");
                }
            }
        }
    }

    @Test
    void everyTextThatAPageNamesIsThere() throws IOException {
        Set<String> known =
                ResourceBundle.getBundle(Words.BUNDLE, Locale.ENGLISH).keySet();
        Set<String> named = new TreeSet<>();
        try (Stream<Path> pages = Files.walk(Path.of("src/main/webapp"));
                Stream<Path> beans = Files.walk(Path.of("src/main/java/org/holdfast/console"))) {
            Stream<Path> files = Stream.concat(pages, beans);
            for (Path file :
                    files.filter(f -> f.toString().matches(".*\\.(xhtml|java)")).toList()) {
                Matcher key = FIXED_KEY.matcher(Files.readString(file));
                while (key.find()) {
                    named.add(key.group(1));
                }
            }
        }
        assertThat(named).hasSizeGreaterThan(100);
        assertThat(known).containsAll(named);
    }

    @Test
    void everyValueThatAPageShowsAsAWordHasOne() {
        Set<String> keys = Stream.of(
                        keys("role.", Role.values(), ""),
                        keys("run.status.", PurgeStatus.values(), ""),
                        keys("scope.", PurgeScope.Kind.values(), ""),
                        keys("change.status.", TermsChange.Status.values(), ""),
                        keys("preview.status.", PreviewStatus.values(), ""),
                        keys("preview.sync.", PreviewMailbox.SyncChange.values(), ""),
                        keys("change.", DatedChange.Kind.values(), ""),
                        keys("attention.", Attention.Kind.values(), ".word"),
                        keys("attention.", Attention.Kind.values(), ".todo"),
                        keys("hold.status.", Hold.Status.values(), ""),
                        keys("ledger.kind.", Verification.Kind.values(), ""))
                .flatMap(List::stream)
                .collect(Collectors.toSet());
        assertThat(ResourceBundle.getBundle(Words.BUNDLE, Locale.ENGLISH).keySet())
                .containsAll(keys);
    }

    @Test
    void numbersAreWrittenAsTheLanguageWritesThem() {
        assertThat(Words.of(Locale.ENGLISH, "dryrun.remove", 1204)).isEqualTo("Remove 1,204 copies");
        assertThat(Words.of(Locale.ENGLISH, "dryrun.remove", 1)).isEqualTo("Remove 1 copy");
        assertThat(Words.of(VIETNAMESE, "dryrun.remove", 1204)).isEqualTo("Xóa 1.204 bản sao");
    }

    private static List<String> keys(String prefix, Enum<?>[] values, String suffix) {
        return Arrays.stream(values).map(v -> prefix + v.name() + suffix).toList();
    }

    private static Set<String> places(String text) {
        Set<String> places = new TreeSet<>();
        Matcher place = PLACE.matcher(text);
        while (place.find()) {
            places.add(place.group(1));
        }
        return places;
    }
}
