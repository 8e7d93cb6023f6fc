-- Runs under control: queued behind another one, held for approval, bound to a window, worked on by several nodes.

ALTER TABLE purge_run DROP CONSTRAINT purge_run_status_check;
ALTER TABLE purge_run
    ADD CONSTRAINT purge_run_status_check CHECK (status IN ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING', 'STOPPED',
                                                            'FAILED', 'HELD', 'CANCELLED', 'COMPLETED')),
    -- Queued runs start in this order, then by id; 1 goes first.
    ADD COLUMN priority       smallint NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 9),
    -- Started by the schedule: stopped at the end of the time window, taken up again in the next one.
    ADD COLUMN scheduled      boolean  NOT NULL DEFAULT false,
    ADD COLUMN window_closed  boolean  NOT NULL DEFAULT false,
    -- The preview that the caller named; purge_run_preview has all that the run is compared with.
    ADD COLUMN preview_id     bigint,
    -- What holds a run, pinned when it was recorded; NULL: not looked at.
    ADD COLUMN brake_percent  integer CHECK (brake_percent >= 0),
    ADD COLUMN share_percent  integer CHECK (share_percent BETWEEN 0 AND 100),
    ADD COLUMN jump_hours     integer CHECK (jump_hours > 0),
    -- Set when the run was compared and found free to go, or approved; nothing is deleted before.
    ADD COLUMN cleared        boolean  NOT NULL DEFAULT false,
    -- Why it is or was held, in sentences; purge_run_reason has them by code.
    ADD COLUMN held_reason    text,
    ADD COLUMN decided_by     text,
    ADD COLUMN decided_at     timestamptz,
    -- Copies a second over all workers; NULL: as fast as the database.
    ADD COLUMN rate_limit     integer CHECK (rate_limit > 0),
    -- 1 once the whole scope was looked over again for what the sweeps had left.
    ADD COLUMN closing        smallint NOT NULL DEFAULT 0,
    -- Copies still due when the run ended: locked by somebody, or due only since; NULL until it ended.
    ADD COLUMN left_copies    bigint,
    -- What the previews counted due in the scope, and what was due where they speak; NULL without a preview.
    ADD COLUMN expected_copies bigint,
    ADD COLUMN compared_copies bigint;

-- Runs that were completed before did not look.
UPDATE purge_run SET cleared = true;
ALTER TABLE purge_run ADD CONSTRAINT purge_run_held_why CHECK (status <> 'HELD' OR held_reason IS NOT NULL);

-- Slices made at the end for what was left are no part of what was found due at first.
ALTER TABLE purge_slice ADD COLUMN closing boolean NOT NULL DEFAULT false;

-- Nodes at work on an execution of a run. The row is also the probe: each beat is a small transaction of
-- its own, and how long it takes is what any small transaction pays at that moment.
CREATE TABLE purge_worker (
    run_id      bigint      NOT NULL REFERENCES purge_run ON DELETE CASCADE,
    execution   integer     NOT NULL,
    node        text        NOT NULL,
    slots       integer     NOT NULL,
    joined_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Of the last beats, and how long each slot rests after a chunk because of it.
    beat_millis integer     NOT NULL DEFAULT 0,
    rest_millis integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, execution, node)
);

-- What a run was compared with.
CREATE TABLE purge_run_preview (
    run_id     bigint NOT NULL REFERENCES purge_run ON DELETE CASCADE,
    preview_id bigint NOT NULL,
    PRIMARY KEY (run_id, preview_id)
);

-- Mailboxes where a run found other than its preview. Counts are copies.
CREATE TABLE purge_difference (
    run_id          bigint NOT NULL REFERENCES purge_run ON DELETE CASCADE,
    mailbox_id      bigint NOT NULL,
    account_id      bigint NOT NULL,
    expected_copies bigint NOT NULL,
    due_copies      bigint NOT NULL,
    -- Due now: arrived, come of age, or released since the preview; not due now: bound or held since.
    arrived         bigint NOT NULL DEFAULT 0,
    aged            bigint NOT NULL DEFAULT 0,
    released        bigint NOT NULL DEFAULT 0,
    bound           bigint NOT NULL DEFAULT 0,
    held            bigint NOT NULL DEFAULT 0,
    -- The plan of the preview and of the run; the first is NULL if the preview did not know the mailbox.
    plan_before     text,
    plan_now        text   NOT NULL,
    -- The reason that explains most of it.
    reason          text   NOT NULL CHECK (reason IN ('ACCOUNT_NEW', 'MAILBOX_NEW', 'PLAN_CHANGED', 'ARRIVED', 'AGED',
                                                      'RELEASED', 'BOUND', 'HELD', 'GONE', 'OTHER')),
    PRIMARY KEY (run_id, mailbox_id)
);

-- Why a run was held, one row a reason.
CREATE TABLE purge_run_reason (
    run_id     bigint  NOT NULL REFERENCES purge_run ON DELETE CASCADE,
    code       text    NOT NULL CHECK (code IN ('CLOCK_AHEAD', 'CLOCK_JUMP', 'OVER_PREVIEW', 'ACCOUNT_SHARE')),
    -- What was found and what is allowed: minutes, hours, copies or percent, as the code says.
    found      bigint  NOT NULL,
    allowed    bigint  NOT NULL,
    account_id bigint,
    PRIMARY KEY (run_id, code)
);

-- Totals by plan: due when the run looked, purged when it ended (NULL until counted from the ledger).
CREATE TABLE purge_run_plan (
    run_id        bigint NOT NULL REFERENCES purge_run ON DELETE CASCADE,
    plan_code     text   NOT NULL REFERENCES plan,
    accounts      bigint NOT NULL,
    due_copies    bigint NOT NULL,
    due_bytes     bigint NOT NULL,
    purged_copies bigint,
    purged_bytes  bigint,
    PRIMARY KEY (run_id, plan_code)
);

-- Verifications of the ledger, followed while they run.
CREATE TABLE ledger_verification (
    id             bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    requested_by   text        NOT NULL,
    requested_at   timestamptz NOT NULL,
    status         text        NOT NULL CHECK (status IN ('RUNNING', 'INTACT', 'BROKEN', 'FAILED')),
    heartbeat_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at       timestamptz,
    copies_in_all  bigint      NOT NULL,
    runs           bigint      NOT NULL DEFAULT 0,
    sealed_runs    bigint      NOT NULL DEFAULT 0,
    entries        bigint      NOT NULL DEFAULT 0,
    copies         bigint      NOT NULL DEFAULT 0,
    bytes          bigint      NOT NULL DEFAULT 0,
    last_seal      text,
    break_run      bigint,
    break_slice    integer,
    break_entry    integer,
    break_kind     text,
    break_what     text,
    -- The seal that a certificate names which the ledger was held against, and what came of it.
    certificate_seal bigint,
    certificate_outcome text CHECK (certificate_outcome IN ('PROVEN', 'FORGED', 'UNKNOWN_KEY', 'TAIL_CUT', 'REWRITTEN')),
    failure        text
);

-- Keys that sign certificates; the private half is sealed with the installation's keyset.
CREATE TABLE ledger_key (
    id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    public_key  bytea       NOT NULL UNIQUE,
    private_key bytea       NOT NULL,
    created_at  timestamptz NOT NULL
);
