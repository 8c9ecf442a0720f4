package documents

import (
	"fmt"

	"billfold/models/money"
)

// check refuses a document whose figures do not add up, or mix currencies: better no PDF than a wrong
// one with a number on it. It follows EN 16931 BR-CO-10 to BR-CO-16.
func check(inv Invoice) error {
	if inv.Kind != KindInvoice && inv.Kind != KindCreditNote {
		return fmt.Errorf("document %q: unknown kind %q", inv.Number, inv.Kind)
	}
	if inv.Number == "" || inv.Issued.IsZero() || inv.Currency == "" {
		return fmt.Errorf("document %q: number, date of issue and currency are needed", inv.Number)
	}
	s := sums{currency: inv.Currency}
	var projects []money.Amount
	for _, p := range inv.Projects {
		lines := make([]money.Amount, len(p.Lines))
		for i, l := range p.Lines {
			lines[i] = l.Amount
		}
		s.equal("the lines of project "+p.Name, p.Subtotal, lines...)
		projects = append(projects, p.Subtotal)
	}
	s.equal("the projects", inv.Subtotal, projects...)
	parts := []money.Amount{inv.Subtotal}
	for _, c := range inv.Allowances {
		parts = append(parts, c.Amount.Neg())
	}
	s.equal("subtotal less credits", inv.Taxable, parts...)
	parts = nil
	for _, t := range inv.Taxes {
		parts = append(parts, t.Amount)
	}
	s.equal("the tax rows", inv.TaxTotal, parts...)
	s.equal("taxable amount and tax", inv.Total, inv.Taxable, inv.TaxTotal)
	parts = []money.Amount{inv.Total, inv.paid().Neg()}
	for _, c := range inv.Prepaid {
		parts = append(parts, c.Amount.Neg())
	}
	s.equal("total less prepaid credit and payments", inv.AmountDue, parts...)
	if s.err != nil {
		return fmt.Errorf("document %s: %w", inv.Number, s.err)
	}
	return nil
}

// paid is Paid, where the zero Amount is nothing in the invoice's currency.
func (inv Invoice) paid() money.Amount {
	if inv.Paid == (money.Amount{}) {
		return money.Zero(inv.Currency)
	}
	return inv.Paid
}

type sums struct {
	currency money.Currency
	err      error
}

// equal remembers the first sum that is not what it should be.
func (s *sums) equal(what string, want money.Amount, parts ...money.Amount) {
	if s.err != nil {
		return
	}
	sum := money.Zero(s.currency)
	for _, p := range parts {
		if sum, s.err = sum.Add(p); s.err != nil {
			s.err = fmt.Errorf("%s: %w", what, s.err)
			return
		}
	}
	if sum != want {
		s.err = fmt.Errorf("%s add up to %s, not to %s", what, sum, want)
	}
}
