-- +goose Up
-- Who an account is to a payment gateway.
CREATE TABLE gateway_customers (
  account_id   TEXT NOT NULL REFERENCES accounts (id),
  gateway      TEXT NOT NULL CHECK (gateway IN ('stripe', 'sandbox')),
  customer_ref TEXT NOT NULL CHECK (customer_ref <> ''),
  created_at   DATETIME NOT NULL,
  PRIMARY KEY (account_id, gateway),
  UNIQUE (gateway, customer_ref)
);

-- A card of a gateway is kept once; country is the card's, for programs that ask; expiry_warned_at: a mail was sent.
ALTER TABLE payment_methods ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_methods ADD COLUMN expiry_warned_at DATETIME;
CREATE UNIQUE INDEX payment_methods_ref ON payment_methods (provider, provider_ref) WHERE removed_at IS NULL AND provider_ref <> '';

-- A visit to a gateway's page that adds a card, and who went. session_ref is empty until the gateway has answered.
CREATE TABLE card_setups (
  id          TEXT NOT NULL PRIMARY KEY,
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  group_id    TEXT,
  replaces_id TEXT,
  gateway     TEXT NOT NULL CHECK (gateway IN ('stripe', 'sandbox')),
  session_ref TEXT NOT NULL,
  back_to     TEXT NOT NULL,
  actor_kind  TEXT NOT NULL,
  actor_id    TEXT NOT NULL,
  actor_name  TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'done', 'ended')),
  method_id   TEXT,
  created_at  DATETIME NOT NULL,
  finished_at DATETIME,
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  FOREIGN KEY (account_id, replaces_id) REFERENCES payment_methods (account_id, id),
  FOREIGN KEY (account_id, method_id) REFERENCES payment_methods (account_id, id)
);
CREATE INDEX card_setups_account ON card_setups (account_id, created_at, id);
CREATE UNIQUE INDEX card_setups_session ON card_setups (gateway, session_ref) WHERE session_ref <> '';

-- One attempt to collect an invoice through a gateway. Amounts are minor units of currency. surplus: the gateway
-- took money although another charge had paid; it is sent back and then is refunded.
CREATE TABLE charges (
  id           TEXT NOT NULL PRIMARY KEY,
  account_id   TEXT NOT NULL,
  invoice_id   TEXT NOT NULL,
  attempt      INTEGER NOT NULL CHECK (attempt > 0),
  kind         TEXT NOT NULL CHECK (kind IN ('automatic', 'pay_now')),
  gateway      TEXT NOT NULL CHECK (gateway IN ('stripe', 'sandbox')),
  method_id    TEXT,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3),
  session_ref  TEXT NOT NULL,
  charge_ref   TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('started', 'action_required', 'processing', 'succeeded', 'failed', 'cancelled', 'reversed', 'surplus', 'refunded')),
  failure_code TEXT NOT NULL,
  brand        TEXT NOT NULL,
  last4        TEXT NOT NULL,
  expires_at   DATETIME,
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  UNIQUE (invoice_id, attempt),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id),
  FOREIGN KEY (account_id, method_id) REFERENCES payment_methods (account_id, id)
);
-- At most one charge of an invoice is under way or has succeeded, whatever happens.
CREATE UNIQUE INDEX charges_one ON charges (invoice_id) WHERE state IN ('started', 'action_required', 'processing', 'succeeded');
CREATE UNIQUE INDEX charges_ref ON charges (gateway, charge_ref) WHERE charge_ref <> '';
CREATE UNIQUE INDEX charges_session ON charges (gateway, session_ref) WHERE session_ref <> '';
CREATE INDEX charges_open ON charges (state, updated_at, id) WHERE state IN ('started', 'action_required', 'processing', 'surplus');

