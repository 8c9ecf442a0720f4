package verify

import (
	"billfold/models"
	"billfold/models/account"
)

// checkAssignments says that at every instant each project is in exactly one group, and that usage is
// billed to the group that held its project when it began.
func checkAssignments(p *pass) error {
	after := models.NilID
	for {
		var projects []struct{ ID, AccountID, GroupID string }
		err := p.tx.Raw(`SELECT id, account_id, group_id FROM projects WHERE id > ? ORDER BY id LIMIT ?`, after, batch).Scan(&projects).Error
		if err != nil {
			return err
		}
		byAccount := map[string][]string{}
		holder := map[string]string{}
		for _, one := range projects {
			byAccount[one.AccountID] = append(byAccount[one.AccountID], one.ID)
			holder[one.ID] = one.GroupID
			p.result.Checked++
		}
		for accountID, ids := range byAccount {
			history, err := account.LoadHistory(p.tx, accountID, ids)
			if err != nil {
				return err
			}
			for _, id := range ids {
				held := history[id]
				if why := account.Fault(held); why != "" {
					p.violated("G1", "project "+id, "over time it %s", why)
				} else if last := held[len(held)-1]; last.GroupID != holder[id] {
					p.violated("G1", "project "+id, "is shown in another group than the one that holds it")
				}
			}
		}
		if len(projects) < batch {
			break
		}
		after = projects[len(projects)-1].ID
	}
	// Once a record has come in, a project can no longer move to before its start; but a record that
	// begins in the next minutes may be overtaken by a move, and stays where it was.
	return p.violations("G1", "the record is billed to a group that did not hold its project when it began", `SELECT 'record ' || r.record_id, `+address+`
		FROM usage_records r JOIN invoice_lines l ON l.id = r.line_id JOIN invoices i ON i.id = l.invoice_id
		WHERE l.project_id IS NOT NULL AND r.start_at < r.received_at AND NOT EXISTS (SELECT 1 FROM project_assignments s
			WHERE s.project_id = l.project_id AND s.group_id = i.group_id
			AND (s.valid_from IS NULL OR s.valid_from <= r.start_at) AND (s.valid_to IS NULL OR s.valid_to > r.start_at))`)
}

// checkGroups says that every account has exactly one primary group and no deleted group has projects.
func checkGroups(p *pass) error {
	if err := p.count(`SELECT COUNT(*) FROM billing_groups`); err != nil {
		return err
	}
	err := p.violations("G4", "the account has not exactly one primary billing group", `SELECT 'account ' || CAST(a.id AS TEXT), a.name FROM accounts a
		WHERE a.deleted_at IS NULL AND (SELECT COUNT(*) FROM billing_groups g WHERE g.account_id = a.id AND g.is_primary AND g.deleted_at IS NULL) <> 1`)
	if err != nil {
		return err
	}
	return p.violations("G4", "a deleted group has a project", `SELECT 'group ' || CAST(g.id AS TEXT), p.name FROM billing_groups g
		JOIN projects p ON p.group_id = g.id WHERE g.deleted_at IS NOT NULL AND p.deleted_at IS NULL`)
}
