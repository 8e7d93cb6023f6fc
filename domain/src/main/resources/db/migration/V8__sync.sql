-- Synchronisation: originals that move, numbers that are used again, backing off, and progress.

-- RFC822.SIZE when the copy was stored, which some servers get wrong; NULL: as size_bytes.
ALTER TABLE mail_copy ADD COLUMN announced_size bigint;
-- A copy whose number was given to another original keeps a place of its own: uid_validity = -id.
CREATE INDEX mail_copy_gone ON mail_copy (mailbox_id) WHERE original_gone_at IS NOT NULL;

-- Copies whose originals have left their folder: found in another one they move there with everything
-- that hangs on them, else they follow their originals at the end of a pass that saw all folders. No
-- foreign key: the purge deletes copies by the thousand; a row without its copy is swept up.
CREATE TABLE departed_copy (
    copy_id     bigint PRIMARY KEY,
    mailbox_id  bigint      NOT NULL REFERENCES mailbox,
    departed_at timestamptz NOT NULL,
    -- False while a mass of them, or a whole folder, waits for a second look.
    confirmed   boolean     NOT NULL
);
CREATE INDEX departed_copy_mailbox ON departed_copy (mailbox_id);

-- MAILBOXID of RFC 8474 where the server has it: stays when the folder is renamed.
ALTER TABLE folder ADD COLUMN object_id text;
-- Who said what the folder is for: the server (RFC 6154), its name, or the owner.
ALTER TABLE folder ADD COLUMN special_use_by text CHECK (special_use_by IN ('SERVER', 'NAME', 'OWNER'));

-- Why the numbers known here may mean other originals by now; NULL: they do not.
ALTER TABLE folder_state ADD COLUMN doubt text;
-- The whole window is looked through in the next pass.
ALTER TABLE folder_state ADD COLUMN look_again boolean NOT NULL DEFAULT false;
-- The last comparison of all UIDs: how many there were, SHA-256 over them, and what had to be put right.
ALTER TABLE folder_state ADD COLUMN audited_at timestamptz;
ALTER TABLE folder_state ADD COLUMN audit_uids bigint;
ALTER TABLE folder_state ADD COLUMN audit_sha256 bytea;
ALTER TABLE folder_state ADD COLUMN audit_repaired bigint;

-- When an original that was given up is asked for again; NULL while it is not given up.
ALTER TABLE quarantined_original ADD COLUMN retry_at timestamptz;

ALTER TABLE sync_pass ADD COLUMN moved bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_pass ADD COLUMN folders_total integer NOT NULL DEFAULT 0;
-- What the pass knows it has to fetch so far.
ALTER TABLE sync_pass ADD COLUMN planned bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_pass ADD COLUMN planned_bytes bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_pass ADD COLUMN planned_done_bytes bigint NOT NULL DEFAULT 0;

-- A person asked: taken before what is due by itself.
ALTER TABLE mailbox_sync ADD COLUMN requested_at timestamptz;
-- Nothing is sent to the provider before; what it asked for, not even a person changes it.
ALTER TABLE mailbox_sync ADD COLUMN not_before timestamptz;
-- Passes in a row that found nothing: quiet mailboxes are looked at less often.
ALTER TABLE mailbox_sync ADD COLUMN quiet_passes integer NOT NULL DEFAULT 0;
-- Who asked to end the running pass; NULL: nobody.
ALTER TABLE mailbox_sync ADD COLUMN cancelled_by text;
-- Folders that were gone at once, so many that a person is asked; and whether that person said yes.
ALTER TABLE mailbox_sync ADD COLUMN missing_folders integer NOT NULL DEFAULT 0;
ALTER TABLE mailbox_sync ADD COLUMN missing_accepted boolean NOT NULL DEFAULT false;
CREATE INDEX mailbox_imap_host ON mailbox (lower(imap_host));

-- The circuit breaker of a provider's host, for all nodes and accounts.
CREATE TABLE provider_host (
    host          text PRIMARY KEY,
    -- Failures in a row of different mailboxes to reach the host; any success ends the row.
    failures      integer     NOT NULL DEFAULT 0,
    last_mailbox  bigint,
    -- Nobody connects before; then one at a time until one succeeds.
    blocked_until timestamptz,
    reason        text,
    changed_at    timestamptz NOT NULL
);

UPDATE quarantined_original SET retry_at = last_tried + interval '1 day' WHERE tries >= 3;