-- When an unpaid invoice is charged or reminded of next, in business time; null: never by itself. Failures are those
-- of automatic charges, of which the first sets the days on which it is tried again.
CREATE TABLE collections (
  invoice_id       TEXT NOT NULL PRIMARY KEY,
  account_id       TEXT NOT NULL,
  failures         INTEGER NOT NULL CHECK (failures >= 0),
  first_failed_at  DATETIME,
  next_charge_at   DATETIME,
  reminders        INTEGER NOT NULL CHECK (reminders >= 0),
  next_reminder_at DATETIME,
  updated_at       DATETIME NOT NULL,
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX collections_charge ON collections (next_charge_at, invoice_id) WHERE next_charge_at IS NOT NULL;
CREATE INDEX collections_reminder ON collections (next_reminder_at, invoice_id) WHERE next_reminder_at IS NOT NULL;

-- What gateways told us, so that nothing is taken twice.
CREATE TABLE gateway_notices (
  gateway     TEXT NOT NULL CHECK (gateway IN ('stripe', 'sandbox')),
  notice_id   TEXT NOT NULL CHECK (notice_id <> ''),
  type        TEXT NOT NULL,
  outcome     TEXT NOT NULL CHECK (outcome IN ('applied', 'ignored', 'refused')),
  reason      TEXT NOT NULL,
  received_at DATETIME NOT NULL,
  PRIMARY KEY (gateway, notice_id)
);

-- label is how it was paid, in words ("Visa ending 4242"); charge_id names the charge of a gateway.
ALTER TABLE payments ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN charge_id TEXT REFERENCES charges (id);
CREATE UNIQUE INDEX payments_charge ON payments (charge_id) WHERE kind = 'payment' AND charge_id IS NOT NULL;

-- The receipt of a payment: a file of its own, made once.
CREATE TABLE payment_receipts (
  payment_id TEXT NOT NULL PRIMARY KEY REFERENCES payments (id),
  account_id TEXT NOT NULL,
  invoice_id TEXT NOT NULL,
  sha256     BLOB NOT NULL,
  content    BLOB NOT NULL,
  size       INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX payment_receipts_invoice ON payment_receipts (invoice_id, payment_id);
-- +goose StatementBegin
CREATE TRIGGER payment_receipts_no_update BEFORE UPDATE ON payment_receipts FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table payment_receipts is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payment_receipts_no_delete BEFORE DELETE ON payment_receipts FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table payment_receipts is append-only');
END;
-- +goose StatementEnd

-- Credits to the seller's bank account, from statements. entry_ref is the bank's, unique per account of the seller.
CREATE TABLE bank_entries (
  id           TEXT NOT NULL PRIMARY KEY,
  iban         TEXT NOT NULL,
  entry_ref    TEXT NOT NULL CHECK (entry_ref <> ''),
  booked_on    DATETIME NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3),
  payer        TEXT NOT NULL,
  remittance   TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('matched', 'unmatched', 'dismissed')),
  reason       TEXT NOT NULL,
  payment_id   TEXT REFERENCES payments (id),
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  UNIQUE (iban, entry_ref),
  CHECK ((state = 'matched') = (payment_id IS NOT NULL))
);
CREATE INDEX bank_entries_open ON bank_entries (booked_on, id) WHERE state = 'unmatched';

-- What the built-in sandbox gateway knows: an outside world of its own that only package sandbox reads.
CREATE TABLE sandbox_objects (
  ref        TEXT NOT NULL PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('customer', 'card', 'setup', 'payment', 'refund')),
  body       TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);

-- The outbox. unique_key keeps a mail from being queued twice; facts (JSON) is what it is written from; subject and
-- body are kept once it is written; attachment names a stored document. sending: handed to the server, no answer yet;
-- unknown: the answer was lost, so it is never sent again by itself.
CREATE TABLE mails (
  id         TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  invoice_id TEXT,
  kind       TEXT NOT NULL,
  unique_key TEXT NOT NULL UNIQUE,
  recipients TEXT NOT NULL,
  facts      TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  attachment TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'unknown', 'failed', 'dropped')),
  attempts   INTEGER NOT NULL CHECK (attempts >= 0),
  last_error TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  sent_at    DATETIME,
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX mails_open ON mails (created_at, id) WHERE state NOT IN ('sent', 'dropped');
CREATE INDEX mails_invoice ON mails (invoice_id, created_at, id) WHERE invoice_id IS NOT NULL;

-- +goose Down
DROP TABLE mails;
DROP TABLE sandbox_objects;
DROP TABLE bank_entries;
DROP TABLE payment_receipts;
DROP INDEX payments_charge;
ALTER TABLE payments DROP COLUMN charge_id;
ALTER TABLE payments DROP COLUMN label;
DROP TABLE gateway_notices;
DROP TABLE collections;
DROP TABLE charges;
DROP TABLE card_setups;
DROP INDEX payment_methods_ref;
ALTER TABLE payment_methods DROP COLUMN expiry_warned_at;
ALTER TABLE payment_methods DROP COLUMN country;
DROP TABLE gateway_customers;
