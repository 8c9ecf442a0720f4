package main

import (
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/payment"
)

type paymentsListCmd struct {
	Invoice string `help:"Only those of this invoice." placeholder:"NUMBER"`
	Account string `help:"Only those of this account (id or name)."`
	Limit   int    `default:"100" help:"How many at most."`
}

// listedPayment is one row of `payments list --json`.
type listedPayment struct {
	ID        string `json:"payment_id"`
	Kind      string `json:"kind"` // payment, refund or reversal
	Number    string `json:"invoice_number"`
	AccountID string `json:"account_id"`
	Account   string `json:"account_name"`
	Method    string `json:"method"`
	Label     string `json:"label"`
	Reference string `json:"reference"`
	Amount    string `json:"amount"`
	Currency  string `json:"currency"`
	Date      string `json:"date"`
}

func (c *paymentsListCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		filter := invoice.PaymentFilter{Number: c.Invoice, Limit: c.Limit}
		if c.Account != "" {
			var err error
			if filter.AccountID, err = accountByName(a, d, clock, c.Account); err != nil {
				return err
			}
		}
		rows, err := invoice.NewStore(d, clock).Payments(a.ctx, filter)
		if err != nil {
			return err
		}
		list, lines := []listedPayment{}, []string{}
		for _, r := range rows {
			one := listedPayment{r.ID, r.Kind, r.Number, r.AccountID, r.AccountName, r.Method, r.Label, r.Reference, r.Amount().Decimal(), r.Currency, dateOf(r.PaidOn)}
			list = append(list, one)
			lines = append(lines, fmt.Sprintf("%s  %-8s  %s %s  %s  %s  %s  %s", one.Date, one.Kind, one.Amount, one.Currency, one.Number, one.Account, one.Label, one.Reference))
		}
		if len(lines) == 0 {
			lines = append(lines, "No payments.")
		}
		return a.print(list, "%s", strings.Join(lines, "\n"))
	})
}

type paymentsChargesCmd struct {
	Number string `arg:"" help:"Invoice number."`
}

// chargeOf is one attempt of `payments charges --json`.
type chargeOf struct {
	ID      string        `json:"charge_id"`
	Attempt int           `json:"attempt"`
	Kind    payment.Kind  `json:"kind"`
	Gateway string        `json:"gateway"`
	Card    string        `json:"card"`
	Amount  string        `json:"amount"`
	State   payment.State `json:"state"`
	Failure string        `json:"failure_code,omitempty"`
	Reason  string        `json:"reason,omitempty"`
	At      time.Time     `json:"created_at"`
	Changed time.Time     `json:"updated_at"`
}

func (c *paymentsChargesCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		row, err := invoice.NewStore(d, clock).ByNumber(a.ctx, c.Number)
		if err != nil {
			return err
		}
		scope, err := access.New(d).ForAccount(a.ctx, operator(), row.AccountID, access.Read)
		if err != nil {
			return err
		}
		payments := payment.NewStore(d, clock, payment.Options{})
		attempts, err := payments.Attempts(a.ctx, scope, row.ID)
		if err != nil {
			return err
		}
		plan, err := payments.Plan(a.ctx, scope, row.ID)
		if err != nil {
			return err
		}
		list, lines := []chargeOf{}, []string{}
		for _, t := range attempts {
			one := chargeOf{ID: t.ID, Attempt: t.Number, Kind: t.Kind, Gateway: t.Gateway, Card: t.Label(), Amount: t.Amount.Decimal(), State: t.State, Failure: t.Failure,
				At: t.CreatedAt.UTC(), Changed: t.UpdatedAt.UTC()}
			line := fmt.Sprintf("%d  %s  %s  %s  %s", one.Attempt, one.At.Format(time.RFC3339), t.Amount, one.Card, strings.ReplaceAll(string(one.State), "_", " "))
			if t.Failure != "" {
				one.Reason = payment.FailureWords(t.Failure)
				line += ": " + one.Reason
			}
			list, lines = append(list, one), append(lines, line)
		}
		if len(lines) == 0 {
			lines = append(lines, "It was never charged.")
		}
		lines = append(lines, planWords(row, plan))
		return a.print(map[string]any{"invoice_number": row.Address(), "state": row.State, "currency": row.Currency, "charges": list,
			"next_charge_at": plan.NextCharge, "next_reminder_at": plan.NextReminder, "reminders": plan.Reminders}, "%s", strings.Join(lines, "\n"))
	})
}

func planWords(row invoice.Row, p payment.Plan) string {
	words := fmt.Sprintf("Invoice %s is %s.", row.Address(), row.State.Words())
	if p.NextCharge != nil {
		words += " It is charged again on " + dateOf(*p.NextCharge) + "."
	}
	if p.NextReminder != nil {
		words += " The next reminder goes out on " + dateOf(*p.NextReminder) + "."
	}
	return words
}
