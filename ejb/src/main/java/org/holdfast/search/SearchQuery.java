package org.holdfast.search;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.holdfast.refusal.Refusal;

/**
 * What somebody looks for. Words and "phrases", all of which must be there; a word with marks finds itself, one
 * without any finds both; an asterisk at the end of a word finds what begins so. {@code subject:},
 * {@code sender:} (or {@code from:}) and {@code recipient:} (or {@code to:}) look in one field;
 * {@code after:} and {@code before:} take a day in UTC, the first included, the second not;
 * {@code has:attachment}, {@code is:bound} and {@code is:unbound} choose among the copies.
 */
public final class SearchQuery {

    private static final int LONGEST = 500;
    private static final int MOST_TERMS = 20;
    private static final int SHORTEST_BEGINNING = 2;
    private static final Pattern ITEM = Pattern.compile("(?:([A-Za-z]+):)?(?:\"([^\"]*)\"|([^\\s\"]+))");
    private static final Pattern EMPTY =
            Pattern.compile("(?:subject|sender|from|recipient|to|before|after|has|is):", Pattern.CASE_INSENSITIVE);
    private static final String OPERATORS =
            "subject:, sender:, recipient:, before:, after:, has:attachment, is:bound, is:unbound";

    private final List<Term> terms = new ArrayList<>();
    private Instant before;
    private Instant after;
    private boolean attachment;
    private Boolean bound;

    private record Term(SearchField field, List<Word> words, boolean begins) {

        String lexemes(String prefix) {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < words.size(); i++) {
                Word word = words.get(i);
                boolean open = begins && i == words.size() - 1;
                String label = (open ? "*" : "") + field.label();
                all.add("'" + prefix + (open ? word.folded() : word.exact()) + "'"
                        + (label.isEmpty() ? "" : ":" + label));
            }
            return "(" + String.join(" <-> ", all) + ")";
        }
    }

    private SearchQuery() {}

    /**
     * Reads a query.
     *
     * @throws Refusal {@code query-invalid}, with a sentence that says what is wrong and what is right
     */
    public static SearchQuery parse(String text) {
        if (text == null || text.isBlank()) {
            throw wrong("Say what to look for: words, \"a phrase\", or " + OPERATORS);
        }
        if (text.length() > LONGEST) {
            throw wrong("A query has at most " + LONGEST + " characters");
        }
        SearchQuery query = new SearchQuery();
        Matcher item = ITEM.matcher(text);
        int end = 0;
        while (item.find()) {
            requireBlank(text.substring(end, item.start()));
            query.add(item.group(1), item.group(2), item.group(3));
            end = item.end();
        }
        requireBlank(text.substring(end));
        if (query.terms.size() > MOST_TERMS) {
            throw wrong("A query has at most " + MOST_TERMS + " words and phrases");
        }
        return query;
    }

    private static void requireBlank(String between) {
        if (!between.isBlank()) {
            throw wrong("A quotation mark is not closed: write \"two words\"");
        }
    }

    private void add(String operator, String quoted, String bare) {
        String value = quoted == null ? bare : quoted;
        if (operator == null) {
            if (EMPTY.matcher(value).matches()) {
                throw wrong(value + " is followed by what it looks for, without a space between");
            }
            addWords(SearchField.ANY, value, quoted == null);
            return;
        }
        String name = operator.toLowerCase(Locale.ROOT);
        switch (name) {
            case "before" -> before = day(name, value);
            case "after" -> after = day(name, value);
            case "has" -> {
                requireOneOf(name, value, "attachment");
                attachment = true;
            }
            case "is" -> {
                requireOneOf(name, value, "bound", "unbound");
                boolean wanted = value.equalsIgnoreCase("bound");
                if (bound != null && bound != wanted) {
                    throw wrong("No message is both bound and unbound: leave one out");
                }
                bound = wanted;
            }
            default ->
                addWords(
                        SearchField.ofOperator(name)
                                .orElseThrow(() -> wrong("There is no operator " + name + ": ; there are " + OPERATORS
                                        + ". To look for the text itself, put it in quotation marks")),
                        value,
                        quoted == null);
        }
    }

    private void addWords(SearchField field, String value, boolean mayBegin) {
        List<Word> words = Word.of(value, MOST_TERMS);
        boolean begins = mayBegin && value.endsWith("*");
        if (words.isEmpty()) {
            throw wrong("There is no word in " + value + ": search goes by letters and digits");
        }
        if (begins && words.get(words.size() - 1).folded().length() < SHORTEST_BEGINNING) {
            throw wrong("Give at least " + SHORTEST_BEGINNING + " letters before the asterisk");
        }
        terms.add(new Term(field, words, begins));
    }

    private static void requireOneOf(String operator, String value, String... allowed) {
        if (!List.of(allowed).contains(value.toLowerCase(Locale.ROOT))) {
            throw wrong(operator + ": takes " + String.join(" or ", allowed) + ", not " + value);
        }
    }

    private static Instant day(String operator, String value) {
        try {
            return LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "query-invalid",
                    operator + ": takes a day such as " + operator + ":2019-04-30, not " + value,
                    e);
        }
    }

    private static Refusal wrong(String sentence) {
        return new Refusal(Refusal.Kind.UNUSABLE, "query-invalid", sentence);
    }

    /** Whether it looks for words at all. */
    boolean hasWords() {
        return !terms.isEmpty();
    }

    /** To be cast to tsquery: the words in any of these mailboxes. */
    String words(Collection<Long> mailboxes) {
        return mailboxes.stream()
                .map(Document::prefix)
                .map(prefix ->
                        terms.stream().map(term -> term.lexemes(prefix)).collect(Collectors.joining(" & ", "(", ")")))
                .collect(Collectors.joining(" | "));
    }

    /** Received before this instant; null: whenever. */
    Instant before() {
        return before;
    }

    /** Received at or after this instant; null: whenever. */
    Instant after() {
        return after;
    }

    boolean wantsAttachment() {
        return attachment;
    }

    /** True: bound copies only, false: unbound ones; null: either. */
    Boolean bound() {
        return bound;
    }
}
