package main

import (
	"fmt"
	"strings"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/invoice"
)

type invoicesUnpaidCmd struct{}

// owed is one row of `invoices unpaid --json`.
type owed struct {
	Number      string        `json:"invoice_number"`
	AccountID   string        `json:"account_id"`
	Account     string        `json:"account_name"`
	GroupID     string        `json:"billing_group_id"`
	Group       string        `json:"billing_group_name"`
	State       invoice.State `json:"state"`
	Currency    string        `json:"currency"`
	Total       string        `json:"total"`
	Due         string        `json:"due"`
	DueDate     string        `json:"due_date"`
	OverdueDays int           `json:"overdue_days"`
}

func (c *invoicesUnpaidCmd) Run(a *app) error {
	return a.with(func(d *db.DB, clock models.Clock) error {
		rows, err := invoice.NewStore(d, clock).Debts(a.ctx)
		if err != nil {
			return err
		}
		list, lines := []owed{}, []string{}
		for _, r := range rows {
			one := owed{Number: r.Address(), AccountID: r.AccountID, Account: r.AccountName, GroupID: r.GroupID, Group: r.GroupName, State: r.State, Currency: r.Currency,
				Total: r.Total().Decimal(), Due: r.Due().Decimal(), OverdueDays: r.OverdueDays(clock.Now())}
			if r.DueDate != nil {
				one.DueDate = dateOf(*r.DueDate)
			}
			when := "due " + one.DueDate
			if one.OverdueDays > 0 {
				when = fmt.Sprintf("%d days overdue", one.OverdueDays)
			}
			if r.State == invoice.PaymentFailed {
				when += ", payment failed"
			}
			list = append(list, one)
			lines = append(lines, fmt.Sprintf("%s  %s of %s  %s, %s  %s", one.Number, r.Due(), r.Total(), one.Account, one.Group, when))
		}
		if len(lines) == 0 {
			lines = append(lines, "Nobody owes anything.")
		} else {
			sums, err := invoice.SumDebts(rows)
			if err != nil {
				return err
			}
			var words []string
			for _, s := range sums {
				words = append(words, s.String())
			}
			lines = append(lines, "Together "+strings.Join(words, " and ")+".")
		}
		return a.print(list, "%s", strings.Join(lines, "\n"))
	})
}
