package org.holdfast.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.holdfast.refusal.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchQueryTest {

    private static String words(String query) {
        return SearchQuery.parse(query).words(List.of(17L));
    }

    @Test
    void everyWordCarriesTheMailboxAndPhrasesKeepTheirOrder() {
        assertThat(words("Hợp \"đồng thuê\" inv*"))
                .isEqualTo("(('h:hơp\u0323') & ('h:đông\u0300' <-> 'h:thuê') & ('h:inv':*))"
                        .replace("ơ", "o\u031B")
                        .replace("ô", "o\u0302")
                        .replace("ê", "e\u0302"));
        assertThat(SearchQuery.parse("a b").words(List.of(17L, 18L)))
                .isEqualTo("(('h:a') & ('h:b')) | (('i:a') & ('i:b'))");
    }

    @Test
    void operatorsChooseFieldsDaysAndCopies() {
        SearchQuery query = SearchQuery.parse("sender:anna@example.org subject:\"the plan\" after:2019-04-01"
                + " before:2019-05-01 has:attachment is:bound");
        assertThat(query.words(List.of(1L)))
                .isEqualTo("(('1:anna':B <-> '1:example':B <-> '1:org':B) & ('1:the':A <-> '1:plan':A))");
        assertThat(query.after()).isEqualTo(Instant.parse("2019-04-01T00:00:00Z"));
        assertThat(query.before()).isEqualTo(Instant.parse("2019-05-01T00:00:00Z"));
        assertThat(query.wantsAttachment()).isTrue();
        assertThat(query.bound()).isTrue();
        assertThat(SearchQuery.parse("is:unbound").hasWords()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Say what to look for",
                "colour:red | There is no operator colour:",
                "before:yesterday | before:2019-04-30, not yesterday",
                "after: x | followed by what it looks for",
                "has:legs | has: takes attachment, not legs",
                "is:free | is: takes bound or unbound, not free",
                "is:bound is:unbound | both bound and unbound",
                "a* | at least 2 letters",
                "!!! | no word in !!!",
                "say \"two words | not closed",
                "subject:\"two words | is followed by",
            })
    void whatIsWrongIsSaidInASentence(String query, String sentence) {
        assertThatThrownBy(() -> SearchQuery.parse(query))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void longAndWideQueriesAreRefused() {
        assertThatThrownBy(() -> SearchQuery.parse("x".repeat(501))).hasMessageContaining("500 characters");
        assertThatThrownBy(() -> SearchQuery.parse("ab ".repeat(21))).hasMessageContaining("20 words");
    }

    @ParameterizedTest
    @CsvSource({
        "hòa, hoà, true",
        "HÒA, hòa, true",
        "hóa, hòa, false",
        "thuỷ, thủy, true",
        "đá, dá, false",
        "ｆｕｌｌ, full, true"
    })
    void wordsAreTheSameHoweverTheirTonesAreWritten(String one, String other, boolean same) {
        assertThat(Word.of(one, 9).equals(Word.of(other, 9))).isEqualTo(same);
        assertThat(Word.of(one, 9).get(0).folded().chars().allMatch(c -> c < 128))
                .isTrue();
    }

    @Test
    void dataIsNoWordAndScriptsWithoutSpacesGiveAWordACharacter() {
        assertThat(Word.of("A".repeat(300) + " b", 9)).extracting(Word::folded).containsExactly("b");
        assertThat(Word.of("发票 no7", 9)).extracting(Word::folded).containsExactly("发", "票", "no7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Re: Fwd: [crm] RE[2]: Budget 2019 | budget 2019 | true",
                "Budget 2019 | budget 2019 | false",
                "[crm] Budget 2019 | budget 2019 | false",
                "Trả lời: Budget 2019 (fwd) | budget 2019 | true",
                "[Fwd: Budget 2019] | budget 2019 | true",
                "Report: done | report done | false",
                "Re: | '' | true"
            })
    void baseSubjectIsWhatIsLeft(String subject, String base, boolean reply) {
        assertThat(BaseSubject.of(subject)).isEqualTo(new BaseSubject(base, reply));
    }
}
