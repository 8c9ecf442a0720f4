package account

import (
	"time"

	"billfold/models"
	"billfold/models/money"
)

// Group is a billing group: its projects are billed together, on one invoice a month.
type Group struct {
	ID              string
	AccountID       string
	Name            string         // unique among the live groups of the account, regardless of case
	Primary         bool           // new projects join it unless another is named; exactly one per account
	PaymentMethodID string         // empty: not decided yet
	Currency        money.Currency // of its estimates and invoices; empty until saved once: the price currency
	CreatedAt       time.Time
	DeletedAt       *time.Time
}

// Deleted reports whether the group was deleted.
func (g Group) Deleted() bool { return g.DeletedAt != nil }

// Ref is the group as moves and events name it.
func (g Group) Ref() GroupRef { return GroupRef{g.ID, g.Name, g.Currency} }

// GroupRef names a group.
type GroupRef struct {
	ID       string
	Name     string
	Currency money.Currency // empty: the price currency
}

// NewGroup is what is needed to create a billing group.
type NewGroup struct {
	Name            string
	Information     *Information // nil for none yet, or a plain copy when CopyFrom is set
	CopyFrom        string       // id of a group of the account, empty for none; its VAT id's state goes along with the id
	PaymentMethodID string       // empty: decide later, or the copied group's when Information is nil
	ProjectIDs      []string     // 0 to 1,024 projects of the account that move into it
	DraftID         string       // the draft that the form was kept in, deleted with success; empty for none
	BillingAddress  string       // id of an address of the account whose copy goes over Information's; empty for an address of its own, also when CopyFrom's group uses one
	ShippingAddress string       // id of an address of the account, empty for none
}

// Check says what to change; nil when nothing.
func (n NewGroup) Check() []models.Field {
	bad := CheckGroupName(n.Name)
	if n.Information != nil && n.BillingAddress == "" { // with an address it is checked when it is whole
		bad = append(bad, n.Information.Validate()...)
	}
	if len(n.ProjectIDs) > 0 {
		bad = append(bad, checkCount(len(n.ProjectIDs))...)
	}
	return bad
}

// CreatedGroup is a new group and what moved into it.
type CreatedGroup struct {
	Group Group
	Move  Move // of no projects when none were named
}

// GroupQuery narrows a list of live groups.
type GroupQuery struct {
	Text  string // part of the name, regardless of case; empty for all
	Limit int    // 1 to 1,024; 0 is 50
}
