package documents

import (
	"strings"
	"time"

	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// asCreditNote turns the document into a credit note: it asks for nothing, names its invoice, and says what
// becomes of the amount (Directive 2006/112/EC art. 219).
func asCreditNote(inv *Invoice, snap invoice.Snapshot, amount func(int64) money.Amount) {
	inv.Kind, inv.Due, inv.TermDays = KindCreditNote, time.Time{}, 0
	c := snap.Corrects
	if c == nil { // the row alone, for a file name
		return
	}
	inv.Corrects = &Correction{Number: c.Number, Issued: c.Date.UTC(), Reason: c.Reason}
	var parts []string
	if c.Returned > 0 {
		parts = append(parts, views.Money(amount(c.Returned))+" is prepaid credit again")
	}
	if c.Refund > 0 {
		parts = append(parts, views.Money(amount(c.Refund))+" will be refunded")
	}
	if len(parts) == 0 {
		parts = append(parts, views.Money(amount(c.Due))+" remains to be paid of "+c.Number)
	}
	inv.Settlement = strings.Join(parts, ", ")
}

// givenBack says that a reducing credit, which the invoice had used, can be used again.
func givenBack(c Credit) string {
	text := views.Money(c.Amount) + " of the credit " + c.Code + " can be used again"
	if !c.Expires.IsZero() {
		text += ", until " + views.Date(c.Expires.Add(-1))
	}
	return text + "."
}
