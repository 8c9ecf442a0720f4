package group

import (
	"time"

	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// CorrectionLine is a credit note of an invoice.
type CorrectionLine struct {
	Number, Path     string
	Date             time.Time
	Total            money.Amount
	PDFPath, PDFText string // PDFPath is empty while the PDF is being made
}

// CorrectsView says on a credit note which invoice it credits.
type CorrectsView struct {
	Number, Path, Reason string
	Date                 time.Time
}

// Credited lists the credit notes of an invoice.
func (v *InvoiceView) Credited(groupID string, notes []invoice.Row, sizes map[string]int64) {
	for _, n := range notes {
		l := CorrectionLine{Number: n.Address(), Path: views.InvoicePath(groupID, n.Address()), Date: day(n.InvoiceDate), Total: money.New(n.TotalMinor, money.Currency(n.Currency))}
		if size := sizes[n.ID]; size > 0 {
			l.PDFPath, l.PDFText = views.InvoicePDFPath(groupID, n.Address()), "PDF, "+views.FileSize(size)
		}
		v.Corrections = append(v.Corrections, l)
	}
}

// asCreditNote puts what a credit note says otherwise than an invoice.
func (v *InvoiceView) asCreditNote(groupID string, s invoice.Sheet, amount func(int64) money.Amount) {
	c := s.Snapshot.Corrects
	if s.Kind != invoice.KindCreditNote || c == nil {
		return
	}
	v.Status = views.Mark{Tone: views.Neutral, Text: "Issued"}
	v.Corrects = &CorrectsView{Number: c.Number, Path: views.InvoicePath(groupID, c.Number), Reason: c.Reason, Date: c.Date.UTC()}
	for _, f := range []struct {
		name  string
		minor int64
	}{{"Due of the invoice then", c.Due}, {"Prepaid credit again", c.Returned}, {"To be refunded", c.Refund}} {
		if f.minor != 0 {
			v.Facts = append(v.Facts, Fact{Name: f.name, Value: views.Money(amount(f.minor))})
		}
	}
	v.Credits = nil
	for _, x := range s.Snapshot.Credits {
		l := CreditLine{Code: x.Code, Type: credit.Type(x.Type).Label(), Amount: amount(x.Minor), Remark: "can be used again"}
		if x.Expires != nil {
			l.Remark += ", to " + views.Date(*x.Expires)
		}
		if x.Project != "" {
			l.Remark += ", for " + x.Project
		}
		v.Credits = append(v.Credits, l)
	}
}

// settled are the rows between total and amount due: what credit notes, prepaid credit and payments took
// from it, and what of that goes back.
func settled(s invoice.Sheet, add func(name string, minor int64)) {
	var back, refunded int64
	for _, p := range s.Payments {
		switch {
		case p.Method == invoice.PrepaidReturn:
			back += p.AmountMinor
		case p.Kind == invoice.KindRefund:
			refunded += p.AmountMinor
		}
	}
	add("Prepaid credit", -s.PrepaidMinor)
	add("Credited", -s.CreditedMinor)
	add("Paid", -s.PaidMinor-back-refunded)
	add("Prepaid credit given back", back)
	add("Refunded", refunded)
	if open := s.TotalMinor - s.PrepaidMinor - s.CreditedMinor - s.PaidMinor; open < 0 {
		add("To be refunded", -open)
	}
}
