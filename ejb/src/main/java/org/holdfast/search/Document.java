package org.holdfast.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.message.Head;

/**
 * The words of a message as PostgreSQL's text search takes them, bounded whatever the message is. Each begins
 * with the id of its mailbox, so that no search ever reads another's.
 */
final class Document {

    /** Words of a text that are taken; what follows is mostly quoted again. */
    private static final int MOST_WORDS = 3_000;

    /** Different words, with and without marks. */
    private static final int MOST_LEXEMES = 2_000;

    /** Places a lexeme has at most. */
    private static final int MOST_PLACES = 60;

    /** Between two fields, so that no phrase spans them. */
    private static final int GAP = 50;

    /** Of all lexemes and places; PostgreSQL takes twice that and refuses what is above. */
    private static final int MOST_BYTES = 500_000;

    /** Alignment and number of places. */
    private static final int BYTES_OF_LEXEME = 4;

    private static final int BYTES_OF_PLACE = 2;

    private static final int LAST_PLACE = 16_000;

    private final String prefix;
    private final Map<String, StringBuilder> places = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private int place;
    private int bytes;

    private Document(long mailboxId) {
        this.prefix = prefix(mailboxId);
    }

    /** What every word of a mailbox begins with. */
    static String prefix(long mailboxId) {
        return Long.toString(mailboxId, Character.MAX_RADIX) + ":";
    }

    /**
     * To be cast to tsvector.
     *
     * @param text null: none
     */
    static String of(long mailboxId, Head head, String text) {
        Document document = new Document(mailboxId);
        document.add(head.subject(), SearchField.SUBJECT);
        document.add(head.sender(), SearchField.SENDER);
        document.add(head.recipients(), SearchField.RECIPIENT);
        document.add(text, SearchField.ANY);
        return document.toString();
    }

    private void add(String text, SearchField field) {
        if (text == null) {
            return;
        }
        List<Word> words = Word.of(text, MOST_WORDS);
        for (Word word : words) {
            place = Math.min(place + 1, LAST_PLACE);
            put(word.folded(), field.weight());
            if (word.isMarked()) {
                put(word.exact(), field.weight());
            }
        }
        place += GAP;
    }

    private void put(String lexeme, char weight) {
        boolean isNew = !places.containsKey(lexeme);
        int more = BYTES_OF_PLACE + (isNew ? Word.bytes(prefix + lexeme) + BYTES_OF_LEXEME : 0);
        if (lexeme.isEmpty() || (isNew && places.size() >= MOST_LEXEMES) || bytes + more > MOST_BYTES) {
            return;
        }
        if (counts.merge(lexeme, 1, Integer::sum) <= MOST_PLACES) {
            bytes += more;
            StringBuilder all = places.computeIfAbsent(lexeme, key -> new StringBuilder());
            all.append(all.isEmpty() ? "" : ",").append(place).append(weight);
        }
    }

    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        // Words are letters, digits and marks: nothing in them needs a quote.
        places.forEach((word, at) -> all.append('\'')
                .append(prefix)
                .append(word)
                .append("':")
                .append(at)
                .append(' '));
        return all.toString();
    }
}
