-- +goose Up
CREATE TABLE event_chains (
  chain     TEXT NOT NULL PRIMARY KEY,
  last_hash BLOB NOT NULL,
  length    INTEGER NOT NULL
);

CREATE TABLE events (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id  TEXT REFERENCES accounts (id),
  chain       TEXT NOT NULL,
  position    INTEGER NOT NULL,
  occurred_at DATETIME NOT NULL,
  actor_kind  TEXT NOT NULL CHECK (actor_kind IN ('user', 'token', 'operator', 'system')),
  actor_id    TEXT NOT NULL,
  actor_name  TEXT NOT NULL,
  type        TEXT NOT NULL,
  category    TEXT NOT NULL,
  sentence    TEXT NOT NULL,
  before      TEXT NOT NULL,
  after       TEXT NOT NULL,
  request_id  TEXT NOT NULL,
  ip          TEXT NOT NULL,
  hash        BLOB NOT NULL,
  UNIQUE (chain, position)
);

CREATE TABLE event_subjects (
  subject_id  TEXT NOT NULL,
  event_seq   INTEGER NOT NULL REFERENCES events (seq),
  account_id  TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('group', 'project', 'invoice')),
  category    TEXT NOT NULL,
  actor_id    TEXT NOT NULL,
  occurred_at DATETIME NOT NULL,
  PRIMARY KEY (subject_id, event_seq)
);
CREATE INDEX event_subjects_category ON event_subjects (subject_id, category, event_seq);
CREATE INDEX event_subjects_actor ON event_subjects (subject_id, actor_id, event_seq);
CREATE INDEX event_subjects_event ON event_subjects (event_seq, subject_id);

-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_no_delete BEFORE DELETE ON events FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_subjects_no_update BEFORE UPDATE ON event_subjects FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table event_subjects is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_subjects_no_delete BEFORE DELETE ON event_subjects FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, 'table event_subjects is append-only');
END;
-- +goose StatementEnd

CREATE TABLE jobs (
  id          TEXT NOT NULL PRIMARY KEY,
  kind        TEXT NOT NULL,
  unique_key  TEXT NOT NULL UNIQUE,
  payload     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  attempts    INTEGER NOT NULL,
  last_error  TEXT NOT NULL,
  run_at      DATETIME NOT NULL,
  locked_until DATETIME,
  created_at  DATETIME NOT NULL,
  finished_at DATETIME
);
CREATE INDEX jobs_due ON jobs (state, run_at, id);

-- +goose Down
DROP TABLE jobs;
DROP TABLE event_subjects;
DROP TABLE events;
DROP TABLE event_chains;
