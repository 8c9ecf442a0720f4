-- +goose Up
-- What programs keep with a project: tags (JSON object), default cloud, addresses for technical news (JSON list).
ALTER TABLE projects ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
ALTER TABLE projects ADD COLUMN default_cloud TEXT NOT NULL DEFAULT '';
ALTER TABLE projects ADD COLUMN tech_emails TEXT NOT NULL DEFAULT '[]';
-- When an account was last changed; null since it was made.
ALTER TABLE accounts ADD COLUMN updated_at DATETIME;
-- A token's life in seconds, 0 for one of a fixed end or none; extended: it begins anew with each use.
ALTER TABLE api_tokens ADD COLUMN max_age_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_tokens ADD COLUMN extend_when_used BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE api_tokens DROP COLUMN extend_when_used;
ALTER TABLE api_tokens DROP COLUMN max_age_seconds;
ALTER TABLE accounts DROP COLUMN updated_at;
ALTER TABLE projects DROP COLUMN tech_emails;
ALTER TABLE projects DROP COLUMN default_cloud;
ALTER TABLE projects DROP COLUMN tags;
