-- +goose Up
CREATE TABLE credits (
  id          TEXT NOT NULL PRIMARY KEY,
  code        TEXT NOT NULL,
  code_key    TEXT NOT NULL UNIQUE,
  type        TEXT NOT NULL CHECK (type IN ('discount', 'employee', 'evaluation', 'internal', 'other', 'outage', 'partner', 'promotion', 'purchase', 'referral', 'sponsorship', 'trial')),
  currency    TEXT NOT NULL CHECK (length(currency) = 3),
  value_minor INTEGER NOT NULL CHECK (value_minor > 0),
  starts_at   DATETIME NOT NULL,
  expires_at  DATETIME,
  claim_limit INTEGER NOT NULL CHECK (claim_limit > 0),
  claim_count INTEGER NOT NULL CHECK (claim_count >= 0),
  created_at  DATETIME NOT NULL,
  CHECK (claim_count <= claim_limit),
  CHECK (expires_at > starts_at)
);

CREATE TABLE credit_claims (
  id              TEXT NOT NULL PRIMARY KEY,
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  credit_id       TEXT NOT NULL REFERENCES credits (id),
  scope           TEXT NOT NULL CHECK (scope IN ('account', 'group', 'project')),
  group_id        TEXT,
  project_id      TEXT,
  value_minor     INTEGER NOT NULL CHECK (value_minor > 0),
  remaining_minor INTEGER NOT NULL CHECK (remaining_minor >= 0),
  expires_at      DATETIME,
  returned_by     TEXT,
  claimed_at      DATETIME NOT NULL,
  UNIQUE (account_id, id),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id),
  FOREIGN KEY (account_id, returned_by) REFERENCES invoices (account_id, id),
  CHECK (remaining_minor <= value_minor),
  CHECK ((scope = 'group') = (group_id IS NOT NULL)),
  CHECK ((scope = 'project') = (project_id IS NOT NULL))
);
CREATE UNIQUE INDEX credit_claims_once ON credit_claims (account_id, credit_id) WHERE returned_by IS NULL;
CREATE INDEX credit_claims_group ON credit_claims (group_id);
CREATE INDEX credit_claims_project ON credit_claims (project_id);

CREATE TABLE credit_uses (
  id           TEXT NOT NULL PRIMARY KEY,
  account_id   TEXT NOT NULL,
  claim_id     TEXT NOT NULL,
  invoice_id   TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  remaining_after_minor INTEGER NOT NULL CHECK (remaining_after_minor >= 0),
  prepaid      BOOLEAN NOT NULL,
  created_at   DATETIME NOT NULL,
  UNIQUE (claim_id, invoice_id),
  FOREIGN KEY (account_id, claim_id) REFERENCES credit_claims (account_id, id),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX credit_uses_invoice ON credit_uses (invoice_id);
-- +goose StatementBegin
CREATE TRIGGER credit_uses_no_update BEFORE UPDATE ON credit_uses FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table credit_uses is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_uses_no_delete BEFORE DELETE ON credit_uses FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table credit_uses is append-only');
END;
-- +goose StatementEnd

CREATE TABLE exchange_rates (
  base       TEXT NOT NULL CHECK (length(base) = 3),
  currency   TEXT NOT NULL CHECK (length(currency) = 3),
  rate_date  DATETIME NOT NULL,
  rate       TEXT NOT NULL CHECK (CAST(rate AS REAL) > 0),
  source     TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (base, currency, rate_date)
);

CREATE TABLE tax_rates (
  country    TEXT NOT NULL CHECK (length(country) = 2),
  region     TEXT NOT NULL,
  valid_from DATETIME NOT NULL,
  rate       TEXT NOT NULL CHECK (CAST(rate AS REAL) >= 0 AND CAST(rate AS REAL) < 1),
  name       TEXT NOT NULL,
  source     TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (country, region, valid_from)
);

-- +goose Down
DROP TABLE tax_rates;
DROP TABLE exchange_rates;
DROP TABLE credit_uses;
DROP TABLE credit_claims;
DROP TABLE credits;
