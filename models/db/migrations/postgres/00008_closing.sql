-- +goose Up
-- Closing a month changes every line of it once more. With half of each page free the new version of a line
-- stays in its page and no index is written; at 70% most lines moved, and closing took twice the time.
ALTER TABLE invoice_lines SET (fillfactor = 45);

-- An account's own claims are found without those of its groups and projects.
CREATE INDEX credit_claims_account ON credit_claims (account_id) WHERE scope = 'account';

-- +goose Down
DROP INDEX credit_claims_account;
ALTER TABLE invoice_lines SET (fillfactor = 70);
