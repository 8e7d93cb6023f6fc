package org.holdfast.message;

import java.util.List;
import java.util.Set;
import org.owasp.html.HtmlSanitizer;

/** The text of an HTML page, for search; no layout. */
final class HtmlText implements HtmlSanitizer.Policy {

    private static final Set<String> UNSEEN = Set.of("style", "script", "title", "head", "template", "noscript");
    private static final Set<String> WITHIN_WORDS = Set.of(
            "a", "b", "i", "u", "s", "em", "strong", "span", "font", "mark", "small", "big", "wbr", "sub", "sup");

    private final StringBuilder text = new StringBuilder();
    private int unseen;

    private HtmlText() {}

    static String of(String html) {
        HtmlText reader = new HtmlText();
        HtmlSanitizer.sanitize(html, reader);
        return reader.text.toString();
    }

    @Override
    public void openDocument() {
        // nothing to do
    }

    @Override
    public void closeDocument() {
        // nothing to do
    }

    @Override
    public void openTag(String name, List<String> attributes) {
        if (UNSEEN.contains(name)) {
            unseen++;
        }
        separate(name);
    }

    @Override
    public void closeTag(String name) {
        if (UNSEEN.contains(name)) {
            unseen = Math.max(0, unseen - 1);
        }
        separate(name);
    }

    private void separate(String name) {
        if (!WITHIN_WORDS.contains(name)) {
            text.append(' ');
        }
    }

    @Override
    public void text(String said) {
        if (unseen == 0) {
            text.append(said);
        }
    }
}
