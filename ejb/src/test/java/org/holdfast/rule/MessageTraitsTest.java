package org.holdfast.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTraitsTest {

    private static MessageTraits of(String head) {
        return MessageTraits.of(head.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void addressesOfSenderAndRecipientsAreRead() {
        MessageTraits traits = of("From: \"Bj\u00f6rn, A.\" <Bjorn@Example.ORG>\r\nTo: a@b.example,\r\n c@d.example\r\n"
                + "Cc: Group: e@f.example;\r\nReply-To: <r@g.example>\r\n\r\nbody@h.example");
        assertThat(traits.addresses())
                .containsExactlyInAnyOrder(
                        "bjorn@example.org", "a@b.example", "c@d.example", "e@f.example", "r@g.example");
        assertThat(traits.domains()).contains("example.org").doesNotContain("h.example");
    }

    @Test
    void subjectsAreDecoded() {
        assertThat(of("Subject: =?UTF-8?B?W2RlYWwgRC03XSBDaMOgbw==?=\r\n\r\n").subject())
                .isEqualTo("[deal D-7] Ch\u00e0o");
        assertThat(of("subject: [deal\r\n D-7]\n\nx").subject()).isEqualTo("[deal D-7]");
    }

    @Test
    void everyMessageThatItRefersToCounts() {
        assertThat(of("In-Reply-To: <a@x>\r\nReferences: <b@x>\r\n\t<c@x>\r\n\r\n")
                        .answered())
                .containsExactly("<a@x>", "<b@x>", "<c@x>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", ":", "From", "From: \u0000@", "\r\n\r\nFrom: a@b.example"})
    void whatIsNoMailHasNoTraitsAndDoesNoHarm(String head) {
        assertThat(of(head).addresses()).isEmpty();
    }

    @Test
    void hostileHeadsAreReadInTime() {
        String address = "a".repeat(20_000) + "@" + "b.".repeat(20_000);
        String head = "From: " + address + "\r\nSubject: " + "=?".repeat(30_000) + "\r\n\r\n";
        Assertions.assertTimeout(Duration.ofSeconds(5), () -> {
            MessageTraits traits = of(head);
            new SubjectPattern("[deal {reference}]").references(traits.subject());
            new SubjectPattern("[deal {reference}]").references("[deal " + "x".repeat(60_000));
        });
    }

    @Test
    void aReferenceStandsWhereThePatternSays() {
        SubjectPattern pattern = new SubjectPattern("[Deal {reference}]");
        assertThat(pattern.references("Re: [deal D-7] and [DEAL D-8]")).containsExactly("D-7", "D-8");
        assertThat(pattern.references("Re: [deal ] deal D-7 [deal D 7]")).isEmpty();
        assertThat(new SubjectPattern("#{reference}").references("see #INV/2019-1, please"))
                .containsExactly("INV/2019-1");
        assertThat(new SubjectPattern("(.*{reference}").references("(.*7")).containsExactly("7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deal", "{reference}", " {reference} ", "{reference}{reference}"})
    void aPatternWithoutPlaceOrSurroundingsIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SubjectPattern(text));
    }
}
