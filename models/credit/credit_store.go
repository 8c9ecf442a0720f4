package credit

import (
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/money"

	"gorm.io/gorm"
)

// Store keeps credits and claims.
type Store struct {
	db    *db.DB
	clock models.Clock // business time
	wall  models.Clock // real time, for the limit of attempts
}

// NewStore makes a store; a nil clock is the real one.
func NewStore(d *db.DB, clock models.Clock) *Store { return &Store{db: d, clock: clock} }

type creditRow struct {
	ID         string `gorm:"primaryKey"`
	Code       string
	CodeKey    string
	Type       string
	Currency   string
	ValueMinor int64
	StartsAt   time.Time
	ExpiresAt  *time.Time
	ClaimLimit int64
	ClaimCount int64
	CreatedAt  time.Time
}

func (creditRow) TableName() string { return "credits" }

func (r creditRow) credit() Credit {
	return Credit{ID: r.ID, Code: r.Code, Type: Type(r.Type), Value: money.New(r.ValueMinor, money.Currency(r.Currency)),
		Starts: r.StartsAt.UTC(), Expires: timeOf(r.ExpiresAt), Limit: r.ClaimLimit, Claimed: r.ClaimCount}
}

type claimRow struct {
	ID             string `gorm:"primaryKey"`
	AccountID      string
	CreditID       string
	Scope          string
	GroupID        *string
	ProjectID      *string
	ValueMinor     int64
	RemainingMinor int64
	ExpiresAt      *time.Time
	ReturnedBy     *string
	ClaimedAt      time.Time
}

func (claimRow) TableName() string { return "credit_claims" }

// claimView is a claim with what its credit and project say. Its columns are written out, because GORM
// passes over an embedded struct whose name is not exported.
type claimView struct {
	ID             string
	AccountID      string
	CreditID       string
	Scope          string
	GroupID        *string
	ProjectID      *string
	ValueMinor     int64
	RemainingMinor int64
	ExpiresAt      *time.Time
	ReturnedBy     *string
	ClaimedAt      time.Time
	Code           string
	Type           string
	Currency       string
	StartsAt       time.Time
	ProjectName    *string
}

// claimSelect reads claimViews; what follows it joins with c, k and p.
const claimSelect = `SELECT c.id, c.account_id, c.credit_id, c.scope, c.group_id, c.project_id, c.value_minor, c.remaining_minor,
	c.expires_at, c.returned_by, c.claimed_at, k.code, k.type, k.currency, k.starts_at, p.name AS project_name
	FROM credit_claims c JOIN credits k ON k.id = c.credit_id LEFT JOIN projects p ON p.id = c.project_id `

func (v claimView) claim() Claim {
	currency := money.Currency(v.Currency)
	return Claim{ID: v.ID, AccountID: v.AccountID, CreditID: v.CreditID, Code: v.Code, Type: Type(v.Type), Scope: Scope(v.Scope),
		GroupID: textOf(v.GroupID), ProjectID: textOf(v.ProjectID), ProjectName: textOf(v.ProjectName),
		Value: money.New(v.ValueMinor, currency), Remaining: money.New(v.RemainingMinor, currency),
		Starts: v.StartsAt.UTC(), Expires: timeOf(v.ExpiresAt), ClaimedAt: v.ClaimedAt.UTC(), ReturnedBy: textOf(v.ReturnedBy)}
}

func claims(views []claimView) []Claim {
	list := make([]Claim, len(views))
	for i, v := range views {
		list[i] = v.claim()
	}
	return list
}

// may refuses a scope that lacks the need; the zero scope is allowed nothing. Kinds: NotFound, Forbidden.
func may(scope access.Scope, need access.Need) error {
	switch {
	case scope.AccountID() == "" || !scope.May(access.Read):
		return models.NotFoundf("Page not found")
	case !scope.May(need):
		return models.Forbiddenf("You need billing access for %s", scope.AccountName())
	}
	return nil
}

// lockClause locks the rows of credit_claims (as c) alone: credits are shared by accounts.
func lockClause(tx *gorm.DB) string {
	if tx.Dialector.Name() == string(db.Postgres) {
		return " FOR NO KEY UPDATE OF c"
	}
	return ""
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
