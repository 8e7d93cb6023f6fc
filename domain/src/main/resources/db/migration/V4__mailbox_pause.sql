-- Mailboxes follow the plan: why one is stopped, which ones their owner chose to keep, how long the secret is kept
-- meanwhile; and what has to be looked at because a plan or its terms begin or end at an instant.

ALTER TABLE mailbox
    -- Why the plan does not allow it, whatever else its state, and since when; NULL while it does.
    ADD COLUMN plan_stop        text CHECK (plan_stop IN ('NO_SYNC', 'OVER_LIMIT')),
    ADD COLUMN plan_stopped_at  timestamptz,
    -- Chosen to stay where the limit does not reach for all; the others follow, the oldest first.
    ADD COLUMN chosen_at        timestamptz,
    -- The secret was erased because the plan did not come back in time; NULL once there is a new one.
    ADD COLUMN secret_erased_at timestamptz,
    ADD CONSTRAINT mailbox_plan_stop_since CHECK ((plan_stop IS NULL) = (plan_stopped_at IS NULL));
-- What the erasure reads.
CREATE INDEX mailbox_secret_kept ON mailbox (plan_stopped_at) WHERE plan_stopped_at IS NOT NULL AND secret IS NOT NULL;
CREATE INDEX account_name ON account (lower(name) text_pattern_ops, id);

-- Instants at which the answer of entitlement() changes, for one account, or (account_id NULL) for all. Written by
-- triggers, so that no way to change a plan forgets it; taken out in the transaction that let the mailboxes follow.
CREATE TABLE policy_due (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    due_at       timestamptz NOT NULL,
    account_id   bigint REFERENCES account,
    -- For all accounts: the last one that was done.
    last_account bigint NOT NULL DEFAULT 0
);
CREATE INDEX policy_due_at ON policy_due (due_at);
CREATE UNIQUE INDEX policy_due_terms ON policy_due (due_at) WHERE account_id IS NULL;

-- What only shortens or repeats a row (same plan from the same instant) changes nothing where it begins.
CREATE FUNCTION note_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO policy_due (due_at, account_id)
    SELECT greatest(n.valid_from, n.known_from), n.account_id FROM added n
     WHERE NOT EXISTS (SELECT FROM subscription o WHERE o.account_id = n.account_id AND o.plan_code = n.plan_code
                          AND o.valid_from = n.valid_from AND o.known_until = n.known_from)
    UNION ALL
    SELECT n.valid_until, n.account_id FROM added n WHERE n.valid_until IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER subscription_due AFTER INSERT ON subscription REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_subscription();

CREATE FUNCTION note_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO policy_due (due_at)
    SELECT greatest(n.valid_from, n.known_from) FROM added n
     WHERE NOT EXISTS (SELECT FROM plan_terms o WHERE o.plan_code = n.plan_code AND o.valid_from = n.valid_from
                          AND o.known_until = n.known_from AND o.syncs = n.syncs
                          AND o.mailboxes_per_user IS NOT DISTINCT FROM n.mailboxes_per_user
                          AND o.shared_mailboxes IS NOT DISTINCT FROM n.shared_mailboxes)
    UNION
    SELECT n.valid_until FROM added n WHERE n.valid_until IS NOT NULL
    ON CONFLICT (due_at) WHERE account_id IS NULL DO UPDATE SET last_account = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER plan_terms_due AFTER INSERT ON plan_terms REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_terms();

-- What was there before.
INSERT INTO policy_due (due_at)
SELECT valid_from FROM plan_terms WHERE known_until IS NULL
 UNION SELECT valid_until FROM plan_terms WHERE known_until IS NULL AND valid_until IS NOT NULL;
INSERT INTO policy_due (due_at, account_id)
SELECT valid_from, account_id FROM subscription WHERE known_until IS NULL
UNION ALL SELECT valid_until, account_id FROM subscription WHERE known_until IS NULL AND valid_until IS NOT NULL;
