package org.holdfast.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A part of a collection.
 *
 * @param next the cursor of the next page; empty on the last
 */
public record Page<T>(List<T> items, Optional<String> next) {

    private static final int USUAL = 50;
    private static final int MOST = 200;

    /**
     * How many items a page has.
     *
     * @param limit as the caller asked; null: the usual number
     * @throws InvalidRequest unless it is 1 to {@value #MOST}
     */
    static int size(Integer limit) {
        if (limit == null) {
            return USUAL;
        }
        if (limit < 1 || limit > MOST) {
            throw InvalidRequest.of("limit", "is 1 to " + MOST);
        }
        return limit;
    }

    /** Everything there is, on one page. */
    static <E, T> Page<T> whole(List<E> rows, Function<E, T> view) {
        return new Page<>(rows.stream().map(view).toList(), Optional.empty());
    }

    /** The id after which a page begins; 0 on the first. */
    static long afterId(String cursor, String collection) {
        return Cursor.read(cursor, collection, 1).map(keys -> keys.get(0)).orElse(0L);
    }

    /** A page from up to size + 1 rows in the order of their ids: the one too many says that there is a next page. */
    static <E, T> Page<T> byId(List<E> rows, int size, String collection, ToLongFunction<E> id, Function<E, T> view) {
        return of(rows, size, last -> Cursor.of(collection, id.applyAsLong(last)), view);
    }

    /** A page from up to size + 1 rows. */
    static <E, T> Page<T> of(List<E> rows, int size, Function<E, String> cursor, Function<E, T> view) {
        List<E> shown = rows.size() > size ? rows.subList(0, size) : rows;
        return new Page<>(
                shown.stream().map(view).toList(),
                rows.size() > size ? Optional.of(cursor.apply(shown.get(size - 1))) : Optional.empty());
    }
}
