-- +goose Up
CREATE TABLE accounts (
  id                    TEXT NOT NULL PRIMARY KEY,
  name                  TEXT NOT NULL CHECK (name <> ''),
  name_key              TEXT NOT NULL,
  bank_transfer_allowed BOOLEAN NOT NULL,
  created_at            DATETIME NOT NULL,
  deleted_at            DATETIME
);
CREATE INDEX accounts_name ON accounts (name_key, id);

CREATE TABLE members (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  role       TEXT NOT NULL CHECK (role IN ('admin', 'billing', 'viewer')),
  created_at DATETIME NOT NULL,
  PRIMARY KEY (account_id, user_id)
);
CREATE INDEX members_user ON members (user_id, account_id);

CREATE TABLE payment_methods (
  id         TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  kind       TEXT NOT NULL CHECK (kind IN ('card', 'bank_transfer')),
  terms_days INTEGER NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
  provider   TEXT NOT NULL,
  provider_ref TEXT NOT NULL,
  brand      TEXT NOT NULL,
  last4      TEXT NOT NULL,
  holder     TEXT NOT NULL,
  exp_month  INTEGER NOT NULL,
  exp_year   INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  removed_at DATETIME,
  UNIQUE (account_id, id)
);

CREATE TABLE billing_groups (
  id                TEXT NOT NULL PRIMARY KEY,
  account_id        TEXT NOT NULL REFERENCES accounts (id),
  name              TEXT NOT NULL CHECK (name <> ''),
  name_key          TEXT NOT NULL,
  is_primary        BOOLEAN NOT NULL,
  payment_method_id TEXT,
  created_at        DATETIME NOT NULL,
  deleted_at        DATETIME,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, payment_method_id) REFERENCES payment_methods (account_id, id),
  CHECK (NOT is_primary OR deleted_at IS NULL)
);
CREATE UNIQUE INDEX billing_groups_name ON billing_groups (account_id, name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX billing_groups_primary ON billing_groups (account_id) WHERE is_primary;

CREATE TABLE billing_information (
  group_id              TEXT NOT NULL PRIMARY KEY,
  account_id            TEXT NOT NULL,
  company               TEXT NOT NULL,
  address_line1         TEXT NOT NULL,
  address_line2         TEXT NOT NULL,
  address_line3         TEXT NOT NULL,
  city                  TEXT NOT NULL,
  region                TEXT NOT NULL,
  postal_code           TEXT NOT NULL,
  country               TEXT NOT NULL,
  vat_id                TEXT NOT NULL,
  vat_status            TEXT NOT NULL CHECK (vat_status IN ('none', 'checking', 'confirmed', 'unconfirmed')),
  vat_source            TEXT NOT NULL,
  vat_checked_at        DATETIME,
  electronic_scheme     TEXT NOT NULL,
  electronic_id         TEXT NOT NULL,
  buyer_reference       TEXT NOT NULL,
  currency              TEXT NOT NULL CHECK (length(currency) = 3),
  purchase_order        TEXT NOT NULL,
  invoice_text          TEXT NOT NULL,
  invoice_emails        TEXT NOT NULL,
  contact_emails        TEXT NOT NULL,
  version               INTEGER NOT NULL,
  updated_at            DATETIME NOT NULL,
  updated_by            TEXT NOT NULL,
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id)
);

CREATE TABLE projects (
  id          TEXT NOT NULL PRIMARY KEY,
  account_id  TEXT NOT NULL REFERENCES accounts (id),
  group_id    TEXT NOT NULL,
  name        TEXT NOT NULL CHECK (name <> ''),
  name_key    TEXT NOT NULL UNIQUE,
  external_id TEXT,
  created_at  DATETIME NOT NULL,
  deleted_at  DATETIME,
  UNIQUE (account_id, id),
  UNIQUE (account_id, external_id),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id)
);
CREATE INDEX projects_account_name ON projects (account_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_group_name ON projects (group_id, name_key, id) WHERE deleted_at IS NULL;

CREATE TABLE project_assignments (
  id         TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  group_id   TEXT NOT NULL,
  valid_from DATETIME,
  valid_to   DATETIME,
  created_at DATETIME NOT NULL,
  FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX project_assignments_open ON project_assignments (project_id) WHERE valid_to IS NULL;
CREATE UNIQUE INDEX project_assignments_first ON project_assignments (project_id) WHERE valid_from IS NULL;
CREATE UNIQUE INDEX project_assignments_from ON project_assignments (project_id, valid_from);
CREATE INDEX project_assignments_group ON project_assignments (group_id, project_id);

CREATE TABLE drafts (
  id         TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL,
  data       TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE drafts;
DROP TABLE project_assignments;
DROP TABLE projects;
DROP TABLE billing_information;
DROP TABLE billing_groups;
DROP TABLE payment_methods;
DROP TABLE members;
DROP TABLE accounts;
