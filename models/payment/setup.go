package payment

import (
	"strconv"
	"strings"

	"billfold/models/account"
	"billfold/models/invoice"
)

// JobRemoveCard is the kind of job that makes a gateway forget a card; its payload is RemovedCard.
const JobRemoveCard = "payment.remove_card"

// RemovedCard names a card that was taken off an account, at its gateway.
type RemovedCard struct{ Gateway, CardRef string }

// SetupRequest asks for a page that adds a card.
type SetupRequest struct {
	GroupID    string                    // this group pays with the card from then on; "" for none
	ReplacesID string                    // the card that it takes the place of, in all groups; "" for none
	BackTo     string                    // path of ours where the person goes on afterwards
	Return     func(setup string) string // path of the page that calls FinishSetup; the gateway leads there
}

// Setup is a visit that adds a card.
type Setup struct {
	ID       string
	State    SetupState
	BackTo   string
	GroupID  string             // the group that takes the card; "" for none
	Replaced string             // label of the card that it took the place of; "" for none
	Card     account.StoredCard // once State is SetupDone
}

// Method is a payment method of an account and who uses it.
type Method struct {
	account.PaymentMethod
	Card   *account.StoredCard // nil for a bank transfer
	Groups invoice.MethodGroups
}

// InUse reports whether groups use the method.
func (m Method) InUse() bool { return m.Groups.Total > 0 }

// UsedBy says who uses the method, for a sentence: "Engineering production, Research and 3 more".
func (m Method) UsedBy() string {
	names := make([]string, len(m.Groups.First))
	for i, g := range m.Groups.First {
		if names[i] = g.Name; g.Deleted {
			names[i] += " (deleted, not all paid)"
		}
	}
	last := len(names) - 1
	switch more := m.Groups.Total - len(names); {
	case more > 0:
		return strings.Join(names, ", ") + " and " + strconv.Itoa(more) + " more"
	case last < 1:
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
