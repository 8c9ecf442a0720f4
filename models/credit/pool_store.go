package credit

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/money"

	"gorm.io/gorm"
)

// Pool is the credit that a set of groups can use on the invoices of a period: read and locked once, used
// in memory group by group, so that what one uses is gone for the next, and written once.
type Pool struct {
	end       time.Time
	byGroup   map[string][]*pooled
	byProject map[string][]*pooled // by the group that holds the project
	byAccount map[string][]*pooled
	byID      map[string]*pooled
	uses      []pooledUse
}

// pooled is a claim in a pool; what remains of it is what is not used yet.
type pooled struct {
	Claim
	before int64 // what remained when it was read
}

type pooledUse struct {
	Use
	invoiceID string
}

// LoadPool reads and locks the claims that invoices of groups can use for a period, whose end is the first
// instant after it. A project's credit follows the project: it is usable in the group that holds it
// now. Of projects, those with lines must be named: no other can use its credit. The caller holds the
// locks of the accounts.
func LoadPool(tx *gorm.DB, accountIDs, groupIDs, projectIDs []string, periodEnd time.Time) (*Pool, error) {
	p := &Pool{end: periodEnd, byGroup: map[string][]*pooled{}, byProject: map[string][]*pooled{}, byAccount: map[string][]*pooled{}, byID: map[string]*pooled{}}
	for _, part := range []struct {
		join, where string
		ids         []string
		into        map[string][]*pooled
		of          func(Claim) string
	}{
		{"", "c.group_id", groupIDs, p.byGroup, func(c Claim) string { return c.GroupID }},
		{"", "c.scope = 'account' AND c.account_id", accountIDs, p.byAccount, func(c Claim) string { return c.AccountID }},
		{"JOIN project_assignments a ON a.project_id = c.project_id AND a.valid_to IS NULL ", "c.project_id", projectIDs, p.byProject, nil},
	} {
		query := pooledSelect(part.join) + `WHERE c.remaining_minor > 0 AND c.claimed_at < ? AND k.starts_at < ? AND (c.expires_at IS NULL OR c.expires_at >= ?)
			AND ` + part.where + ` IN (?) ORDER BY c.id` + lockClause(tx)
		end := periodEnd.UTC()
		err := db.QueryIn(tx, query, part.ids, []any{end, end, end}, func(rows *sql.Rows) error {
			c, holder, err := scanPooled(rows)
			if err != nil || !c.Usable(periodEnd) {
				return err
			}
			if part.of != nil {
				holder = part.of(c.Claim)
			}
			part.into[holder], p.byID[c.ID] = append(part.into[holder], c), c
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// pooledSelect is claimSelect with the group that holds the project, when project_assignments is joined.
func pooledSelect(join string) string {
	holder := "NULL"
	if join != "" {
		holder = "a.group_id"
	}
	return `SELECT c.id, c.account_id, c.credit_id, c.scope, c.group_id, c.project_id, c.value_minor, c.remaining_minor,
		c.expires_at, c.returned_by, c.claimed_at, k.code, k.type, k.currency, k.starts_at, p.name, ` + holder + `
		FROM credit_claims c JOIN credits k ON k.id = c.credit_id LEFT JOIN projects p ON p.id = c.project_id ` + join
}

func scanPooled(rows *sql.Rows) (c *pooled, holder string, err error) {
	var v claimView
	var group *string
	err = rows.Scan(&v.ID, &v.AccountID, &v.CreditID, &v.Scope, &v.GroupID, &v.ProjectID, &v.ValueMinor, &v.RemainingMinor,
		&v.ExpiresAt, &v.ReturnedBy, &v.ClaimedAt, &v.Code, &v.Type, &v.Currency, &v.StartsAt, &v.ProjectName, &group)
	return &pooled{v.claim(), v.RemainingMinor}, textOf(group), err
}

// Usable gives what a group can use on an invoice in a currency, in the order of use: reducing claims, and
// prepaid ones, which pay after tax.
func (p *Pool) Usable(accountID, groupID string, c money.Currency) (reducing, prepaid []Claim) {
	for _, list := range [][]*pooled{p.byGroup[groupID], p.byAccount[accountID], p.byProject[groupID]} {
		for _, one := range list {
			switch {
			case !one.Usable(p.end) || one.Remaining.Currency() != c:
			case one.Type.Prepaid():
				prepaid = append(prepaid, one.Claim)
			default:
				reducing = append(reducing, one.Claim)
			}
		}
	}
	InOrder(reducing)
	InOrder(prepaid)
	return reducing, prepaid
}

// Use notes the uses of an invoice. Their claims must be as Usable gave them, with nothing used since.
func (p *Pool) Use(invoiceID string, uses []Use) error {
	for _, u := range uses {
		one := p.byID[u.Claim.ID]
		if one == nil || one.Remaining != u.Claim.Remaining {
			return fmt.Errorf("credit claim %s has changed since it was read", u.Claim.ID)
		}
		one.Remaining = u.RemainingAfter
		p.uses = append(p.uses, pooledUse{u, invoiceID})
	}
	return nil
}

// Write writes the uses down and lowers what remains of each claim. It writes no event: the caller's, of
// the issued invoices, cover it.
func (p *Pool) Write(tx *gorm.DB, at time.Time) error {
	var ids []string
	var before, left []int64
	seen := map[string]bool{}
	for _, u := range p.uses {
		if id := u.Claim.ID; !seen[id] {
			seen[id] = true
			ids, before, left = append(ids, id), append(before, p.byID[id].before), append(left, p.byID[id].Remaining.Minor())
		}
	}
	changed, err := db.UpdateRows(tx, "credit_claims", db.Col("id", "uuid", ids),
		[]db.Column{db.Col("remaining_minor", "bigint", left), db.Given("bigint", before)}, "remaining_minor = {2}")
	if err == nil && changed != int64(len(ids)) {
		err = errors.New("a credit claim was not locked: it has changed since it was read")
	}
	if err != nil {
		return err
	}
	n := len(p.uses)
	_, err = db.InsertRows(tx, "credit_uses", []db.Column{
		db.Col("id", "uuid", db.Each(n, func(int) string { return models.NewID() })),
		db.Col("account_id", "uuid", db.Each(n, func(i int) string { return p.uses[i].Claim.AccountID })),
		db.Col("claim_id", "uuid", db.Each(n, func(i int) string { return p.uses[i].Claim.ID })),
		db.Col("invoice_id", "uuid", db.Each(n, func(i int) string { return p.uses[i].invoiceID })),
		db.Col("amount_minor", "bigint", db.Each(n, func(i int) int64 { return p.uses[i].Amount.Minor() })),
		db.Col("remaining_after_minor", "bigint", db.Each(n, func(i int) int64 { return p.uses[i].RemainingAfter.Minor() })),
		db.Col("prepaid", "boolean", db.Each(n, func(i int) bool { return p.uses[i].Prepaid })),
		db.Col("created_at", "timestamptz", db.Each(n, func(int) time.Time { return at })),
	}, "")
	return err
}
