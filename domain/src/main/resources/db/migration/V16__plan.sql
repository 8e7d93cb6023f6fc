-- A notice of which nobody knew whether it arrived, and that a person had sent again, may have arrived twice, once
-- or never: whoever may have read it is also told when its change is withdrawn.
ALTER TABLE notice ADD COLUMN may_have_arrived boolean NOT NULL DEFAULT false;

-- A preview that a run names is kept as long as the run, as one that a change or a plan names is by its key.
ALTER TABLE purge_run ADD FOREIGN KEY (preview_id) REFERENCES preview;
ALTER TABLE purge_run_preview ADD FOREIGN KEY (preview_id) REFERENCES preview;
CREATE INDEX purge_run_preview_of ON purge_run_preview (preview_id);
CREATE INDEX purge_run_named_preview ON purge_run (preview_id) WHERE preview_id IS NOT NULL;
CREATE INDEX terms_change_preview ON terms_change (preview_id) WHERE preview_id IS NOT NULL;
CREATE INDEX subscription_preview ON subscription (preview_id) WHERE preview_id IS NOT NULL;

-- Previews that were cleared and whose mailboxes are still to be taken away, some at a time.
CREATE TABLE preview_cleared (
    preview_id bigint      PRIMARY KEY,
    cleared_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
