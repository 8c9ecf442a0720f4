-- +goose Up
CREATE TABLE settings (
  name       text PRIMARY KEY,
  value      text NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE users (
  id            uuid PRIMARY KEY,
  email         text NOT NULL,
  email_key     text NOT NULL UNIQUE,
  name          text NOT NULL,
  password_hash text NOT NULL,
  created_at    timestamptz NOT NULL,
  disabled_at   timestamptz
);

CREATE TABLE sessions (
  token_sha256 bytea PRIMARY KEY,
  user_id      uuid REFERENCES users (id),
  data         text NOT NULL,
  ip           text NOT NULL,
  agent        text NOT NULL,
  created_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE attempts (
  subject    text PRIMARY KEY,
  failures   bigint NOT NULL,
  since      timestamptz NOT NULL,
  blocked_until timestamptz
);

CREATE TABLE form_keys (
  user_id    uuid NOT NULL REFERENCES users (id),
  form_key   text NOT NULL,
  location   text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, form_key)
);

CREATE TABLE recent_projects (
  user_id    uuid NOT NULL REFERENCES users (id),
  project_id uuid NOT NULL,
  seen_at    timestamptz NOT NULL,
  PRIMARY KEY (user_id, project_id)
);

-- +goose Down
DROP TABLE recent_projects, form_keys, attempts, sessions, users, settings;
