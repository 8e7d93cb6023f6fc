-- Rights of the role that Holdfast works with, where it is not the owner of the tables. The owner migrates
-- (start Holdfast once as the owner, or run the migrations by hand) and runs this file after each migration:
--   psql -v role=holdfast_app -f grants.sql
-- With these rights the application can add to the ledger and to the audit trail, and change neither.

GRANT USAGE ON SCHEMA public TO :role;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :role;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :role;

REVOKE UPDATE, DELETE ON ledger_entry, audit_event FROM :role;
REVOKE DELETE ON purge_run, purge_slice FROM :role;
REVOKE INSERT, UPDATE, DELETE ON flyway_schema_history, content_partition FROM :role;

-- Content is opened, emptied and written anew by these, with the owner's rights.
GRANT EXECUTE ON FUNCTION content_extend(bigint), content_truncate(integer), content_rewrite(integer) TO :role;
