-- +goose Up
CREATE TABLE counters (
  series     text PRIMARY KEY,
  last_value bigint NOT NULL CHECK (last_value >= 0)
);

CREATE TABLE billing_runs (
  month        text PRIMARY KEY,
  invoice_date timestamptz NOT NULL,
  started_at   timestamptz NOT NULL,
  finished_at  timestamptz
);

CREATE TABLE invoices (
  id              uuid PRIMARY KEY,
  account_id      uuid NOT NULL REFERENCES accounts (id),
  group_id        uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
  month           text NOT NULL CHECK (length(month) = 7),
  state           text NOT NULL CHECK (state IN ('estimate', 'issued', 'paid', 'payment_failed', 'waived', 'uncollectible', 'credited')),
  series          text,
  series_number   bigint,
  number          text UNIQUE,
  original_id     uuid,
  reason          text NOT NULL,
  currency        text NOT NULL CHECK (length(currency) = 3),
  price_currency  text NOT NULL CHECK (length(price_currency) = 3),
  rate            numeric(38,18) NOT NULL CHECK (rate > 0),
  rate_date       timestamptz,
  rate_source     text NOT NULL,
  subtotal_minor  bigint NOT NULL,
  credits_minor   bigint NOT NULL CHECK (credits_minor >= 0),
  taxable_minor   bigint NOT NULL,
  tax_minor       bigint NOT NULL,
  total_minor     bigint NOT NULL,
  prepaid_minor   bigint NOT NULL CHECK (prepaid_minor >= 0),
  paid_minor      bigint NOT NULL,
  credited_minor  bigint NOT NULL CHECK (credited_minor >= 0),
  due_minor       bigint NOT NULL CHECK (due_minor >= 0),
  tax_local_minor bigint NOT NULL,
  tax_local_currency text NOT NULL,
  tax_local_rate  numeric(38,18),
  tax_local_rate_date timestamptz,
  tax_note        text NOT NULL,
  tax_date        timestamptz,
  invoice_date    timestamptz,
  due_date        timestamptz,
  issued_at       timestamptz,
  snapshot        text NOT NULL,
  seal            bytea,
  frozen          boolean NOT NULL,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
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
  account_id uuid NOT NULL,
  group_id   uuid NOT NULL,
  month      text NOT NULL CHECK (length(month) = 7),
  state      text NOT NULL CHECK (state IN ('closed', 'parked')),
  reason     text NOT NULL,
  invoice_id uuid,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (group_id, month),
  FOREIGN KEY (account_id, group_id) REFERENCES billing_groups (account_id, id),
  FOREIGN KEY (group_id, invoice_id) REFERENCES invoices (group_id, id)
);
CREATE INDEX group_months_account ON group_months (account_id, state, month);

CREATE TABLE invoice_lines (
  id            uuid PRIMARY KEY,
  account_id    uuid NOT NULL,
  invoice_id    uuid NOT NULL,
  line_key      bytea NOT NULL,
  project_id    uuid,
  project_name  text NOT NULL,
  service_name  text NOT NULL,
  service_type  text NOT NULL,
  service_plan  text NOT NULL,
  cloud         text NOT NULL,
  line_type     text NOT NULL CHECK (line_type IN ('service_charge', 'support_charge', 'extra_charge')),
  unit          text NOT NULL,
  unit_price    numeric(38,18),
  description   text NOT NULL,
  tags          text NOT NULL,
  service_month text NOT NULL CHECK (length(service_month) = 7),
  service_start timestamptz NOT NULL,
  service_end   timestamptz NOT NULL,
  quantity      numeric(38,18) NOT NULL,
  cost          numeric(38,18) NOT NULL,
  amount_minor  bigint NOT NULL,
  record_count  bigint NOT NULL CHECK (record_count >= 0),
  tax_category  text NOT NULL,
  tax_rate      numeric(38,18) NOT NULL,
  original_line_id uuid,
  frozen        boolean NOT NULL,
  UNIQUE (invoice_id, line_key),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id),
  FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id)
) WITH (fillfactor = 70);
CREATE INDEX invoice_lines_list ON invoice_lines (invoice_id, project_name, service_name, id);
CREATE INDEX invoice_lines_project ON invoice_lines (invoice_id, project_id);

