-- +goose Up
CREATE TABLE counters (
  series     TEXT NOT NULL PRIMARY KEY,
  last_value INTEGER NOT NULL CHECK (last_value >= 0)
);

CREATE TABLE billing_runs (
  month        TEXT NOT NULL PRIMARY KEY,
  invoice_date DATETIME NOT NULL,
  started_at   DATETIME NOT NULL,
  finished_at  DATETIME
);

CREATE TABLE invoices (
  id              TEXT NOT NULL PRIMARY KEY,
  account_id      TEXT NOT NULL REFERENCES accounts (id),
  group_id        TEXT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
  month           TEXT NOT NULL CHECK (length(month) = 7),
  state           TEXT NOT NULL CHECK (state IN ('estimate', 'issued', 'paid', 'payment_failed', 'waived', 'uncollectible', 'credited')),
  series          TEXT,
  series_number   INTEGER,
  number          TEXT UNIQUE,
  original_id     TEXT,
  reason          TEXT NOT NULL,
  currency        TEXT NOT NULL CHECK (length(currency) = 3),
  price_currency  TEXT NOT NULL CHECK (length(price_currency) = 3),
  rate            TEXT NOT NULL CHECK (CAST(rate AS REAL) > 0),
  rate_date       DATETIME,
  rate_source     TEXT NOT NULL,
  subtotal_minor  INTEGER NOT NULL,
  credits_minor   INTEGER NOT NULL CHECK (credits_minor >= 0),
  taxable_minor   INTEGER NOT NULL,
  tax_minor       INTEGER NOT NULL,
  total_minor     INTEGER NOT NULL,
  prepaid_minor   INTEGER NOT NULL CHECK (prepaid_minor >= 0),
  paid_minor      INTEGER NOT NULL,
  credited_minor  INTEGER NOT NULL CHECK (credited_minor >= 0),
  due_minor       INTEGER NOT NULL CHECK (due_minor >= 0),
  tax_local_minor INTEGER NOT NULL,
  tax_local_currency TEXT NOT NULL,
  tax_local_rate  TEXT,
  tax_local_rate_date DATETIME,
  tax_note        TEXT NOT NULL,
  tax_date        DATETIME,
  invoice_date    DATETIME,
  due_date        DATETIME,
  issued_at       DATETIME,
  snapshot        TEXT NOT NULL,
  seal            BLOB,
  frozen          BOOLEAN NOT NULL,
  created_at      DATETIME NOT NULL,
  updated_at      DATETIME NOT NULL,
  UNIQUE (account_id, id),
  UNIQUE (group_id, id),
  UNIQUE (series, series_number),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  FOREIGN KEY (group_id, original_id) REFERENCES invoices (group_id, id),
  CHECK (state = 'estimate' OR frozen),
  CHECK ((state = 'estimate') = (number IS NULL)),
  CHECK ((number IS NULL) = (series_number IS NULL)),
  CHECK ((kind = 'credit_note') = (original_id IS NOT NULL)),
  CHECK (taxable_minor = subtotal_minor - credits_minor),
  CHECK (total_minor = taxable_minor + tax_minor)
);
CREATE UNIQUE INDEX invoices_group_month ON invoices (group_id, month) WHERE kind = 'invoice';
CREATE INDEX invoices_group_list ON invoices (group_id, month, id);
CREATE INDEX invoices_account_state ON invoices (account_id, state, month);
CREATE INDEX invoices_estimates ON invoices (month, account_id, group_id) WHERE state = 'estimate';

CREATE TABLE group_months (
  account_id TEXT NOT NULL,
  group_id   TEXT NOT NULL,
  month      TEXT NOT NULL CHECK (length(month) = 7),
  state      TEXT NOT NULL CHECK (state IN ('closed', 'parked')),
  reason     TEXT NOT NULL,
  invoice_id TEXT,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (group_id, month),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  FOREIGN KEY (group_id, invoice_id) REFERENCES invoices (group_id, id)
);
CREATE INDEX group_months_account ON group_months (account_id, state, month);

