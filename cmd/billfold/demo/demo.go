// Package demo fills an empty database with a customer's fourteen months, through the product's own
// commands at a clock that moves along with the story, so that everything in it obeys every rule.
//
//	demo.go     when a database is a demo's, and the order of the story
//	world.go    who and what is in it: people, accounts, groups, projects, services
//	usage.go    what the services used
//	history.go  what happened in which month: moves, credits, payments
//	cards.go    the cards of the story, at the sandbox, and what is charged to them
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
	"billfold/models/people"
	"billfold/models/rate"
	"billfold/models/seller"
	"billfold/models/tax"
	"billfold/models/usage"
)

// Email is the demo user's address.
const Email = "admin@acme.example"

// months is how many closed months the story has before the running one.
const months = 14

// Prepare makes the demo when the database is empty and gives the demo user the password. It refuses a
// database that holds anything else. fresh says that the demo was made now. work does the jobs that wait,
// at the time of the story.
func Prepare(ctx context.Context, d *db.DB, clock models.Clock, password string, work Work, progress func(done, total int)) (fresh bool, err error) {
	state, err := d.Setting(ctx, "demo")
	if err != nil {
		return false, err
	}
	users := people.NewStore(d, clock)
	switch state {
	case "done":
		user, err := users.UserByEmail(ctx, Email)
		if err != nil {
			return false, err
		}
		return false, users.SetPassword(ctx, access.OperatorActor(), user.ID, password)
	case "started":
		return false, errors.New("the demo data in this database was not finished; delete the database and start again")
	}
	empty, err := d.Empty(ctx)
	if err != nil {
		return false, err
	}
	if !empty {
		return false, errors.New("this database is not a demo's; --demo never touches other data. Leave --demo out, or name another database with --database-url")
	}
	if err := d.SetSetting(ctx, "demo", "started"); err != nil {
		return false, err
	}
	s := newStory(d, clock.Now(), progress)
	s.work = work
	if err := s.tell(ctx, password); err != nil {
		return false, fmt.Errorf("making the demo data: %w", err)
	}
	return true, d.SetSetting(ctx, "demo", "done")
}

// Work does the jobs that wait: documents, and what is collected through the sandbox.
type Work func(ctx context.Context, clock models.Clock, payments *payment.Store) error

// story is the demo while it is told: the stores share a clock that the story moves.
type story struct {
	db       *db.DB
	end      time.Time // the real now
	now      time.Time
	progress func(done, total int)
	work     Work

	people   *people.Store
	accounts *account.Store
	invoices *invoice.Store
	credits  *credit.Store
	usage    *usage.Store
	access   *access.Access
	sandbox  *sandbox.Gateway
	payments *payment.Store

	actors   map[string]access.Actor // by short name
	owned    map[string]string       // account ids by name
	groups   map[string]string       // group ids by name
	projects map[string]string       // project ids by name
}

func newStory(d *db.DB, end time.Time, progress func(done, total int)) *story {
	s := &story{db: d, end: end, progress: progress, actors: map[string]access.Actor{}, owned: map[string]string{}, groups: map[string]string{}, projects: map[string]string{}}
	clock := models.Clock(func() time.Time { return s.now })
	s.people, s.accounts, s.invoices = people.NewStore(d, clock), account.NewStore(d, clock), invoice.NewStore(d, clock)
	s.credits, s.usage, s.access = credit.NewStore(d, clock), usage.NewStore(d, clock), access.New(d)
	s.sandbox = sandbox.New(d, clock)
	s.payments = payment.NewStore(d, clock, payment.Options{}, s.sandbox)
	return s
}

// tell tells the story month by month.
func (s *story) tell(ctx context.Context, password string) error {
	current := models.MonthOf(s.end)
	first := current
	for range months {
		first = first.Prev()
	}
	s.now = first.Start().Add(-36 * time.Hour)
	if err := s.settings(ctx, first, current); err != nil {
		return err
	}
	if err := s.cast(ctx, password); err != nil {
		return err
	}
	step := 0
	for m := first; m <= current; m = m.Next() {
		if err := s.month(ctx, m, step); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		step++
		if s.progress != nil {
			s.progress(step, months+1)
		}
	}
	return nil
}

// settings sets the seller, the shipped tax rates and the exchange rates of the story.
func (s *story) settings(ctx context.Context, first, last models.Month) error {
	clock := models.Clock(func() time.Time { return s.now })
	operator := access.OperatorActor()
	if err := seller.NewStore(s.db, clock).Set(ctx, operator, operatorProfile); err != nil {
		return err
	}
	if _, err := tax.NewStore(s.db, clock).ImportShipped(ctx, operator); err != nil {
		return err
	}
	_, err := rate.NewStore(s.db, clock).Import(ctx, operator, "Demo rates, invented", exchangeRates(first, last, s.end))
	return err
}

// as gives the right of one of the people to act on an account or, when a group is named, on a group.
func (s *story) as(ctx context.Context, who, accountName, group string) (access.Scope, error) {
	if group != "" {
		return s.access.ForGroup(ctx, s.actors[who], s.groups[group], access.Write)
	}
	return s.access.ForAccount(ctx, s.actors[who], s.owned[accountName], access.Write)
}
