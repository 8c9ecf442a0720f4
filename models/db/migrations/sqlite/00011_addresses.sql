-- +goose Up
-- Addresses of an account that several billing groups may use. What stands on invoices is the billing
-- information of the group, which holds a copy of its address for as long as it uses it.
CREATE TABLE addresses (
  id            TEXT NOT NULL PRIMARY KEY,
  account_id    TEXT NOT NULL REFERENCES accounts (id),
  company       TEXT NOT NULL CHECK (company <> ''),
  address_line1 TEXT NOT NULL CHECK (address_line1 <> ''),
  address_line2 TEXT NOT NULL,
  address_line3 TEXT NOT NULL,
  city          TEXT NOT NULL CHECK (city <> ''),
  region        TEXT NOT NULL,
  postal_code   TEXT NOT NULL,
  country       TEXT NOT NULL CHECK (length(country) = 2),
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL,
  UNIQUE (account_id, id)
);

-- Which addresses a group uses; a group without a row, or with null, has an address of its own.
CREATE TABLE group_addresses (
  group_id            TEXT NOT NULL PRIMARY KEY,
  account_id          TEXT NOT NULL,
  billing_address_id  TEXT,
  shipping_address_id TEXT,
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  FOREIGN KEY (account_id, billing_address_id) REFERENCES addresses (account_id, id),
  FOREIGN KEY (account_id, shipping_address_id) REFERENCES addresses (account_id, id)
);
CREATE INDEX group_addresses_billing ON group_addresses (account_id, billing_address_id) WHERE billing_address_id IS NOT NULL;
CREATE INDEX group_addresses_shipping ON group_addresses (account_id, shipping_address_id) WHERE shipping_address_id IS NOT NULL;

-- Credit notes of an account; an ordinary invoice has no entry here.
CREATE INDEX invoices_credit_notes ON invoices (account_id, id) WHERE kind = 'credit_note';

-- +goose Down
DROP INDEX invoices_credit_notes;
DROP TABLE group_addresses;
DROP TABLE addresses;