CREATE TABLE estimate_projects (
  invoice_id   uuid NOT NULL REFERENCES invoices (id),
  project_id   uuid NOT NULL,
  amount_minor bigint NOT NULL,
  PRIMARY KEY (invoice_id, project_id)
);
CREATE INDEX estimate_projects_cost ON estimate_projects (invoice_id, amount_minor DESC, project_id);

CREATE TABLE usage_records (
  id           uuid PRIMARY KEY,
  account_id   uuid NOT NULL,
  record_id    text NOT NULL,
  content_hash bytea NOT NULL,
  line_id      uuid NOT NULL REFERENCES invoice_lines (id),
  start_at     timestamptz NOT NULL,
  end_at       timestamptz NOT NULL,
  quantity     numeric(38,18) NOT NULL,
  cost         numeric(38,18) NOT NULL,
  received_at  timestamptz NOT NULL,
  UNIQUE (account_id, record_id),
  CHECK (end_at > start_at)
);
CREATE INDEX usage_records_line ON usage_records (line_id, start_at, id);

CREATE TABLE invoice_taxes (
  invoice_id      uuid NOT NULL,
  account_id      uuid NOT NULL,
  position        bigint NOT NULL,
  category        text NOT NULL,
  rate            numeric(38,18) NOT NULL,
  name            text NOT NULL,
  lines_minor     bigint NOT NULL,
  allowance_minor bigint NOT NULL CHECK (allowance_minor >= 0),
  taxable_minor   bigint NOT NULL,
  tax_minor       bigint NOT NULL,
  note            text NOT NULL,
  source          text NOT NULL,
  PRIMARY KEY (invoice_id, position),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id),
  CHECK (taxable_minor = lines_minor - allowance_minor)
);

CREATE TABLE invoice_documents (
  invoice_id uuid NOT NULL,
  account_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('pdf', 'csv', 'xml', 'receipt')),
  sha256     bytea NOT NULL,
  content    bytea NOT NULL,
  size       bigint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (invoice_id, kind),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);

CREATE TABLE payments (
  id          uuid PRIMARY KEY,
  account_id  uuid NOT NULL,
  invoice_id  uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('payment', 'refund', 'reversal')),
  method      text NOT NULL,
  reference   text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency    text NOT NULL CHECK (length(currency) = 3),
  paid_on     timestamptz NOT NULL,
  created_at  timestamptz NOT NULL,
  UNIQUE (account_id, method, reference),
  FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX payments_invoice ON payments (invoice_id, paid_on, id);

-- +goose StatementBegin
CREATE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an issued invoice cannot be changed (%)', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invoice_lines_frozen_update BEFORE UPDATE ON invoice_lines FOR EACH ROW WHEN (OLD.frozen) EXECUTE FUNCTION refuse_frozen();
CREATE TRIGGER invoice_lines_frozen_delete BEFORE DELETE ON invoice_lines FOR EACH ROW WHEN (OLD.frozen) EXECUTE FUNCTION refuse_frozen();
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
  EXECUTE FUNCTION refuse_frozen();
CREATE TRIGGER invoices_frozen_delete BEFORE DELETE ON invoices FOR EACH ROW WHEN (OLD.frozen) EXECUTE FUNCTION refuse_frozen();
CREATE TRIGGER usage_records_no_update BEFORE UPDATE ON usage_records FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_records_no_delete BEFORE DELETE ON usage_records FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_taxes_no_update BEFORE UPDATE ON invoice_taxes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_taxes_no_delete BEFORE DELETE ON invoice_taxes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_documents_no_update BEFORE UPDATE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_documents_no_delete BEFORE DELETE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_no_update BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_no_delete BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE payments, invoice_documents, invoice_taxes, usage_records, estimate_projects, invoice_lines, group_months, invoices, billing_runs, counters;
DROP FUNCTION refuse_frozen();
