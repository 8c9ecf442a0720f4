-- +goose Up
-- Addresses of an account that several billing groups may use. What stands on invoices is the billing
-- information of the group, which holds a copy of its address for as long as it uses it.
CREATE TABLE addresses (
  id            uuid PRIMARY KEY,
  account_id    uuid NOT NULL REFERENCES accounts (id),
  company       text NOT NULL CHECK (company <> ''),
  address_line1 text NOT NULL CHECK (address_line1 <> ''),
  address_line2 text NOT NULL,
  address_line3 text NOT NULL,
  city          text NOT NULL CHECK (city <> ''),
  region        text NOT NULL,
  postal_code   text NOT NULL,
  country       text NOT NULL CHECK (length(country) = 2),
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  UNIQUE (account_id, id)
);

-- Which addresses a group uses; a group without a row, or with null, has an address of its own.
CREATE TABLE group_addresses (
  group_id            uuid PRIMARY KEY,
  account_id          uuid NOT NULL,
  billing_address_id  uuid,
  shipping_address_id uuid,
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
DROP TABLE group_addresses, addresses;
