-- +goose Up
-- What lists of a large group need to be read by an index, whatever there is before and after a page.

-- Of the last estimate of its own group that a project came onto. It only narrows the search for the
-- projects that are on no running estimate: those that carry its id are on it.
ALTER TABLE projects ADD COLUMN last_estimate_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
UPDATE projects SET last_estimate_id = i.id FROM invoices i JOIN estimate_projects e ON e.invoice_id = i.id
  WHERE i.state = 'estimate' AND NOT i.frozen AND i.kind = 'invoice' AND e.project_id = projects.id AND i.group_id = projects.group_id
  AND NOT EXISTS (SELECT 1 FROM invoices o JOIN estimate_projects x ON x.invoice_id = o.id
    WHERE o.state = 'estimate' AND NOT o.frozen AND o.kind = 'invoice' AND x.project_id = projects.id AND o.group_id = projects.group_id AND o.month > i.month);
CREATE INDEX projects_group_estimate ON projects (group_id, last_estimate_id, name_key, id) WHERE deleted_at IS NULL;

-- +goose StatementBegin
CREATE FUNCTION note_estimate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE projects SET last_estimate_id = NEW.invoice_id WHERE id = NEW.project_id
    AND group_id = (SELECT i.group_id FROM invoices i WHERE i.id = NEW.invoice_id);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER estimate_projects_noted AFTER INSERT ON estimate_projects FOR EACH ROW EXECUTE FUNCTION note_estimate();

-- The projects that a group does not hold any more.
CREATE INDEX project_assignments_ended ON project_assignments (group_id, project_id) WHERE valid_to IS NOT NULL;
CREATE INDEX projects_group_deleted ON projects (group_id, id) WHERE deleted_at IS NOT NULL;

-- The months that an estimate's lines are of, without reading the lines.
CREATE INDEX invoice_lines_month ON invoice_lines (invoice_id, service_month);

-- The open estimates of a group, which has many invoices.
CREATE INDEX invoices_group_estimates ON invoices (group_id, month, id) WHERE state = 'estimate';

-- The first few things of an event: groups and invoices, of which there are few, before projects.
CREATE INDEX event_subjects_kind ON event_subjects (event_seq, kind, subject_id);
DROP INDEX event_subjects_event;

-- +goose Down
CREATE INDEX event_subjects_event ON event_subjects (event_seq, subject_id);
DROP INDEX event_subjects_kind;
DROP INDEX invoices_group_estimates;
DROP INDEX invoice_lines_month;
DROP INDEX projects_group_deleted;
DROP INDEX project_assignments_ended;
DROP TRIGGER estimate_projects_noted ON estimate_projects;
DROP FUNCTION note_estimate();
DROP INDEX projects_group_estimate;
ALTER TABLE projects DROP COLUMN last_estimate_id;
