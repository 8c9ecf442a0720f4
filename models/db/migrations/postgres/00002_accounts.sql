-- +goose Up
CREATE TABLE accounts (
  id                    uuid PRIMARY KEY,
  name                  text NOT NULL CHECK (name <> ''),
  name_key              text NOT NULL,
  bank_transfer_allowed boolean NOT NULL,
  created_at            timestamptz NOT NULL,
  deleted_at            timestamptz
);
CREATE INDEX accounts_name ON accounts (name_key, id);

CREATE TABLE members (
  account_id uuid NOT NULL REFERENCES accounts (id),
  user_id    uuid NOT NULL REFERENCES users (id),
  role       text NOT NULL CHECK (role IN ('admin', 'billing', 'viewer')),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, user_id)
);
CREATE INDEX members_user ON members (user_id, account_id);

CREATE TABLE payment_methods (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id),
  kind       text NOT NULL CHECK (kind IN ('card', 'bank_transfer')),
  terms_days bigint NOT NULL CHECK (terms_days BETWEEN 0 AND 365),
  provider   text NOT NULL,
  provider_ref text NOT NULL,
  brand      text NOT NULL,
  last4      text NOT NULL,
  holder     text NOT NULL,
  exp_month  bigint NOT NULL,
  exp_year   bigint NOT NULL,
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  UNIQUE (account_id, id)
);

CREATE TABLE billing_groups (
  id                uuid PRIMARY KEY,
  account_id        uuid NOT NULL REFERENCES accounts (id),
  name              text NOT NULL CHECK (name <> ''),
  name_key          text NOT NULL,
  is_primary        boolean NOT NULL,
  payment_method_id uuid,
  created_at        timestamptz NOT NULL,
  deleted_at        timestamptz,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, payment_method_id) REFERENCES payment_methods (account_id, id),
  CHECK (NOT is_primary OR deleted_at IS NULL)
);
CREATE UNIQUE INDEX billing_groups_name ON billing_groups (account_id, name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX billing_groups_primary ON billing_groups (account_id) WHERE is_primary;

CREATE TABLE billing_information (
  group_id              uuid PRIMARY KEY,
  account_id            uuid NOT NULL,
  company               text NOT NULL,
  address_line1         text NOT NULL,
  address_line2         text NOT NULL,
  address_line3         text NOT NULL,
  city                  text NOT NULL,
  region                text NOT NULL,
  postal_code           text NOT NULL,
  country               text NOT NULL,
  vat_id                text NOT NULL,
  vat_status            text NOT NULL CHECK (vat_status IN ('none', 'checking', 'confirmed', 'unconfirmed')),
  vat_source            text NOT NULL,
  vat_checked_at        timestamptz,
  electronic_scheme     text NOT NULL,
  electronic_id         text NOT NULL,
  buyer_reference       text NOT NULL,
  currency              text NOT NULL CHECK (length(currency) = 3),
  purchase_order        text NOT NULL,
  invoice_text          text NOT NULL,
  invoice_emails        text NOT NULL,
  contact_emails        text NOT NULL,
  version               bigint NOT NULL,
  updated_at            timestamptz NOT NULL,
  updated_by            text NOT NULL,
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id)
);

CREATE TABLE projects (
  id          uuid PRIMARY KEY,
  account_id  uuid NOT NULL REFERENCES accounts (id),
  group_id    uuid NOT NULL,
  name        text NOT NULL CHECK (name <> ''),
  name_key    text NOT NULL UNIQUE,
  external_id text,
  created_at  timestamptz NOT NULL,
  deleted_at  timestamptz,
  UNIQUE (account_id, id),
  UNIQUE (account_id, external_id),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id)
);
CREATE INDEX projects_account_name ON projects (account_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_group_name ON projects (group_id, name_key, id) WHERE deleted_at IS NULL;

CREATE TABLE project_assignments (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  project_id uuid NOT NULL,
  group_id   uuid NOT NULL,
  valid_from timestamptz,
  valid_to   timestamptz,
  created_at timestamptz NOT NULL,
  FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX project_assignments_open ON project_assignments (project_id) WHERE valid_to IS NULL;
CREATE UNIQUE INDEX project_assignments_first ON project_assignments (project_id) WHERE valid_from IS NULL;
CREATE UNIQUE INDEX project_assignments_from ON project_assignments (project_id, valid_from);
CREATE INDEX project_assignments_group ON project_assignments (group_id, project_id);

CREATE TABLE drafts (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id),
  user_id    uuid NOT NULL REFERENCES users (id),
  kind       text NOT NULL,
  data       text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE drafts, project_assignments, projects, billing_information, billing_groups, payment_methods, members, accounts;
