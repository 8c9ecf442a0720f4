package tax

import (
	"strings"

	"billfold/models"
)

// Effect is what a change of a customer's billing information does to the tax on the next invoice.
type Effect struct {
	Month         models.Month // of the next invoice
	Before, After Treatment
	New           bool // there was no country before, so that there was no tax to change
	OnceConfirmed bool // a confirmed VAT id would make it reverse charge
}

// Changed reports whether the tax changes.
func (e Effect) Changed() bool { return !e.New && e.Before.Short(e.Month) != e.After.Short(e.Month) }

// Sentences say it: what changes, or what the tax is, and then what a confirmed VAT id would make of it.
func (e Effect) Sentences() []string {
	first := e.After.Describe(e.Month)
	switch {
	case e.Changed():
		first = "The tax on your next invoice changes from " + e.Before.Short(e.Month) + " to " + e.After.Short(e.Month) + "."
	case !strings.HasSuffix(first, "."):
		first = "Tax on your next invoice: " + first + "."
	}
	if !e.OnceConfirmed {
		return []string{first}
	}
	return []string{first, "Once the VAT ID is confirmed, reverse charge applies: no VAT on your invoices."}
}
