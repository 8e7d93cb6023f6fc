-- Everything as baseline.sql found it, in one transaction, past the triggers that keep the ledger and the dated rows.
DO $$
DECLARE
    t record;
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('public.%I', relname), ', ' ORDER BY relname) FROM baseline.kept);
    FOR t IN SELECT * FROM baseline.kept LOOP
        EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM baseline.%I',
                       t.relname, t.columns, t.columns, 'was_' || t.relname);
    END LOOP;
    PERFORM setval(sequence, value, called) FROM baseline.place;
END $$;
