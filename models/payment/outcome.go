package payment

import (
	"fmt"
	"slices"

	"billfold/models/invoice"
	"billfold/models/money"
)

// openStates are those of a charge that has not ended.
var openStates = []State{Started, ActionRequired, Processing}

func (s State) open() bool { return slices.Contains(openStates, s) }

// rank is how far a charge's life has come. What gateways say comes in any order and again and again: only
// what is further changes anything, so the end is the same. A refusal beats giving up, a success beats
// both, and taking back beats the success that it tells of, too.
func (s State) rank() int {
	switch s {
	case Started:
		return 0
	case ActionRequired:
		return 1
	case Processing:
		return 2
	case Cancelled:
		return 3
	case Failed:
		return 4
	case Succeeded, Surplus, Refunded:
		return 5
	case Reversed:
		return 6
	}
	return -1
}

// advances reports whether what the gateway says is further than what is known. Money that was sent back
// by us stays sent back: what the bank does with it afterwards is between the bank and the operator.
func (s State) advances(said State) bool {
	return s != Refunded && said.rank() > s.rank()
}

// mismatch says what of an outcome does not belong to the charge, "" when all does. Money that is said to
// have moved must be of this invoice, this amount and this currency to the cent; what moves no money may
// leave them out.
func mismatch(c chargeRow, o Outcome) string {
	moved := o.State == Succeeded || o.State == Reversed
	amount := c.amount()
	switch {
	case o.State.rank() < 0 || o.State == Surplus || o.State == Refunded:
		return fmt.Sprintf("the state %q is no gateway's to say", o.State)
	case o.InvoiceID != c.InvoiceID && (moved || o.InvoiceID != ""):
		return fmt.Sprintf("it names the invoice %q", o.InvoiceID)
	case o.Amount.Currency() != amount.Currency() && (moved || o.Amount.Currency() != ""):
		return fmt.Sprintf("it is in %q, the charge is in %s", string(o.Amount.Currency()), amount.Currency())
	case o.Amount != amount && (moved || o.Amount != money.Amount{}):
		return fmt.Sprintf("it is of %s, the charge is of %s", o.Amount, amount)
	case moved && o.ChargeRef == "":
		return "it has no reference"
	case c.ChargeRef != "" && o.ChargeRef != "" && o.ChargeRef != c.ChargeRef:
		return fmt.Sprintf("its reference is %q, the charge's is %q", o.ChargeRef, c.ChargeRef)
	case c.SessionRef != "" && o.SessionRef != "" && o.SessionRef != c.SessionRef:
		return fmt.Sprintf("its page is %q, the charge's is %q", o.SessionRef, c.SessionRef)
	}
	return ""
}

// wants reports whether money is still to be had for an invoice.
func wants(row invoice.Row) bool { return row.DueMinor > 0 && row.State.TakesPayment() }

// collects reports whether the product asks for the money by itself: not for what the operator has given up.
func collects(row invoice.Row) bool {
	return row.DueMinor > 0 && (row.State == invoice.Issued || row.State == invoice.PaymentFailed)
}
