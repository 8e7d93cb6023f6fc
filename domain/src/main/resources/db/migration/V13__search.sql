-- Conversations and full-text search: one entry for each copy.

-- No foreign key, and so no look-up for each row that the purge deletes: the trigger below removes the entries of
-- all copies that a statement deleted, in one statement and in its transaction, in whichever way they went.
CREATE TABLE search_entry (
    copy_id    bigint      PRIMARY KEY,
    mailbox_id bigint      NOT NULL,
    -- The copy's, which never changes: matches are put in order without a look at the copies.
    clock      timestamptz NOT NULL,
    -- Conversation, known by the id of the first of its copies that was stored. Never spans mailboxes.
    thread_id  bigint      NOT NULL,
    -- What ties messages together, as hashes that have the mailbox in them: Message-ID and those it refers to.
    links      bigint[]    NOT NULL,
    attachment boolean     NOT NULL,
    -- Words of subject (A), sender (B), recipients (C) and text (D). Each word begins with the mailbox's id, so that
    -- a search reads the postings of its own mailboxes only, however many others have the word.
    document   tsvector    NOT NULL
);
-- Documents lie out of line: a frequent word visits many rows, and they are to be narrow.
ALTER TABLE search_entry SET (toast_tuple_target = 256);
CREATE INDEX search_entry_document ON search_entry USING gin (document);
-- Asked for by every arrival, so nothing waits in a pending list.
CREATE INDEX search_entry_links ON search_entry USING gin (links) WITH (fastupdate = off);
CREATE INDEX search_entry_thread ON search_entry (thread_id, clock DESC, copy_id DESC);

CREATE FUNCTION forget_search_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_entry e USING gone WHERE e.copy_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_entries_gone AFTER DELETE ON mail_copy REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION forget_search_entries();

-- Mailboxes whose copies from before this migration have no entries yet: filled newest first, down to the key.
CREATE TABLE search_fill (
    mailbox_id  bigint PRIMARY KEY,
    below_clock timestamptz NOT NULL DEFAULT 'infinity',
    below_id    bigint      NOT NULL DEFAULT 0
);
INSERT INTO search_fill (mailbox_id) SELECT m.id FROM mailbox m WHERE EXISTS (SELECT FROM mail_copy c WHERE c.mailbox_id = m.id);
