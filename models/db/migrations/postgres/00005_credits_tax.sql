-- +goose Up
CREATE TABLE credits (
  id          uuid PRIMARY KEY,
  code        text NOT NULL,
  code_key    text NOT NULL UNIQUE,
  type        text NOT NULL CHECK (type IN ('discount', 'employee', 'evaluation', 'internal', 'other', 'outage', 'partner', 'promotion', 'purchase', 'referral', 'sponsorship', 'trial')),
  currency    text NOT NULL CHECK (length(currency) = 3),
  value_minor bigint NOT NULL CHECK (value_minor > 0),
  starts_at   timestamptz NOT NULL,
  expires_at  timestamptz,
  claim_limit bigint NOT NULL CHECK (claim_limit > 0),
  claim_count bigint NOT NULL CHECK (claim_count >= 0),
  created_at  timestamptz NOT NULL,
  CHECK (claim_count <= claim_limit),
  CHECK (expires_at > starts_at)
);

CREATE TABLE credit_claims (
  id              uuid PRIMARY KEY,
  account_id      uuid NOT NULL REFERENCES accounts (id),
  credit_id       uuid NOT NULL REFERENCES credits (id),
  scope           text NOT NULL CHECK (scope IN ('account', 'group', 'project')),
  group_id        uuid,
  project_id      uuid,
  value_minor     bigint NOT NULL CHECK (value_minor > 0),
  remaining_minor bigint NOT NULL CHECK (remaining_minor >= 0),
  expires_at      timestamptz,
  returned_by     uuid,
  claimed_at      timestamptz NOT NULL,
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
  id           uuid PRIMARY KEY,
  account_id   uuid NOT NULL,
  claim_id     uuid NOT NULL,
  invoice_id   uuid NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  remaining_after_minor bigint NOT NULL CHECK (remaining_after_minor >= 0),
  prepaid      boolean NOT NULL,
  created_at   timestamptz NOT NULL,
  UNIQUE (claim_id, invoice_id),
  FOREIGN KEY (account_id, claim_id) REFERENCES credit_claims (account_id, id),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX credit_uses_invoice ON credit_uses (invoice_id);
CREATE TRIGGER credit_uses_no_update BEFORE UPDATE ON credit_uses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_uses_no_delete BEFORE DELETE ON credit_uses FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE exchange_rates (
  base       text NOT NULL CHECK (length(base) = 3),
  currency   text NOT NULL CHECK (length(currency) = 3),
  rate_date  timestamptz NOT NULL,
  rate       numeric(38,18) NOT NULL CHECK (rate > 0),
  source     text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (base, currency, rate_date)
);

CREATE TABLE tax_rates (
  country    text NOT NULL CHECK (length(country) = 2),
  region     text NOT NULL,
  valid_from timestamptz NOT NULL,
  rate       numeric(38,18) NOT NULL CHECK (rate >= 0 AND rate < 1),
  name       text NOT NULL,
  source     text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (country, region, valid_from)
);

-- +goose Down
DROP TABLE tax_rates, exchange_rates, credit_uses, credit_claims, credits;
