package org.holdfast.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeHtmlTest {

    private static final String ACTIVE =
            "(?is).*(<(script|style|svg|math|iframe|object|embed|form|input|button|meta|base"
                    + "|link|video|audio|template|noscript|textarea)\\b|\\son\\w+\\s*=|javascript:|vbscript:|data:|expression"
                    + "|url\\s*\\(|@import|srcset|background\\s*=).*";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>x",
                "<ScRiPt src=//e.example/x></sCrIpT>",
                "<img src=x onerror=alert(1)>",
                "<svg onload=alert(1)><animate onbegin=alert(1) /></svg>",
                "<svg><script>alert(1)</script></svg>",
                "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
                "<a href='javascript:alert(1)'>x</a>",
                "<a href='&#106;ava&#9;script:alert(1)'>x</a>",
                "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
                "<div style='width:expression(alert(1))'>x</div>",
                "<div style=\"background:url('http://e.example/p')\">x</div>",
                "<div style='background:u\\72l(http://e.example/p)'>x</div>",
                "<style>@import url(http://e.example/c);</style>x",
                "<link rel=stylesheet href=http://e.example/c>",
                "<meta http-equiv=refresh content='0;url=http://e.example/'>",
                "<base href='http://e.example/'><a href=x>x</a>",
                "<form action=http://e.example/><input name=password><button>go</button></form>",
                "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
                "<object data=http://e.example/o></object><embed src=http://e.example/e>",
                "<video poster=http://e.example/p><source onerror=alert(1)></video>",
                "<table background=http://e.example/t><tr><td>x</td></tr></table>",
                "<img srcset='http://e.example/a 2x'>",
                "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
                "<template><script>alert(1)</script></template>",
                "<<script>script>alert(1)<</script>/script>",
                "<b onmouseover=alert(1)>x</b>",
                "<!--><img src=x onerror=alert(1)>-->",
                "<textarea></textarea><script>alert(1)</script>",
            })
    void nothingActiveIsLeft(String hostile) {
        assertThat(SafeHtml.of(hostile, false)).doesNotMatch(ACTIVE).doesNotContain("<img");
        assertThat(SafeHtml.of(hostile, true)).doesNotMatch(ACTIVE);
    }

    @Test
    void looksStayAndLinksSayWhereTheyLead() {
        String safe = SafeHtml.of(
                "<h1>Hi</h1><table width=\"90%\"><tr><td colspan=2><b style='color:red'>bold</b></td></tr></table>"
                        + "<a href=\"https://evil.example/x?a=1\">https://bank.example</a>",
                false);
        assertThat(safe)
                .contains("<h1>Hi</h1>", "colspan=\"2\"", "color:red", "target=\"_blank\"", "noopener", "noreferrer")
                .contains("https://bank.example</a><small> [evil.example]</small>");
    }

    @Test
    void picturesOfElsewhereComeOnlyWhenAsked() {
        String html = "<p>x</p><img src=\"https://track.example/p.gif\" width=1>";
        assertThat(SafeHtml.hasRemotePictures(html)).isTrue();
        assertThat(SafeHtml.hasRemotePictures("<p>x</p><img src=cid:1>")).isFalse();
        assertThat(SafeHtml.of(html, false)).doesNotContain("track.example");
        assertThat(SafeHtml.of(html, true)).contains("src=\"https://track.example/p.gif\"");
    }

    @Test
    void endlessNestingEnds() {
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            SafeHtml.of("<div>".repeat(100_000), true);
            SafeHtml.of("<a href=x><table>".repeat(20_000), true);
            SafeHtml.of("<".repeat(500_000), true);
        });
    }
}
