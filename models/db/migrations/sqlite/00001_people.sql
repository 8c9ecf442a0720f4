-- +goose Up
CREATE TABLE settings (
  name       TEXT NOT NULL PRIMARY KEY,
  value      TEXT NOT NULL,
  updated_at DATETIME NOT NULL
);

CREATE TABLE users (
  id            TEXT NOT NULL PRIMARY KEY,
  email         TEXT NOT NULL,
  email_key     TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  disabled_at   DATETIME
);

CREATE TABLE sessions (
  token_sha256 BLOB NOT NULL PRIMARY KEY,
  user_id      TEXT REFERENCES users (id),
  data         TEXT NOT NULL,
  ip           TEXT NOT NULL,
  agent        TEXT NOT NULL,
  created_at   DATETIME NOT NULL,
  last_seen_at DATETIME NOT NULL,
  expires_at   DATETIME NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE attempts (
  subject    TEXT NOT NULL PRIMARY KEY,
  failures   INTEGER NOT NULL,
  since      DATETIME NOT NULL,
  blocked_until DATETIME
);

CREATE TABLE form_keys (
  user_id    TEXT NOT NULL REFERENCES users (id),
  form_key   TEXT NOT NULL,
  location   TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (user_id, form_key)
);

CREATE TABLE recent_projects (
  user_id    TEXT NOT NULL REFERENCES users (id),
  project_id TEXT NOT NULL,
  seen_at    DATETIME NOT NULL,
  PRIMARY KEY (user_id, project_id)
);

-- +goose Down
DROP TABLE recent_projects;
DROP TABLE form_keys;
DROP TABLE attempts;
DROP TABLE sessions;
DROP TABLE users;
DROP TABLE settings;
