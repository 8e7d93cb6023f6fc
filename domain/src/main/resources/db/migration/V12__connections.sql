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

-- Providers that sign in with tokens (RFC 6749); what is put in for a client is the installation's own.
CREATE TABLE oauth_provider (
    code          text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9-]{0,31}$'),
    name          text NOT NULL,
    authorize_url text NOT NULL,
    token_url     text NOT NULL,
    scopes        text NOT NULL,
    client_id     text,
    -- AEAD ciphertext; NULL: a public client.
    client_secret bytea
);
INSERT INTO oauth_provider (code, name, authorize_url, token_url, scopes) VALUES
    ('google', 'Google', 'https://accounts.google.com/o/oauth2/v2/auth', 'https://oauth2.googleapis.com/token',
     'https://mail.google.com/'),
    ('microsoft', 'Microsoft', 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
     'https://login.microsoftonline.com/common/oauth2/v2.0/token',
     'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access');

-- NULL: the secret is a password; else it is a refresh token of the provider.
ALTER TABLE mailbox ADD COLUMN oauth_provider text REFERENCES oauth_provider;
-- The last access token, sealed as the secret is, and until when it is taken to be good.
ALTER TABLE mailbox ADD COLUMN access_token bytea;
ALTER TABLE mailbox ADD COLUMN access_until timestamptz;

-- Whoever erases or changes the secret makes an end of what was made from it.
CREATE FUNCTION mailbox_secret_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.secret IS NULL OR NEW.access_token IS NOT DISTINCT FROM OLD.access_token THEN
        NEW.access_token := NULL;
        NEW.access_until := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mailbox_secret_changed BEFORE UPDATE OF secret ON mailbox FOR EACH ROW
    WHEN (NEW.secret IS DISTINCT FROM OLD.secret) EXECUTE FUNCTION mailbox_secret_changed();

-- Connections that stay open between passes and wait for news. While the node lives, they count for the caps of
-- accounts and hosts, and the node that has one does the mailbox's passes.
CREATE TABLE sync_node (
    name        text PRIMARY KEY,
    alive_until timestamptz NOT NULL
);
ALTER TABLE mailbox_sync ADD COLUMN kept_by text;
CREATE INDEX mailbox_sync_kept ON mailbox_sync (kept_by) WHERE kept_by IS NOT NULL;
