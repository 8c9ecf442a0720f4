-- +goose Up
-- What lists of a whole account in order of cost need to be read by an index.

-- The account, month and currency of an estimate, with each of its sums.
ALTER TABLE estimate_projects ADD COLUMN account_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  ADD COLUMN month text NOT NULL DEFAULT '', ADD COLUMN currency text NOT NULL DEFAULT '';
UPDATE estimate_projects SET account_id = i.account_id, month = i.month, currency = i.currency FROM invoices i WHERE i.id = estimate_projects.invoice_id;
-- With the amount in it the key is always the cheapest way to the amount of one project; the planner, which
-- knows only how many projects an estimate has on average, took the index by cost and read all of an estimate.
ALTER TABLE estimate_projects DROP CONSTRAINT estimate_projects_pkey, ADD PRIMARY KEY (invoice_id, project_id) INCLUDE (amount_minor);
CREATE INDEX estimate_projects_account ON estimate_projects (account_id, month, currency, amount_minor DESC, project_id);

-- The latest month of which a project came onto an estimate of its own group, empty for none and after a
-- move. It only narrows the search for the projects that are on no running estimate: those that carry the
-- running month are on one.
ALTER TABLE projects ADD COLUMN cost_month text NOT NULL DEFAULT '';
UPDATE projects SET cost_month = i.month FROM invoices i WHERE i.id = projects.last_estimate_id AND i.group_id = projects.group_id;
CREATE INDEX projects_account_cost ON projects (account_id, cost_month, name_key, id) WHERE deleted_at IS NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_estimate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE projects p SET last_estimate_id = i.id, cost_month = GREATEST(p.cost_month, i.month) FROM invoices i
    WHERE i.id = NEW.invoice_id AND p.id = NEW.project_id AND p.group_id = i.group_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- The running estimates of an account by cost, with what their sum needs.
CREATE INDEX invoices_account_cost ON invoices (account_id, month, currency, subtotal_minor DESC, group_id, price_currency, rate) WHERE state = 'estimate' AND NOT frozen AND kind = 'invoice';

-- +goose Down
DROP INDEX invoices_account_cost;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_estimate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE projects SET last_estimate_id = NEW.invoice_id WHERE id = NEW.project_id
    AND group_id = (SELECT i.group_id FROM invoices i WHERE i.id = NEW.invoice_id);
  RETURN NULL;
END $$;
-- +goose StatementEnd
DROP INDEX projects_account_cost;
ALTER TABLE projects DROP COLUMN cost_month;
DROP INDEX estimate_projects_account;
ALTER TABLE estimate_projects DROP CONSTRAINT estimate_projects_pkey, ADD PRIMARY KEY (invoice_id, project_id);
ALTER TABLE estimate_projects DROP COLUMN account_id, DROP COLUMN month, DROP COLUMN currency;
