package credit

import (
	"billfold/models"
	"billfold/models/access"
	"billfold/models/money"

	"gorm.io/gorm"
)

// Target is what a claim shall be used for.
type Target struct {
	Scope     Scope
	GroupID   string // the group of the page, whatever the scope; the group itself for ForGroup
	ProjectID string // for ForProject
}

// target is a Target that was found in the account.
type target struct {
	Target
	page     string         // the group of the page, "" for none
	name     string         // as sentences say it: "the billing group Production"
	billed   string         // as messages say it: "This billing group", "web-frontend"
	currency money.Currency // in which it is billed; "" when open, or not set yet
	groups   []string       // every group it touches
	projects []string       // every project it touches
}

// find looks a target up among the scope's account. Kinds: Invalid (use_for), NotFound.
func find(tx *gorm.DB, scope access.Scope, t Target) (target, error) {
	found := target{Target: t, page: t.GroupID}
	if found.page == "" {
		found.page = scope.GroupID()
	}
	var err error
	switch t.Scope {
	case ForGroup:
		found.GroupID, found.ProjectID = found.page, ""
		err = found.group(tx, scope.AccountID())
	case ForAccount:
		found.GroupID, found.ProjectID, found.name = "", "", "all projects of the account"
		err = tx.Raw(`SELECT id FROM billing_groups WHERE account_id = ? AND deleted_at IS NULL ORDER BY id`, scope.AccountID()).Scan(&found.groups).Error
	case ForProject:
		found.GroupID = ""
		err = found.project(tx, scope.AccountID())
	default:
		err = models.Invalidf("use_for", "Choose what the credit is used for")
	}
	return found, err
}

func (t *target) group(tx *gorm.DB, accountID string) error {
	var row struct{ Name, Currency string }
	if !models.IsID(t.GroupID) {
		return models.NotFoundf("Billing group not found")
	}
	q := tx.Raw(`SELECT g.name, COALESCE(i.currency, '') AS currency FROM billing_groups g LEFT JOIN billing_information i ON i.group_id = g.id
		WHERE g.account_id = ? AND g.id = ? AND g.deleted_at IS NULL`, accountID, t.GroupID).Scan(&row)
	if q.Error == nil && q.RowsAffected == 0 {
		return models.NotFoundf("Billing group not found")
	}
	t.name, t.billed, t.currency, t.groups = "the billing group "+row.Name, "This billing group", money.Currency(row.Currency), []string{t.GroupID}
	return q.Error
}

func (t *target) project(tx *gorm.DB, accountID string) error {
	var row struct{ Name, GroupID, Currency string }
	if t.ProjectID == "" {
		return models.Invalidf("use_for", "Choose a project")
	}
	if !models.IsID(t.ProjectID) {
		return models.NotFoundf("Project not found")
	}
	q := tx.Raw(`SELECT p.name, p.group_id, COALESCE(i.currency, '') AS currency FROM projects p LEFT JOIN billing_information i ON i.group_id = p.group_id
		WHERE p.account_id = ? AND p.id = ? AND p.deleted_at IS NULL`, accountID, t.ProjectID).Scan(&row)
	if q.Error == nil && q.RowsAffected == 0 {
		return models.NotFoundf("Project not found")
	}
	t.name, t.billed, t.currency = "the project "+row.Name, row.Name, money.Currency(row.Currency)
	if row.GroupID == t.page {
		t.billed = "This billing group"
	}
	t.groups, t.projects = []string{row.GroupID}, []string{t.ProjectID}
	return q.Error
}

// fits refuses a use that could never be: prepaid money of one project, or credit in another currency
// than the invoices have. Kind: Invalid.
func (t target) fits(kind Type, currency money.Currency) error {
	if kind.Prepaid() && t.Scope == ForProject {
		return models.Invalidf("use_for", "Prepaid credit cannot be used for one project. Choose this billing group or all projects of the account")
	}
	if t.currency != "" && t.currency != currency {
		return models.Invalidf("code", "This credit code is for %s. %s is billed in %s", currency, t.billed, t.currency)
	}
	return nil
}
