-- +goose Up
-- An account's own claims are found without those of its groups and projects.
CREATE INDEX credit_claims_account ON credit_claims (account_id) WHERE scope = 'account';

-- +goose Down
DROP INDEX credit_claims_account;