CREATE TABLE invoice_lines (
  id            TEXT NOT NULL PRIMARY KEY,
  account_id    TEXT NOT NULL,
  invoice_id    TEXT NOT NULL,
  line_key      BLOB NOT NULL,
  project_id    TEXT,
  project_name  TEXT NOT NULL,
  service_name  TEXT NOT NULL,
  service_type  TEXT NOT NULL,
  service_plan  TEXT NOT NULL,
  cloud         TEXT NOT NULL,
  line_type     TEXT NOT NULL CHECK (line_type IN ('service_charge', 'support_charge', 'extra_charge')),
  unit          TEXT NOT NULL,
  unit_price    TEXT,
  description   TEXT NOT NULL,
  tags          TEXT NOT NULL,
  service_month TEXT NOT NULL CHECK (length(service_month) = 7),
  service_start DATETIME NOT NULL,
  service_end   DATETIME NOT NULL,
  quantity      TEXT NOT NULL,
  cost          TEXT NOT NULL,
  amount_minor  INTEGER NOT NULL,
  record_count  INTEGER NOT NULL CHECK (record_count >= 0),
  tax_category  TEXT NOT NULL,
  tax_rate      TEXT NOT NULL,
  original_line_id TEXT,
  frozen        BOOLEAN NOT NULL,
  UNIQUE (invoice_id, line_key),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id),
  FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id)
);
CREATE INDEX invoice_lines_list ON invoice_lines (invoice_id, project_name, service_name, id);
CREATE INDEX invoice_lines_project ON invoice_lines (invoice_id, project_id);

CREATE TABLE estimate_projects (
  invoice_id   TEXT NOT NULL REFERENCES invoices (id),
  project_id   TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, project_id)
);
CREATE INDEX estimate_projects_cost ON estimate_projects (invoice_id, amount_minor DESC, project_id);

CREATE TABLE usage_records (
  id           TEXT NOT NULL PRIMARY KEY,
  account_id   TEXT NOT NULL,
  record_id    TEXT NOT NULL,
  content_hash BLOB NOT NULL,
  line_id      TEXT NOT NULL REFERENCES invoice_lines (id),
  start_at     DATETIME NOT NULL,
  end_at       DATETIME NOT NULL,
  quantity     TEXT NOT NULL,
  cost         TEXT NOT NULL,
  received_at  DATETIME NOT NULL,
  UNIQUE (account_id, record_id),
  CHECK (end_at > start_at)
);
CREATE INDEX usage_records_line ON usage_records (line_id, start_at, id);

CREATE TABLE invoice_taxes (
  invoice_id      TEXT NOT NULL,
  account_id      TEXT NOT NULL,
  position        INTEGER NOT NULL,
  category        TEXT NOT NULL,
  rate            TEXT NOT NULL,
  name            TEXT NOT NULL,
  lines_minor     INTEGER NOT NULL,
  allowance_minor INTEGER NOT NULL CHECK (allowance_minor >= 0),
  taxable_minor   INTEGER NOT NULL,
  tax_minor       INTEGER NOT NULL,
  note            TEXT NOT NULL,
  source          TEXT NOT NULL,
  PRIMARY KEY (invoice_id, position),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id),
  CHECK (taxable_minor = lines_minor - allowance_minor)
);

CREATE TABLE invoice_documents (
  invoice_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('pdf', 'csv', 'xml', 'receipt')),
  sha256     BLOB NOT NULL,
  content    BLOB NOT NULL,
  size       INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (invoice_id, kind),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);

CREATE TABLE payments (
  id          TEXT NOT NULL PRIMARY KEY,
  account_id  TEXT NOT NULL,
  invoice_id  TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('payment', 'refund', 'reversal')),
  method      TEXT NOT NULL,
  reference   TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency    TEXT NOT NULL CHECK (length(currency) = 3),
  paid_on     DATETIME NOT NULL,
  created_at  DATETIME NOT NULL,
  UNIQUE (account_id, method, reference),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX payments_invoice ON payments (invoice_id, paid_on, id);

-- +goose StatementBegin
CREATE TRIGGER invoice_lines_frozen_update BEFORE UPDATE ON invoice_lines FOR EACH ROW WHEN (OLD.frozen)
BEGIN
  SELECT RAISE(ABORT, 'an issued invoice cannot be changed (invoice_lines)');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoice_lines_frozen_delete BEFORE DELETE ON invoice_lines FOR EACH ROW WHEN (OLD.frozen)
