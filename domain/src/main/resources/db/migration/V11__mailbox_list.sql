-- Mailboxes are found by the beginning of their address, over all accounts.
CREATE INDEX mailbox_address_start ON mailbox (lower(address) text_pattern_ops, id);
