-- Keeps what the tables and sequences hold after the start, for empty.sql. What a class of tests leaves behind must
-- not be seen by the next; the server's own job repository and the ranges that tables were made for stay.
CREATE SCHEMA baseline;
CREATE TABLE baseline.place (sequence regclass PRIMARY KEY, value bigint NOT NULL, called boolean NOT NULL);
CREATE VIEW baseline.kept AS
SELECT c.oid, c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relname NOT IN ('flyway_schema_history', 'content_partition')
   AND c.relname !~ '^(jbatch)?(job|execution|step|checkpoint)[a-z]*(data|status)'
 GROUP BY c.oid;
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT * FROM baseline.kept LOOP
        EXECUTE format('CREATE TABLE baseline.%I AS SELECT %s FROM public.%I', 'was_' || t.relname, t.columns, t.relname);
    END LOOP;
    FOR t IN SELECT oid::regclass AS sequence FROM pg_class
              WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
                AND relname !~ '^(jbatch)?(job|execution|step|checkpoint)[a-z]*data' LOOP
        EXECUTE format('INSERT INTO baseline.place SELECT %L, last_value, is_called FROM %s', t.sequence, t.sequence);
    END LOOP;
END $$;
