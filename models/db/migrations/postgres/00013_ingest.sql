-- +goose Up
-- What taking usage in costs. Rows that every batch writes over find room on their page, so that no index grows with them.
ALTER TABLE invoices SET (fillfactor = 50);
ALTER TABLE estimate_projects SET (fillfactor = 70);
ALTER TABLE event_chains SET (fillfactor = 50);

-- Who looks for a project's lines knows the name under which they stand, and finds them by invoice_lines_list.
DROP INDEX invoice_lines_project;

-- Only a group's events are looked for by category or person. A project's are few beside them, and there
-- are as many rows of projects as a batch has.
DROP INDEX event_subjects_category;
DROP INDEX event_subjects_actor;
CREATE INDEX event_subjects_category ON event_subjects (subject_id, category, event_seq) WHERE kind = 'group';
CREATE INDEX event_subjects_actor ON event_subjects (subject_id, actor_id, event_seq) WHERE kind = 'group';

-- A foreign key is checked and its row locked once for every row that is written, which took longer than
-- writing it. These three are checked once for every invoice, project and event that a statement names.
-- Triggers that keep a foreign key say so in their comment, and the test of the schemas reads it.
ALTER TABLE invoice_lines DROP CONSTRAINT invoice_lines_account_id_invoice_id_fkey, DROP CONSTRAINT invoice_lines_account_id_project_id_fkey;
ALTER TABLE event_subjects DROP CONSTRAINT event_subjects_event_seq_fkey;

-- +goose StatementBegin
CREATE FUNCTION lines_refer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line record;
BEGIN
  FOR line IN SELECT a.account_id, a.invoice_id, bool_and(a.project_id IS NULL
      OR (SELECT p.id FROM projects p WHERE p.id = a.project_id AND p.account_id = a.account_id) IS NOT NULL) AS projects
    FROM (SELECT account_id, invoice_id, project_id FROM added GROUP BY account_id, invoice_id, project_id) a
    GROUP BY a.account_id, a.invoice_id ORDER BY a.invoice_id
  LOOP
    PERFORM FROM invoices i WHERE i.id = line.invoice_id AND i.account_id = line.account_id FOR KEY SHARE;
    IF NOT FOUND OR NOT line.projects THEN
      RAISE foreign_key_violation USING MESSAGE = format('a line of invoice %s refers to an invoice or a project that its account does not have', line.invoice_id);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION line_refers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM invoices i WHERE i.id = NEW.invoice_id AND i.account_id = NEW.account_id FOR KEY SHARE;
  IF NOT FOUND OR NEW.project_id IS NOT NULL AND NOT EXISTS (SELECT FROM projects p WHERE p.id = NEW.project_id AND p.account_id = NEW.account_id) THEN
    RAISE foreign_key_violation USING MESSAGE = format('line %s refers to an invoice or a project that its account does not have', NEW.id);
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION referred_to_by_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM invoice_lines l WHERE CASE TG_TABLE_NAME WHEN 'invoices' THEN l.invoice_id = OLD.id ELSE l.project_id = OLD.id END) THEN
    RAISE foreign_key_violation USING MESSAGE = format('lines of invoices refer to row %s of %s', OLD.id, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION subjects_refer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT event_seq FROM added) a WHERE (SELECT e.seq FROM events e WHERE e.seq = a.event_seq) IS NULL) THEN
    RAISE foreign_key_violation USING MESSAGE = 'something is said to be touched by an event that does not exist';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER invoice_lines_refer AFTER INSERT ON invoice_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lines_refer();
CREATE TRIGGER invoice_lines_refer_again AFTER UPDATE OF account_id, invoice_id, project_id ON invoice_lines FOR EACH ROW
  WHEN ((OLD.account_id, OLD.invoice_id, OLD.project_id) IS DISTINCT FROM (NEW.account_id, NEW.invoice_id, NEW.project_id)) EXECUTE FUNCTION line_refers();
CREATE TRIGGER invoices_referred_to AFTER DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION referred_to_by_lines();
CREATE TRIGGER invoices_referred_to_as AFTER UPDATE OF id, account_id ON invoices FOR EACH ROW
  WHEN ((OLD.id, OLD.account_id) IS DISTINCT FROM (NEW.id, NEW.account_id)) EXECUTE FUNCTION referred_to_by_lines();
CREATE TRIGGER projects_referred_to AFTER DELETE ON projects FOR EACH ROW EXECUTE FUNCTION referred_to_by_lines();
CREATE TRIGGER projects_referred_to_as AFTER UPDATE OF id, account_id ON projects FOR EACH ROW
  WHEN ((OLD.id, OLD.account_id) IS DISTINCT FROM (NEW.id, NEW.account_id)) EXECUTE FUNCTION referred_to_by_lines();
-- Events are never deleted, which events_no_delete keeps.
CREATE TRIGGER event_subjects_refer AFTER INSERT ON event_subjects REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION subjects_refer();

COMMENT ON TRIGGER invoice_lines_refer ON invoice_lines IS 'foreign key: invoice_lines account_id,invoice_id -> invoices account_id,id';
COMMENT ON TRIGGER invoice_lines_refer_again ON invoice_lines IS 'foreign key: invoice_lines account_id,project_id -> projects account_id,id';
COMMENT ON TRIGGER invoices_referred_to ON invoices IS 'foreign key: of invoice_lines';
COMMENT ON TRIGGER invoices_referred_to_as ON invoices IS 'foreign key: of invoice_lines';
COMMENT ON TRIGGER projects_referred_to ON projects IS 'foreign key: of invoice_lines';
COMMENT ON TRIGGER projects_referred_to_as ON projects IS 'foreign key: of invoice_lines';
COMMENT ON TRIGGER event_subjects_refer ON event_subjects IS 'foreign key: event_subjects event_seq -> events seq';

-- +goose Down
DROP TRIGGER event_subjects_refer ON event_subjects;
DROP TRIGGER projects_referred_to_as ON projects;
DROP TRIGGER projects_referred_to ON projects;
DROP TRIGGER invoices_referred_to_as ON invoices;
DROP TRIGGER invoices_referred_to ON invoices;
DROP TRIGGER invoice_lines_refer_again ON invoice_lines;
DROP TRIGGER invoice_lines_refer ON invoice_lines;
DROP FUNCTION subjects_refer(), referred_to_by_lines(), line_refers(), lines_refer();
ALTER TABLE event_subjects ADD FOREIGN KEY (event_seq) REFERENCES events (seq);
ALTER TABLE invoice_lines ADD FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, id),
  ADD FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id);
DROP INDEX event_subjects_actor;
DROP INDEX event_subjects_category;
CREATE INDEX event_subjects_category ON event_subjects (subject_id, category, event_seq);
CREATE INDEX event_subjects_actor ON event_subjects (subject_id, actor_id, event_seq);
CREATE INDEX invoice_lines_project ON invoice_lines (invoice_id, project_id);
ALTER TABLE event_chains RESET (fillfactor);
ALTER TABLE estimate_projects RESET (fillfactor);
ALTER TABLE invoices RESET (fillfactor);
