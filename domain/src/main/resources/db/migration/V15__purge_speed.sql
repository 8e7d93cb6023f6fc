-- The purge in the order in which copies lie, instead of account by account: a run lists what is due once, in chunks
-- by ascending id. Ids are given out as copies are made, so a chunk is a stretch of the heap: each page is read and
-- written once in a run and not once for each account that has a copy in it.

-- Counting and listing what is due read the index only.
DROP INDEX mail_copy_unbound;
CREATE INDEX mail_copy_unbound ON mail_copy (account_id, clock, id) INCLUDE (mailbox_id, size_bytes, keep_until, hold_count)
    WHERE bind_count = 0;

-- A run that was planned cannot go on by another order: it ends, and the next one finds what it has left.
UPDATE purge_run r SET status = 'CANCELLED', window_closed = false, ended_at = coalesce(ended_at, heartbeat_at)
 WHERE status IN ('HELD', 'QUEUED', 'STOPPED', 'FAILED')
   AND EXISTS (SELECT FROM purge_slice s WHERE s.run_id = r.id AND NOT s.done);
UPDATE purge_slice SET done = true, lease_owner = NULL, lease_until = NULL WHERE NOT done;
UPDATE purge_run SET status = 'CANCELLED', failure = 'Holdfast was upgraded while it ran: start a new run', ended_at = heartbeat_at
 WHERE status IN ('STARTING', 'RUNNING', 'STOPPING') AND due_copies IS NOT NULL;

-- A slice is a range of copy ids. Its place is the number of the chunk that is next.
ALTER TABLE purge_slice
    ADD COLUMN first_copy bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_copy  bigint NOT NULL DEFAULT 0,
    ADD COLUMN next_chunk integer NOT NULL DEFAULT 1;
UPDATE purge_slice s SET first_copy = n.first_copy, last_copy = n.last_copy
  FROM (SELECT run_id, slice, min(first_copy) AS first_copy, max(last_copy) AS last_copy FROM ledger_entry
         GROUP BY run_id, slice) n
 WHERE n.run_id = s.run_id AND n.slice = s.number;
ALTER TABLE purge_slice
    ALTER COLUMN first_copy DROP DEFAULT,
    ALTER COLUMN last_copy DROP DEFAULT,
    DROP COLUMN first_account,
    DROP COLUMN last_account,
    DROP COLUMN cursor_account,
    DROP COLUMN cursor_clock,
    DROP COLUMN cursor_id;

-- What is to be looked at in one transaction: candidates, judged again under their locks. A chunk goes with the
-- transaction that purged all of it; what was skipped stays in it for another turn.
CREATE TABLE purge_chunk (
    run_id   bigint   NOT NULL,
    slice    integer  NOT NULL,
    number   integer  NOT NULL,
    copies   bigint[] NOT NULL,
    accounts bigint[] NOT NULL,
    PRIMARY KEY (run_id, slice, number),
    FOREIGN KEY (run_id, slice) REFERENCES purge_slice (run_id, number)
);

-- What a slice removed by which terms, so that a run's page can tell while it runs.
CREATE TABLE purge_slice_terms (
    run_id   bigint  NOT NULL,
    slice    integer NOT NULL,
    terms_id bigint  NOT NULL,
    copies   bigint  NOT NULL,
    bytes    bigint  NOT NULL,
    PRIMARY KEY (run_id, slice, terms_id)
);

-- What a run grants these accounts: the terms as of its instant, of accounts whose plan today keeps no longer, with what
-- holds the account. Its settings keep it from being merged into a query, whose planner would take it for a few rows.
CREATE FUNCTION purge_terms(accounts bigint[], as_of timestamptz, today timestamptz)
    RETURNS TABLE (account_id bigint, plan_code text, terms_id bigint, unbound_days integer, hold_count integer,
                   keep_until timestamptz)
    LANGUAGE sql STABLE ROWS 10000 SET search_path = public, pg_temp
