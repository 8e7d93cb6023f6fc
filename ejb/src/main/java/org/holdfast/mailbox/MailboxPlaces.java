package org.holdfast.mailbox;

/** In which order mailboxes fill the places that a plan has, for all who ask it in SQL. */
public final class MailboxPlaces {

    /**
     * The place of a connected mailbox {@code b}, from 1, among its owner's personal ones or the account's shared
     * ones: those that the owner chose come first, then the oldest; one that its owner paused takes no place.
     */
    public static final String PLACE = "row_number() OVER (PARTITION BY b.account_id, b.shared,"
            + " CASE WHEN b.shared THEN 0 ELSE b.owner_id END, b.state = 'PAUSED_BY_USER'"
            + " ORDER BY b.chosen_at IS NULL, b.connected_at, b.id)";

    private MailboxPlaces() {}
}
