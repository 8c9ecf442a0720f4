-- +goose Up
-- What a credit note gives back of a use of a credit, each as a claim of its own.
CREATE TABLE credit_returns (
  claim_id     TEXT NOT NULL PRIMARY KEY,
  account_id   TEXT NOT NULL,
  use_id       TEXT NOT NULL REFERENCES credit_uses (id),
  note_id      TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  created_at   DATETIME NOT NULL,
  UNIQUE (use_id, note_id),
  FOREIGN KEY (account_id, claim_id) REFERENCES credit_claims (account_id, id),
  FOREIGN KEY (account_id, note_id) REFERENCES invoices (account_id, id)
);
CREATE INDEX credit_returns_note ON credit_returns (note_id);
-- +goose StatementBegin
CREATE TRIGGER credit_returns_no_update BEFORE UPDATE ON credit_returns FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table credit_returns is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_returns_no_delete BEFORE DELETE ON credit_returns FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table credit_returns is append-only');
END;
-- +goose StatementEnd

CREATE INDEX invoices_original ON invoices (original_id) WHERE original_id IS NOT NULL;

-- +goose Down
DROP INDEX invoices_original;
DROP TABLE credit_returns;
