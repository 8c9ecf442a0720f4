-- +goose Up
-- API tokens: of a user, of an account, or of the operator when neither is named. Only the SHA-256 is kept.
CREATE TABLE api_tokens (
  id           uuid PRIMARY KEY,
  token_sha256 bytea NOT NULL UNIQUE,
  prefix       text NOT NULL UNIQUE,
  name         text NOT NULL,
  user_id      uuid REFERENCES users (id),
  account_id   uuid REFERENCES accounts (id),
  scopes       text NOT NULL,
  signed_in    boolean NOT NULL,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  last_used_at timestamptz,
  last_used_ip text NOT NULL,
  revoked_at   timestamptz,
  CHECK (user_id IS NULL OR account_id IS NULL)
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX api_tokens_account ON api_tokens (account_id, id) WHERE account_id IS NOT NULL;

-- What a request with an Idempotency-Key was answered; status 0 while it is being worked on.
CREATE TABLE api_answers (
  token_id    uuid NOT NULL REFERENCES api_tokens (id),
  route       text NOT NULL,
  answer_key  text NOT NULL,
  body_sha256 bytea NOT NULL,
  status      bigint NOT NULL,
  body        bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (token_id, route, answer_key)
);
CREATE INDEX api_answers_created ON api_answers (created_at);

-- +goose Down
DROP TABLE api_answers, api_tokens;
