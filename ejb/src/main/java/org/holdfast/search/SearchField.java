package org.holdfast.search;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where in a message a word is looked for. */
enum SearchField {
    SUBJECT('A'),
    SENDER('B'),
    RECIPIENT('C'),
    /** Everywhere; what is nowhere else is in the text. */
    ANY('D');

    private final char weight;

    SearchField(char weight) {
        this.weight = weight;
    }

    /** The label of its words in PostgreSQL's text search. */
    char weight() {
        return weight;
    }

    /** How a query restricts a word to this field; empty: to none. */
    String label() {
        return this == ANY ? "" : String.valueOf(weight);
    }

    /** The field of an operator; empty if there is none of that name. */
    static Optional<SearchField> ofOperator(String name) {
        String wanted =
                switch (name) {
                    case "from" -> "sender";
                    case "to" -> "recipient";
                    default -> name;
                };
        return Arrays.stream(values())
                .filter(field ->
                        field != ANY && field.name().toLowerCase(Locale.ROOT).equals(wanted))
                .findFirst();
    }
}
