package demo

import (
	"context"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/payment/sandbox"
)

// month tells one month: its events in the order of time, its usage, and, once it has ended, its closing.
func (s *story) month(ctx context.Context, m models.Month, step int) error {
	if err := s.happenings(ctx, m, step); err != nil {
		return err
	}
	to := m.End()
	if to.After(s.end) {
		to = s.end.Truncate(time.Hour)
	}
	s.now = later(s.now, to)
	if to.After(m.Start()) {
		if err := s.used(ctx, m.Start(), to); err != nil {
			return err
		}
	}
	if err := s.pay(ctx, step); err != nil {
		return err
	}
	if m.End().After(s.end) {
		return nil
	}
	s.now = m.End().Add(6*time.Hour + 12*time.Minute)
	if s.now.After(s.end) {
		s.now = s.end
	}
	run, err := s.invoices.Close(ctx, m, invoice.CloseOptions{})
	if err != nil {
		return err
	}
	for _, o := range run.Outcomes {
		if o.Result == invoice.ResultParked {
			return fmt.Errorf("%s was not billed: %s", o.GroupName, o.Reason)
		}
	}
	return s.work(ctx, func() time.Time { return s.now }, s.payments)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// happenings are what people did in a month, by its number in the story.
func (s *story) happenings(ctx context.Context, m models.Month, step int) error {
	at := func(day, hour, minute int) bool {
		t := m.Start().AddDate(0, 0, day-1).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		if t.After(s.end) {
			return false
		}
		s.now = later(s.now, t)
		return true
	}
	switch step {
	case 0:
		return s.firstCredits(ctx, at)
	case 4:
		if at(11, 9, 42) {
			return s.move(ctx, "bo", "Research", "Engineering production", "feature-store")
		}
	case 8:
		if at(17, 13, 5) {
			return s.move(ctx, "ana", "Engineering production", "Research", "search", "pricing-engine")
		}
	case months - 3:
		if at(4, 9, 0) {
			return s.addCard(ctx, sandbox.Works, "Engineering production")
		}
	case months - 1:
		if at(9, 9, 30) {
			return s.addCard(ctx, sandbox.Funds, "Data platform US")
		}
	case months - 2:
		if at(5, 10, 0) {
			return s.grant(ctx, credit.NewCredit{Code: "SPRING-RESEARCH", Type: "sponsorship", Value: money.New(90_000, "EUR"), ExpiresOn: m.End().AddDate(0, 0, 20)}, "ana", "Research", credit.ForGroup, "")
		}
	case months:
		return s.thisMonth(ctx, m, at)
	}
	return nil
}

func (s *story) firstCredits(ctx context.Context, at func(day, hour, minute int) bool) error {
	at(3, 8, 30)
	first := models.MonthOf(s.now)
	for _, c := range []struct {
		credit credit.NewCredit
		group  string
		scope  credit.Scope
	}{
		{credit.NewCredit{Code: "WELCOME-ACME", Type: "promotion", Value: money.New(50_000, "EUR")}, "Engineering production", credit.ForGroup},
		{credit.NewCredit{Code: "LAUNCH-US", Type: "trial", Value: money.New(4_000_000, "USD"), ExpiresOn: first.End().AddDate(0, 2, 0)}, "Data platform US", credit.ForGroup},
		{credit.NewCredit{Code: "PREPAID-ACME", Type: credit.Purchase, Value: money.New(250_000, "EUR")}, "Customer demos", credit.ForGroup},
	} {
		if err := s.grant(ctx, c.credit, "ana", c.group, c.scope, ""); err != nil {
			return err
		}
	}
	return nil
}

// thisMonth leaves credits that are active, expiring and not started, and a code that waits to be claimed.
func (s *story) thisMonth(ctx context.Context, m models.Month, at func(day, hour, minute int) bool) error {
	at(1, 0, 5)
	if err := s.grant(ctx, credit.NewCredit{Code: "SNEAKY-CRAB", Type: "promotion", Value: money.New(40_000, "EUR"), ExpiresOn: s.end.AddDate(0, 0, 9)}, "ana", "Engineering production", credit.ForGroup, ""); err != nil {
		return err
	}
	if err := s.grant(ctx, credit.NewCredit{Code: "PARTNER-YEAR", Type: "partner", Value: money.New(120_000, "EUR"), ExpiresOn: m.Start().AddDate(1, 0, -1)}, "bo", "Engineering production", credit.ForAccount, ""); err != nil {
		return err
	}
	if err := s.grant(ctx, credit.NewCredit{Code: "VISION-GRANT", Type: "sponsorship", Value: money.New(30_000, "EUR"), Starts: m.End()}, "ana", "Research", credit.ForProject, "vision-models"); err != nil {
		return err
	}
	_, err := s.credits.Issue(ctx, access.OperatorActor(), credit.NewCredit{Code: "TRY-ME-2026", Type: "promotion", Value: money.New(10_000, "EUR"), Claims: 100})
	if err != nil {
		return err
	}
	return s.cardsThisMonth(ctx, at)
}

// grant issues a credit and lets somebody claim it.
func (s *story) grant(ctx context.Context, n credit.NewCredit, who, group string, use credit.Scope, project string) error {
	if _, err := s.credits.Issue(ctx, access.OperatorActor(), n); err != nil {
		return fmt.Errorf("%s: %w", n.Code, err)
	}
	s.now = s.now.Add(25 * time.Minute)
	if s.now.After(s.end) {
		s.now = s.end
	}
	scope, err := s.as(ctx, who, "", acme+"/"+group)
	if err != nil {
		return err
	}
	_, err = s.credits.Claim(ctx, scope, n.Code, credit.Target{Scope: use, GroupID: scope.GroupID(), ProjectID: s.projects[project]})
	if err != nil {
		return fmt.Errorf("claiming %s: %w", n.Code, err)
	}
	return nil
}

func (s *story) move(ctx context.Context, who, from, to string, projects ...string) error {
	scope, err := s.as(ctx, who, "", acme+"/"+from)
	if err != nil {
		return err
	}
	ids := make([]string, len(projects))
	for i, p := range projects {
		ids[i] = s.projects[p]
	}
	_, err = s.accounts.MoveProjects(ctx, scope, ids, s.groups[acme+"/"+to])
	return err
}

// pay settles the invoices of the months before. Some are left unpaid, in part or for good, so that
// every state can be seen.
func (s *story) pay(ctx context.Context, step int) error {
	open, err := s.invoices.Unpaid(ctx)
	if err != nil {
		return err
	}
	for i, inv := range open {
		paid := inv.InvoiceDate.AddDate(0, 0, 3+i%6).Add(9 * time.Hour)
		if paid.After(s.now) {
			paid = s.now
		}
		if err := s.settle(ctx, inv, paid, step); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) settle(ctx context.Context, inv invoice.Row, paid time.Time, step int) error {
	operator := access.OperatorActor()
	switch inv.GroupID {
	case s.groups[acme+"/Customer demos"]:
		switch step {
		case 3:
			return s.invoices.SetState(ctx, operator, *inv.Number, invoice.Waived, "goodwill after the outage of the week before")
		case 6:
			return s.invoices.SetState(ctx, operator, *inv.Number, invoice.Uncollectible, "disputed, given up")
		case months:
			return nil // still due
		}
	case s.groups[acme+"/Data platform US"]:
		if step >= months-1 {
			return nil // one overdue, one still due
		}
	case s.groups[acme+"/Research"]:
		if step >= months {
			return s.part(ctx, inv, paid)
		}
	}
	_, err := s.invoices.RecordPayment(ctx, operator, invoice.NewPayment{Number: *inv.Number, Reference: "RF-" + *inv.Number, Date: paid})
	return err
}

// part pays a third, once.
func (s *story) part(ctx context.Context, inv invoice.Row, paid time.Time) error {
	if inv.PaidMinor > 0 {
		return nil
	}
	third := money.New(inv.DueMinor/3, money.Currency(inv.Currency))
	_, err := s.invoices.RecordPayment(ctx, access.OperatorActor(), invoice.NewPayment{Number: *inv.Number, Amount: third.Decimal(), Reference: "RF-" + *inv.Number + "-1", Date: paid})
	return err
}
