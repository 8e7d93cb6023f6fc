-- An installation with every kind of thing that the console shows. 200 copies a mailbox, one each 12
-- hours back from an hour ago; every fourth is bound; twelve of the first mailbox are held.
INSERT INTO account (id, name, zone, created_at) VALUES
    (1, 'Spruce Logistics', 'UTC', now() - interval '400 days'),
    (2, 'Larch Trading', 'UTC', now() - interval '300 days'),
    (3, 'Alder Clinic', 'UTC', now() - interval '200 days'),
    (4, '<script>document.title="owned"</script>', 'UTC', now() - interval '100 days'),
    (5, 'Birch Bakery', 'UTC', now() - interval '90 days');

INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason) VALUES
    (1, 'PROFESSIONAL', now() - interval '400 days', NULL, now() - interval '400 days', 'test', 'test'),
    (2, 'STANDARD', now() - interval '300 days', now() + interval '12 days 6 hours', now() - interval '300 days', 'test', 'test'),
    (3, 'CRM_PLUS', now() - interval '200 days', NULL, now() - interval '200 days', 'test', 'test'),
    (5, 'DEMO', now() - interval '90 days', now() + interval '5 days 3 hours', now() - interval '90 days', 'test', 'test');

INSERT INTO app_user (id, account_id, email, display_name, role, created_at)
SELECT id + 10, id, 'owner' || id || '@mail.example', 'Owner ' || id, 'OWNER', created_at FROM account;

INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login, state, state_since,
                     state_reason, connected_at)
SELECT v.id, v.account, v.account + 10, v.address, 'imap.mail.example', 993, 'TLS', v.address, v.state,
       now() - make_interval(hours => 5 * v.id), v.reason, now() - interval '90 days'
  FROM (VALUES (1, 1, 'dispatch@spruce.example', 'ACTIVE', NULL),
               (2, 1, 'claims@spruce.example', 'ACTIVE', NULL),
               (3, 2, 'sales@larch.example', 'ACTIVE', NULL),
               (4, 2, 'orders@larch.example', 'AUTH_FAILED', 'NO [AUTHENTICATIONFAILED] Invalid credentials'),
               (5, 3, 'desk@alder.example', 'ACTIVE', NULL),
               (6, 3, 'lab@alder.example', 'UNREACHABLE', 'No route to imap.mail.example:993'),
               (7, 4, 'info@script.example', 'PAUSED_BY_PLAN', 'FREE does not synchronise <img src=x onerror=alert(1)>'),
               (8, 5, 'hello@birch.example', 'ACTIVE', NULL)) AS v (id, account, address, state, reason);

INSERT INTO mailbox_sync (mailbox_id, due_at, last_completed)
SELECT id, now() + interval '10 years', now() - interval '3 minutes' FROM mailbox;

INSERT INTO folder (id, mailbox_id, wire_name, name) SELECT id, id, 'INBOX', 'INBOX' FROM mailbox;

INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity, uid, clock, received_at, copied_at,
                       size_bytes, content_sha256, subject, bind_count, hold_count)
SELECT m.id * 1000 + i, m.account_id, m.id, m.id, 1, i + 1, now() - make_interval(hours => 12 * i + 1),
       now() - make_interval(hours => 12 * i + 1), now() - make_interval(days => (i * i / 3 + i * 7) % 29, hours => 1),
       18000 + 311 * i, sha256(convert_to(m.id || '/' || i, 'UTF8')), 'Message ' || i,
       CASE WHEN i % 4 = 0 THEN 1 ELSE 0 END, CASE WHEN m.id = 1 AND i % 4 = 1 AND i < 48 THEN 1 ELSE 0 END
  FROM mailbox m CROSS JOIN generate_series(0, 199) AS i;

INSERT INTO mail_content (copy_id, raw) SELECT id, convert_to('Subject: ' || subject, 'UTF8') FROM mail_copy;

INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at)
SELECT id, account_id, 'deal', 'D-' || id, 'test', clock FROM mail_copy WHERE bind_count = 1;

INSERT INTO quarantined_original (folder_id, uid_validity, uid, reason, first_seen, last_tried, tries)
SELECT 5, 1, 4000 + i, 'Literal larger than the cap', now() - interval '2 days', now() - interval '1 hour', 9
  FROM generate_series(1, 3) AS i;

INSERT INTO purge_run (id, as_of, scope_kind, status, started_by, started_at, ended_at, terms, worker_slots, chunk_size,
                       heartbeat_at, failure)
VALUES (1, now() - interval '1 day', 'EVERYTHING', 'FAILED', 'schedule', now() - interval '1 day',
        now() - interval '1 day' + interval '41 seconds', '[]', 2, 2000, now() - interval '1 day',
        'could not extend file "base/16384/2619": No space left on device <script>alert(1)</script>');

SELECT setval(pg_get_serial_sequence('app_user', 'id'), 100), setval(pg_get_serial_sequence('purge_run', 'id'), 1),
       setval(pg_get_serial_sequence('account', 'id'), 100), setval(pg_get_serial_sequence('mailbox', 'id'), 100),
       setval(pg_get_serial_sequence('folder', 'id'), 100), setval(pg_get_serial_sequence('mail_copy', 'id'), 100000);
