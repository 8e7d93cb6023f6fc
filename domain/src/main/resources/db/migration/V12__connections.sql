-- Moves during a pass, the breaker by accounts, and how connections are made and kept.

-- The pass (its lease's token) that found the original gone: only a later one that saw the whole mailbox
-- knows that it is nowhere else.
ALTER TABLE departed_copy ADD COLUMN noted_in bigint NOT NULL DEFAULT 0;

-- Up to where somebody said that copies may be gone, and during which lease: holds for folders too that have
-- no watermark of their own yet.
ALTER TABLE mailbox_sync ADD COLUMN fill_mark timestamptz;
ALTER TABLE mailbox_sync ADD COLUMN fill_mark_lease bigint;

-- Accounts whose mailboxes could not reach the host, one after the other; as many as open the breaker.
ALTER TABLE provider_host ADD COLUMN accounts bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE provider_host ADD COLUMN last_account bigint;
ALTER TABLE provider_host DROP COLUMN last_mailbox;
COMMENT ON COLUMN provider_host.failures IS
    'Different accounts that could not reach the host; with an open breaker, one more for each try in vain';
