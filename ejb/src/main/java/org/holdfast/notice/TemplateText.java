package org.holdfast.notice;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.refusal.Refusal;

/** A template's variables: which there are, which must be there, and putting values in their place. */
final class TemplateText {

    private static final Pattern VARIABLE = Pattern.compile("\\{\\{\\s*([A-Za-z_]*)\\s*}}");

    /** What a template may name; all of them are texts in the recipient's language. */
    static final Set<String> KNOWN = Set.of(
            "name",
            "account",
            "headline",
            "date",
            "days",
            "copies",
            "size",
            "account_copies",
            "account_size",
            "what",
            "sync",
            "keep",
            "longer",
            "link",
            "promise");

    private static final Map<NoticeKind, Set<String>> NEEDED = Map.of(
            NoticeKind.LEAVING, Set.of("date", "copies", "keep"),
            NoticeKind.RETRACTION, Set.of("date"));

    private TemplateText() {}

    /**
     * Checks a template that somebody wrote.
     *
     * @throws Refusal if it is too long or empty, names a variable that there is not, or leaves out one that
     *     readers need
     */
    static void check(NoticeKind kind, Notice.Text text) {
        require("subject", text.subject(), 200);
        require("plain text", text.plain(), 20_000);
        require("HTML", text.html(), 50_000);
        if (text.subject().chars().anyMatch(Character::isISOControl)) {
            throw unusable("The subject is one line");
        }
        for (String part : new String[] {text.subject(), text.plain(), text.html()}) {
            Set<String> unknown = variables(part);
            unknown.removeAll(KNOWN);
            if (!unknown.isEmpty()) {
                throw unusable("There is no variable " + String.join(", ", unknown) + "; there are "
                        + String.join(", ", new TreeSet<>(KNOWN)));
            }
        }
        for (String part : new String[] {text.plain(), text.html()}) {
            Set<String> missing = new TreeSet<>(NEEDED.get(kind));
            missing.removeAll(variables(part));
            if (!missing.isEmpty()) {
                throw unusable("Plain text and HTML both need the variables " + String.join(", ", missing));
            }
        }
    }

    private static void require(String what, String text, int most) {
        if (text == null || text.isBlank() || text.length() > most) {
            throw unusable("The " + what + " has 1 to " + most + " characters");
        }
    }

    private static Refusal unusable(String message) {
        return new Refusal(Refusal.Kind.UNUSABLE, "template-unusable", message);
    }

    private static Set<String> variables(String text) {
        Set<String> names = new TreeSet<>();
        Matcher variable = VARIABLE.matcher(text);
        while (variable.find()) {
            names.add(variable.group(1));
        }
        return names;
    }

    /** With values in place of the variables; in HTML they are escaped. */
    static Notice.Text fill(Notice.Text template, Map<String, String> values) {
        return new Notice.Text(
                fill(template.subject(), values, UnaryOperator.identity()),
                fill(template.plain(), values, UnaryOperator.identity()),
                fill(template.html(), values, TemplateText::escaped));
    }

    private static String fill(String template, Map<String, String> values, UnaryOperator<String> form) {
        return VARIABLE.matcher(template)
                .replaceAll(found -> Matcher.quoteReplacement(form.apply(values.getOrDefault(found.group(1), ""))));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