BEGIN
  SELECT RAISE(ABORT, 'an issued invoice cannot be changed (invoice_lines)');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoices_frozen_update BEFORE UPDATE ON invoices FOR EACH ROW
  WHEN (OLD.frozen AND (NOT NEW.frozen OR OLD.seal IS DISTINCT FROM NEW.seal OR OLD.series IS DISTINCT FROM NEW.series OR OLD.series_number IS DISTINCT FROM NEW.series_number
    OR OLD.number IS DISTINCT FROM NEW.number OR OLD.kind IS DISTINCT FROM NEW.kind OR OLD.original_id IS DISTINCT FROM NEW.original_id
    OR OLD.account_id IS DISTINCT FROM NEW.account_id OR OLD.group_id IS DISTINCT FROM NEW.group_id OR OLD.month IS DISTINCT FROM NEW.month
    OR OLD.currency IS DISTINCT FROM NEW.currency OR OLD.price_currency IS DISTINCT FROM NEW.price_currency OR OLD.rate IS DISTINCT FROM NEW.rate
    OR OLD.rate_date IS DISTINCT FROM NEW.rate_date OR OLD.rate_source IS DISTINCT FROM NEW.rate_source OR OLD.subtotal_minor IS DISTINCT FROM NEW.subtotal_minor
    OR OLD.credits_minor IS DISTINCT FROM NEW.credits_minor OR OLD.taxable_minor IS DISTINCT FROM NEW.taxable_minor OR OLD.tax_minor IS DISTINCT FROM NEW.tax_minor
    OR OLD.total_minor IS DISTINCT FROM NEW.total_minor OR OLD.prepaid_minor IS DISTINCT FROM NEW.prepaid_minor OR OLD.tax_local_minor IS DISTINCT FROM NEW.tax_local_minor
    OR OLD.tax_local_currency IS DISTINCT FROM NEW.tax_local_currency OR OLD.tax_local_rate IS DISTINCT FROM NEW.tax_local_rate OR OLD.tax_local_rate_date IS DISTINCT FROM NEW.tax_local_rate_date
    OR OLD.tax_note IS DISTINCT FROM NEW.tax_note OR OLD.tax_date IS DISTINCT FROM NEW.tax_date OR OLD.invoice_date IS DISTINCT FROM NEW.invoice_date
    OR OLD.due_date IS DISTINCT FROM NEW.due_date OR OLD.issued_at IS DISTINCT FROM NEW.issued_at OR OLD.reason IS DISTINCT FROM NEW.reason
    OR OLD.snapshot IS DISTINCT FROM NEW.snapshot OR OLD.created_at IS DISTINCT FROM NEW.created_at))
BEGIN
  SELECT RAISE(ABORT, 'an issued invoice cannot be changed (invoices)');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoices_frozen_delete BEFORE DELETE ON invoices FOR EACH ROW WHEN (OLD.frozen)
BEGIN
  SELECT RAISE(ABORT, 'an issued invoice cannot be changed (invoices)');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER usage_records_no_update BEFORE UPDATE ON usage_records FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table usage_records is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER usage_records_no_delete BEFORE DELETE ON usage_records FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table usage_records is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoice_taxes_no_update BEFORE UPDATE ON invoice_taxes FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table invoice_taxes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoice_taxes_no_delete BEFORE DELETE ON invoice_taxes FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table invoice_taxes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoice_documents_no_update BEFORE UPDATE ON invoice_documents FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table invoice_documents is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER invoice_documents_no_delete BEFORE DELETE ON invoice_documents FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table invoice_documents is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payments_no_update BEFORE UPDATE ON payments FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table payments is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payments_no_delete BEFORE DELETE ON payments FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table payments is append-only');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE payments;
DROP TABLE invoice_documents;
DROP TABLE invoice_taxes;
DROP TABLE usage_records;
DROP TABLE estimate_projects;
DROP TABLE invoice_lines;
DROP TABLE group_months;
DROP TABLE invoices;
DROP TABLE billing_runs;
DROP TABLE counters;
