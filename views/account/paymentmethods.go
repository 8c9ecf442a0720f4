package account

import (
	"time"

	"billfold/models/account"
	"billfold/models/payment"
	"billfold/views"
)

// PaymentMethods is the page of an account's cards and its bank transfer.
type PaymentMethods struct {
	Shell      views.Shell
	Account    Account
	Key        string
	Methods    []payment.Method
	TakesCards bool // a gateway is set up
	Sandbox    bool // and it is the sandbox
	Now        time.Time
}

func (p PaymentMethods) cards() bool {
	for _, m := range p.Methods {
		if m.Card != nil {
			return true
		}
	}
	return false
}

// empty says what there will be, to who may add it.
func (p PaymentMethods) empty() string {
	switch {
	case !p.TakesCards:
		return "Cards cannot be added here: no payment service is set up. Ask the operator to allow bank transfer."
	case p.Account.CanWrite:
		return "Add a card, then choose it in the billing groups that pay with it."
	}
	return "Account admins and billing members can add a card."
}

// warnings name the cards that groups use and that end soon or have ended.
func (p PaymentMethods) warnings() []string {
	var list []string
	for _, m := range p.Methods {
		if m.Card == nil || !m.InUse() || !m.Card.ExpiresSoon(p.Now) {
			continue
		}
		ends := " expires on "
		if m.Card.Expired(p.Now) {
			ends = " expired on "
		}
		list = append(list, m.Label()+ends+views.Date(m.Card.LastDay())+" and is used by "+m.UsedBy()+". Replace it so that payments do not fail.")
	}
	return list
}

// expiry is the badge of a card.
func expiry(c *account.StoredCard, now time.Time) views.Mark {
	switch c.State(now) {
	case account.CardExpired:
		return views.Mark{Tone: views.Bad, Text: "Expired"}
	case account.CardLastMonth:
		return views.Mark{Tone: views.Warn, Text: "Expires this month"}
	}
	return views.Mark{Tone: views.OK, Text: "Valid"}
}

func (p PaymentMethods) actions(m payment.Method) []views.MenuItem {
	return []views.MenuItem{
		{Label: "Replace", Path: views.ReplaceCardPath(p.Account.ID, m.ID)},
		{Label: "Remove", Path: views.RemoveCardPath(p.Account.ID, m.ID)},
	}
}

func terms(m payment.Method) string {
	return "Invoices are due " + views.Count(m.TermsDays, "day", "days") + " after the invoice date."
}

// unnamed counts the groups of a method beyond those that are named; "" for none.
func unnamed(m payment.Method) string {
	if more := m.Groups.Total - len(m.Groups.First); more > 0 {
		return "and " + views.Number(more) + " more"
	}
	return ""
}

// ReplaceCard is the page that says what replacing a card does.
type ReplaceCard struct {
	Shell   views.Shell
	Account Account
	Key     string
	Method  payment.Method
	Takes   bool // a gateway is set up
	Sandbox bool
}

func (p ReplaceCard) facts() []string {
	facts := []string{"You add the new card on the payment provider's page and come back here."}
	if p.Method.InUse() {
		facts = append(facts, "These billing groups pay with the new card from then on: "+p.Method.UsedBy()+".")
	} else {
		facts = append(facts, "No billing group uses the card now.")
	}
	return append(facts, p.Method.Label()+" is removed. It stays named on the invoices that were paid with it.",
		"If you do not finish, nothing changes.")
}

// RemoveCard is the page that asks before a card is removed.
type RemoveCard struct {
	Shell   views.Shell
	Account Account
	Key     string
	Method  payment.Method
}

// Title is the question, or why there is none.
func (p RemoveCard) Title() string {
	if p.Method.InUse() {
		return p.Method.Label() + " is in use"
	}
	return "Remove " + p.Method.Label() + "?"
}
