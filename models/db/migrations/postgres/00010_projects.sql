-- +goose Up
-- What programs keep with a project: tags (JSON object), default cloud, addresses for technical news (JSON list).
ALTER TABLE projects ADD COLUMN tags text NOT NULL DEFAULT '{}', ADD COLUMN default_cloud text NOT NULL DEFAULT '',
  ADD COLUMN tech_emails text NOT NULL DEFAULT '[]';
-- When an account was last changed; null since it was made.
ALTER TABLE accounts ADD COLUMN updated_at timestamptz;
-- A token's life in seconds, 0 for one of a fixed end or none; extended: it begins anew with each use.
ALTER TABLE api_tokens ADD COLUMN max_age_seconds bigint NOT NULL DEFAULT 0, ADD COLUMN extend_when_used boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE api_tokens DROP COLUMN max_age_seconds, DROP COLUMN extend_when_used;
ALTER TABLE accounts DROP COLUMN updated_at;
ALTER TABLE projects DROP COLUMN tags, DROP COLUMN default_cloud, DROP COLUMN tech_emails;
