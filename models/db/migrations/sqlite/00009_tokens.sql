-- +goose Up
-- API tokens: of a user, of an account, or of the operator when neither is named. Only the SHA-256 is kept.
CREATE TABLE api_tokens (
  id           TEXT NOT NULL PRIMARY KEY,
  token_sha256 BLOB NOT NULL UNIQUE,
  prefix       TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  user_id      TEXT REFERENCES users (id),
  account_id   TEXT REFERENCES accounts (id),
  scopes       TEXT NOT NULL,
  signed_in    BOOLEAN NOT NULL,
  created_by   TEXT NOT NULL,
  created_at   DATETIME NOT NULL,
  expires_at   DATETIME,
  last_used_at DATETIME,
  last_used_ip TEXT NOT NULL,
  revoked_at   DATETIME,
  CHECK (user_id IS NULL OR account_id IS NULL)
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX api_tokens_account ON api_tokens (account_id, id) WHERE account_id IS NOT NULL;

-- What a request with an Idempotency-Key was answered; status 0 while it is being worked on.
CREATE TABLE api_answers (
  token_id    TEXT NOT NULL REFERENCES api_tokens (id),
  route       TEXT NOT NULL,
  answer_key  TEXT NOT NULL,
  body_sha256 BLOB NOT NULL,
  status      INTEGER NOT NULL,
  body        BLOB NOT NULL,
  created_at  DATETIME NOT NULL,
  PRIMARY KEY (token_id, route, answer_key)
);
CREATE INDEX api_answers_created ON api_answers (created_at);

-- +goose Down
DROP TABLE api_answers;
DROP TABLE api_tokens;
