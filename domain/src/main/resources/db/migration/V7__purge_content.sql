-- Content by ranges of copy ids, and its release after the purge.
--
-- Ids are given out as copies are made, so a range of ids is a stretch of time, and a copy's id alone says
-- where its content is. What is purged together lies together: a range without copies is truncated, one
-- that is mostly released is written anew with what stays, and only the rest is deleted row by row.
-- Tables that hang on a copy (attachments, search entries) reference mail_copy ON DELETE CASCADE, with an
-- index on copy_id, and so go with it in whichever way it goes. Only bindings must not: see V1.

ALTER TABLE mail_content RENAME TO mail_content_0;
ALTER INDEX mail_content_pkey RENAME TO mail_content_0_pkey;

CREATE TABLE mail_content (
    copy_id bigint NOT NULL PRIMARY KEY,
    raw     bytea  NOT NULL
) PARTITION BY RANGE (copy_id);
-- Partitions inherit it: a range of a large message is read without unpacking all of it.
ALTER TABLE mail_content ALTER COLUMN raw SET STORAGE EXTERNAL;

-- The ranges in being. They leave no gap and are never dropped; what lies above the last is in mail_content_default.
CREATE TABLE content_partition (
    number     integer     PRIMARY KEY,
    first_copy bigint      NOT NULL UNIQUE,
    -- Exclusive.
    end_copy   bigint      NOT NULL UNIQUE CHECK (end_copy > first_copy),
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

DO $$
DECLARE
    bound bigint;
BEGIN
    SELECT 65536 * (1 + greatest((SELECT max(copy_id) FROM mail_content_0), (SELECT last_value FROM mail_copy_id_seq), 0)
                        / 65536) INTO bound;
    EXECUTE format('ALTER TABLE mail_content ATTACH PARTITION mail_content_0 FOR VALUES FROM (MINVALUE) TO (%s)', bound);
    INSERT INTO content_partition (number, first_copy, end_copy) VALUES (0, 0, bound);
END $$;
CREATE TABLE mail_content_default PARTITION OF mail_content DEFAULT;

-- The functions below change tables, which is for their owner: they run with the owner's rights, so that the
-- application's role needs none of these.

-- Opens ranges until a whole one lies above the ids given out. Ranges grow and shrink so that one takes a week or
-- so to fill; 'wanted' sets the number of ids instead. Returns how many were opened.
CREATE FUNCTION content_extend(wanted bigint DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s'
AS $$
DECLARE
    latest content_partition;
    above  bigint;
    span   bigint;
    made   integer := 0;
BEGIN
    LOOP
        SELECT * INTO latest FROM content_partition ORDER BY number DESC LIMIT 1;
        EXIT WHEN latest.first_copy > (SELECT last_value FROM mail_copy_id_seq)
            AND NOT EXISTS (SELECT FROM mail_content_default);
        LOCK TABLE mail_content IN ACCESS EXCLUSIVE MODE;
        IF latest.number <> (SELECT max(number) FROM content_partition) THEN
            CONTINUE; -- another node was faster
        END IF;
        SELECT max(copy_id) INTO above FROM mail_content_default;
        IF above IS NOT NULL THEN
            -- Copies came faster than ranges were opened: what is there becomes a range of its own.
            above := greatest(above, (SELECT last_value FROM mail_copy_id_seq)) + 1;
            ALTER TABLE mail_content DETACH PARTITION mail_content_default;
            EXECUTE format('ALTER TABLE mail_content_default RENAME TO mail_content_%s', latest.number + 1);
            EXECUTE format('ALTER TABLE mail_content ATTACH PARTITION mail_content_%s FOR VALUES FROM (%s) TO (%s)',
                           latest.number + 1, latest.end_copy, above);
            CREATE TABLE mail_content_default PARTITION OF mail_content DEFAULT;
        ELSE
            span := latest.end_copy - latest.first_copy;
            above := latest.end_copy + coalesce(wanted, CASE
                WHEN latest.opened_at > clock_timestamp() - interval '3 days' THEN least(2 * span, 4194304)
                WHEN latest.opened_at < clock_timestamp() - interval '14 days' THEN greatest(span / 2, 65536)
                ELSE span END);
            EXECUTE format('CREATE TABLE mail_content_%s PARTITION OF mail_content FOR VALUES FROM (%s) TO (%s)',
                           latest.number + 1, latest.end_copy, above);
        END IF;
        INSERT INTO content_partition (number, first_copy, end_copy) VALUES (latest.number + 1, latest.end_copy, above);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- Empties a range in which no copy is left; false, and nothing is done, if there is one. Whoever stores content
-- has the lock until their copy can be seen, or stores it after the range was emptied.
CREATE FUNCTION content_truncate(range integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s'
AS $$
DECLARE
    place content_partition;
BEGIN
    SELECT * INTO STRICT place FROM content_partition WHERE number = range;
    EXECUTE format('LOCK TABLE mail_content_%s IN ACCESS EXCLUSIVE MODE', range);
    IF EXISTS (SELECT FROM mail_copy WHERE id >= place.first_copy AND id < place.end_copy) THEN
        RETURN false;
    END IF;
    EXECUTE format('TRUNCATE mail_content_%s', range);
    RETURN true;
END $$;

-- Writes a range anew with the content of the copies that are there. Readers and writers go on meanwhile; under
-- the lock, for the moment of the exchange, what they changed is made good.
CREATE FUNCTION content_rewrite(range integer) RETURNS bigint
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
    EXECUTE format('CREATE TABLE %I (LIKE mail_content INCLUDING STORAGE, CONSTRAINT within'
                   ' CHECK (copy_id IS NOT NULL AND copy_id >= %s AND copy_id < %s))', new, place.first_copy, place.end_copy);
    EXECUTE format('INSERT INTO %I SELECT t.* FROM %I t JOIN mail_copy c ON c.id = t.copy_id'
                   ' WHERE c.id >= %s AND c.id < %s', new, old, place.first_copy, place.end_copy);
    GET DIAGNOSTICS kept = ROW_COUNT;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (copy_id)', new);
    LOCK TABLE mail_content IN ACCESS EXCLUSIVE MODE;
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

REVOKE ALL ON FUNCTION content_extend(bigint), content_truncate(integer), content_rewrite(integer) FROM PUBLIC;

DO $$ BEGIN PERFORM content_extend(); END $$;

-- Up to which entry of a slice the sweep has released the content of the copies that the ledger names.
CREATE TABLE content_sweep (
    run_id  bigint  NOT NULL,
    slice   integer NOT NULL,
    entries integer NOT NULL,
    PRIMARY KEY (run_id, slice)
);

-- In which entry a purged copy is named. Made by the sweep from the entries and of no weight by itself: what it
-- points to is read in the ledger. A row holds some hundred copies by ascending id.
CREATE TABLE ledger_place (
    first_copy bigint NOT NULL,
    last_copy  bigint NOT NULL,
    run_id     bigint NOT NULL,
    places     bytea  NOT NULL
);
ALTER TABLE ledger_place ALTER COLUMN places SET STORAGE EXTERNAL;
CREATE INDEX ledger_place_copy ON ledger_place USING gist (int8range(first_copy, last_copy, '[]'));
-- Of the entries only those that the sweep has not seen are looked through.
DROP INDEX ledger_entry_copy;

-- Counting and previewing may use several workers.
ALTER FUNCTION entitlement(timestamptz, timestamptz) PARALLEL SAFE;
