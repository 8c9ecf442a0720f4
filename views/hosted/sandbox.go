// Package hosted shows the pages of the built-in sandbox gateway, which stand in for a payment provider's.
package hosted

import (
	"billfold/models/payment/sandbox"
	"billfold/views"
)

// banner is what every page of the sandbox begins with.
const banner = "Sandbox: no money moves."

// SetupPage is the page that adds a card.
type SetupPage struct {
	Shell  views.Shell
	Key    string
	Visit  sandbox.SetupVisit
	Chosen string
}

// PayPage is the page that pays an invoice.
type PayPage struct {
	Shell  views.Shell
	Key    string
	Visit  sandbox.PaymentVisit
	Chosen string
}

// cards are the test cards to choose from.
func cards(s views.Shell, chosen string) views.Choice {
	c := views.Choice{Name: "card", Label: "Test card", Value: chosen, Error: views.FieldError(s.Errors, "card")}
	for _, t := range sandbox.TestCards() {
		c.Options = append(c.Options, views.Option{Value: t.Name, Label: t.Label(), Hint: t.Does + "."})
	}
	return c
}

// Ended is what stands in the place of a page that has ended.
type Ended struct {
	Shell    views.Shell
	Words    string
	BackPath string
}
