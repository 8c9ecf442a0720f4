-- +goose Up
-- Who looks for a project's lines knows the name under which they stand, and finds them by invoice_lines_list.
DROP INDEX invoice_lines_project;

-- Only a group's events are looked for by category or person. A project's are few beside them, and there
-- are as many rows of projects as a batch has.
DROP INDEX event_subjects_category;
DROP INDEX event_subjects_actor;
CREATE INDEX event_subjects_category ON event_subjects (subject_id, category, event_seq) WHERE kind = 'group';
CREATE INDEX event_subjects_actor ON event_subjects (subject_id, actor_id, event_seq) WHERE kind = 'group';

-- +goose Down
DROP INDEX event_subjects_actor;
DROP INDEX event_subjects_category;
CREATE INDEX event_subjects_category ON event_subjects (subject_id, category, event_seq);
CREATE INDEX event_subjects_actor ON event_subjects (subject_id, actor_id, event_seq);
CREATE INDEX invoice_lines_project ON invoice_lines (invoice_id, project_id);
