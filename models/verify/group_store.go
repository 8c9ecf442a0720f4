package verify

import (
	"billfold/models/account"
)

// checkAssignments says that at every instant each project is in exactly one group of its account.
func checkAssignments(p *pass) error {
	after := "00000000-0000-0000-0000-000000000000"
	for {
		var projects []struct{ ID, AccountID, GroupID string }
		err := p.db.Read(p.ctx).Raw(`SELECT id, account_id, group_id FROM projects WHERE id > ? ORDER BY id LIMIT ?`, after, batch).Scan(&projects).Error
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
			history, err := account.LoadHistory(p.db.Read(p.ctx), accountID, ids)
			if err != nil {
				return err
			}
			for _, id := range ids {
				held := history[id]
				if why := account.Fault(held); why != "" {
					p.violated("G1", "project "+id, "%s", why)
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
	return violations(p, "G2", "is assigned to a group of another account", `SELECT CAST(s.project_id AS TEXT), CAST(s.group_id AS TEXT)
		FROM project_assignments s JOIN billing_groups g ON g.id = s.group_id WHERE g.account_id <> s.account_id`)
}

// checkGroups says that every account has exactly one primary group and no deleted group has projects.
func checkGroups(p *pass) error {
	var n int64
	if err := p.db.Read(p.ctx).Raw(`SELECT COUNT(*) FROM billing_groups`).Scan(&n).Error; err != nil {
		return err
	}
	p.result.Checked = int(n)
	err := violations(p, "G4", "the account has not exactly one primary billing group", `SELECT CAST(a.id AS TEXT), a.name FROM accounts a
		WHERE a.deleted_at IS NULL AND (SELECT COUNT(*) FROM billing_groups g WHERE g.account_id = a.id AND g.is_primary) <> 1`)
	if err != nil {
		return err
	}
	return violations(p, "G4", "a deleted group has a project", `SELECT CAST(g.id AS TEXT), p.name FROM billing_groups g
		JOIN projects p ON p.group_id = g.id WHERE g.deleted_at IS NOT NULL AND p.deleted_at IS NULL`)
}
