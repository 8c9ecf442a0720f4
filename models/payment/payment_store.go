package payment

import (
	"billfold/models"
	"billfold/models/db"
)

// Options are the operator's choices about collecting.
type Options struct {
	RetryDays    []int  // days after the first failure on which a charge is tried again; nil: DefaultRetryDays
	ReminderDays []int  // days after the due date on which an unpaid bank transfer is reminded of; nil: DefaultReminderDays
	PublicURL    string // scheme and host of the console, for the addresses that gateways send people back to
}

// DefaultReminderDays are the days after the due date on which an unpaid bank transfer is reminded of.
var DefaultReminderDays = []int{3, 10, 24}

// Store collects invoices and keeps cards.
type Store struct {
	db       *db.DB
	clock    models.Clock
	gateways map[string]Gateway
	current  Gateway // new cards and payments go here; nil: none is set up
	options  Options
}

// NewStore makes a store; a nil clock is the real one. Cards are added at the first gateway; the others are
// asked about the cards and charges that they have already.
func NewStore(d *db.DB, clock models.Clock, o Options, gateways ...Gateway) *Store {
	if o.RetryDays == nil {
		o.RetryDays = DefaultRetryDays
	}
	if o.ReminderDays == nil {
		o.ReminderDays = DefaultReminderDays
	}
	s := &Store{db: d, clock: clock, gateways: map[string]Gateway{}, options: o}
	for _, g := range gateways {
		s.gateways[g.Name()] = g
	}
	if len(gateways) > 0 {
		s.current = gateways[0]
	}
	return s
}

// TakesCards reports whether a gateway is set up, so that cards can be added.
func (s *Store) TakesCards() bool { return s.current != nil }

// GatewayName is the gateway at which cards are added: Stripe or Sandbox, "" for none.
func (s *Store) GatewayName() string {
	if s.current == nil {
		return ""
	}
	return s.current.Name()
}

// Gateway is a gateway that is set up; nil when that one is not.
func (s *Store) Gateway(name string) Gateway { return s.gateways[name] }

// Address is the whole address of a path of ours, for gateways to send people back to.
func (s *Store) Address(path string) string { return s.options.PublicURL + path }