AS $$
    SELECT a.id, e.plan_code, e.terms_id, e.unbound_days, a.hold_count, a.keep_until
      FROM unnest(accounts) AS x (id)
      JOIN account a ON a.id = x.id
      JOIN entitlement(as_of, 'infinity') e ON e.account_id = a.id
      JOIN entitlement(today, 'infinity') n ON n.account_id = a.id
     WHERE as_of - e.unbound_days * interval '24 hours' <= today - n.unbound_days * interval '24 hours'
$$;

-- Keeps plans and holds as they are until the transaction ends: whoever changes what an account may keep updates its
-- row, and an update waits for this lock. One lock instead of one a row, since a chunk has copies of many accounts.
-- False, at once, while somebody is at it: then the rows that are free are locked one by one.
CREATE FUNCTION purge_lock_accounts() RETURNS boolean
    LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    LOCK TABLE account IN SHARE MODE NOWAIT;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;

-- An entry names copies that lie close together: found by its range. Others are found by ledger_place.
CREATE INDEX ledger_entry_dense ON ledger_entry USING gist (int8range(first_copy, last_copy, '[]'))
    WHERE last_copy - first_copy < 256::bigint * copies;

-- Writes a range anew with the content of the copies that are there. Readers and writers go on meanwhile; under
-- the lock, for the moment of the exchange, what they changed is made good. Until then nothing of the whole is locked, so
-- that several ranges are written at once and do not wait for each other in a circle.
CREATE OR REPLACE FUNCTION content_rewrite(range integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s'
AS $$
DECLARE
    place content_partition;
    old   text := 'mail_content_' || range;
    new   text := 'mail_content_' || range || '_new';
    kept  bigint;
    late  bigint;
BEGIN
    SELECT * INTO STRICT place FROM content_partition WHERE number = range;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING STORAGE, CONSTRAINT within'
                   ' CHECK (copy_id IS NOT NULL AND copy_id >= %s AND copy_id < %s))', new, old, place.first_copy, place.end_copy);
    EXECUTE format('INSERT INTO %I SELECT t.* FROM %I t JOIN mail_copy c ON c.id = t.copy_id'
                   ' WHERE c.id >= %s AND c.id < %s', new, old, place.first_copy, place.end_copy);
    GET DIAGNOSTICS kept = ROW_COUNT;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (copy_id)', new);
    -- Not its other ranges: somebody may be writing one of them anew, and wait for this.
    LOCK TABLE ONLY mail_content IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('DELETE FROM %I n WHERE NOT EXISTS (SELECT FROM %I t WHERE t.copy_id = n.copy_id)', new, old);
    GET DIAGNOSTICS late = ROW_COUNT;
    kept := kept - late;
    EXECUTE format('INSERT INTO %I SELECT t.* FROM %I t JOIN mail_copy c ON c.id = t.copy_id'
                   ' WHERE c.id >= %s AND c.id < %s AND NOT EXISTS (SELECT FROM %I n WHERE n.copy_id = c.id)',
                   new, old, place.first_copy, place.end_copy, new);
    GET DIAGNOSTICS late = ROW_COUNT;
    EXECUTE format('ALTER TABLE mail_content DETACH PARTITION %I', old);
    EXECUTE format('DROP TABLE %I', old);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', new, old);
    EXECUTE format('ALTER TABLE mail_content ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', old,
                   CASE WHEN range = 0 THEN 'MINVALUE' ELSE place.first_copy::text END, place.end_copy);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT within', old);
    RETURN kept + late;
END $$;

-- Verifications of the ledger can be given up.
ALTER TABLE ledger_verification DROP CONSTRAINT ledger_verification_status_check;
ALTER TABLE ledger_verification ADD CONSTRAINT ledger_verification_status_check
    CHECK (status IN ('RUNNING', 'INTACT', 'BROKEN', 'FAILED', 'CANCELLED'));
