package org.holdfast.message;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.HtmlSanitizer;
import org.owasp.html.HtmlStreamEventReceiver;
import org.owasp.html.HtmlStreamRenderer;
import org.owasp.html.PolicyFactory;

/**
 * HTML of a message, made safe to be shown: text, tables, lists and their looks stay; whatever runs, asks,
 * submits or frames goes. Links say where they lead.
 */
public final class SafeHtml {

    private static final int LONGEST = 1024 * 1024;

    /** A text that is still not the same after so many rounds is not shown. */
    private static final int MOST_ROUNDS = 5;

    private static final HtmlPolicyBuilder WORDS = new HtmlPolicyBuilder()
            .allowElements(
                    "a",
                    "abbr",
                    "address",
                    "b",
                    "big",
                    "blockquote",
                    "br",
                    "caption",
                    "center",
                    "cite",
                    "code",
                    "col",
                    "colgroup",
                    "dd",
                    "del",
                    "dfn",
                    "div",
                    "dl",
                    "dt",
                    "em",
                    "font",
                    "h1",
                    "h2",
                    "h3",
                    "h4",
                    "h5",
                    "h6",
                    "hr",
                    "i",
                    "ins",
                    "kbd",
                    "li",
                    "ol",
                    "p",
                    "pre",
                    "q",
                    "s",
                    "samp",
                    "small",
                    "span",
                    "strike",
                    "strong",
                    "sub",
                    "sup",
                    "table",
                    "tbody",
                    "td",
                    "tfoot",
                    "th",
                    "thead",
                    "tr",
                    "tt",
                    "u",
                    "ul",
                    "var")
            .allowAttributes("href")
            .onElements("a")
            .allowAttributes("title", "dir", "lang")
            .globally()
            .allowAttributes("align", "valign", "width", "height", "bgcolor", "border", "cellpadding", "cellspacing")
            .onElements("table", "tr", "td", "th", "col", "colgroup", "tbody", "thead", "tfoot", "div", "p", "hr")
            .allowAttributes("colspan", "rowspan")
            .onElements("td", "th")
            .allowAttributes("color", "size", "face")
            .onElements("font")
            .allowUrlProtocols("http", "https", "mailto")
            .allowStyling()
            .requireRelsOnLinks("noopener", "noreferrer", "nofollow");

    private static final PolicyFactory WITHOUT_PICTURES = WORDS.toFactory();

    private static final PolicyFactory PICTURES = new HtmlPolicyBuilder()
            .allowElements("img")
            .allowUrlProtocols("http", "https")
            .allowAttributes("src", "alt", "width", "height")
            .onElements("img")
            .toFactory();

    private SafeHtml() {}

    /**
     * The body of a page.
     *
     * @param pictures whether addresses of pictures stay, so that a browser fetches them
     */
    public static String of(String html, boolean pictures) {
        PolicyFactory policy = pictures ? WITHOUT_PICTURES.and(PICTURES) : WITHOUT_PICTURES;
        String text = html.length() <= LONGEST ? html : html.substring(0, LONGEST);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            String next = policy.sanitize(text);
            if (next.equals(text)) {
                return withVisibleTargets(text, policy);
            }
            text = next;
        }
        return "";
    }

    /** Whether there are pictures somewhere else that could be fetched. */
    public static boolean hasRemotePictures(String html) {
        return PICTURES.sanitize(html.length() <= LONGEST ? html : html.substring(0, LONGEST))
                .contains("<img");
    }

    private static String withVisibleTargets(String clean, PolicyFactory policy) {
        StringBuilder out = new StringBuilder();
        HtmlStreamRenderer renderer = HtmlStreamRenderer.create(out, problem -> {
            throw new IllegalStateException("Cannot be written: " + problem);
        });
        HtmlSanitizer.sanitize(clean, policy.apply(new Targets(renderer)));
        return out.toString();
    }

    /** Puts the host behind each link and has it opened in a window of its own. */
    private static final class Targets implements HtmlStreamEventReceiver {

        private final HtmlStreamEventReceiver out;
        private String target;

        Targets(HtmlStreamEventReceiver out) {
            this.out = out;
        }

        @Override
        public void openDocument() {
            out.openDocument();
        }

        @Override
        public void closeDocument() {
            out.closeDocument();
        }

        @Override
        public void text(String said) {
            out.text(said);
        }

        @Override
        public void openTag(String name, List<String> attributes) {
            if (!name.equals("a")) {
                out.openTag(name, attributes);
                return;
            }
            List<String> all = new ArrayList<>(attributes);
            int href = all.indexOf("href");
            target = href < 0 ? null : place(all.get(href + 1));
            if (target != null) {
                all.addAll(List.of("target", "_blank"));
            }
            out.openTag(name, all);
        }

        @Override
        public void closeTag(String name) {
            out.closeTag(name);
            if (name.equals("a") && target != null) {
                out.openTag("small", List.of());
                out.text(" [" + target + "]");
                out.closeTag("small");
                target = null;
            }
        }

        /** Host, or the address of a mail; as written where it is neither. */
        private static String place(String href) {
            try {
                URI uri = new URI(href.strip());
                return uri.getHost() != null ? uri.getHost() : uri.getSchemeSpecificPart();
            } catch (URISyntaxException e) {
                return href.length() <= 100 ? href : href.substring(0, 100) + "…";
            }
        }
    }
}
