package group

import (
	"slices"
	"time"

	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/payment"
	"billfold/views"
	"billfold/views/documents"
)

// History is everything that happened about the payment of an invoice, oldest first, and what comes next.
type History struct {
	Lines    []HistoryLine
	Receipts bool // a line has a receipt
	Next     []string
}

// HistoryLine is a payment, refund or reversal, a charge that brought no money, or a reminder.
type HistoryLine struct {
	On      time.Time
	What    string
	Bad     bool // it went wrong
	Moved   bool // money moved: Amount is what
	Amount  money.Amount
	Receipt string // path of its PDF
	Size    string // or, without a path, why there is none yet
}

// Paying is what is known about the payment of an invoice beside its own rows.
type Paying struct {
	Attempts  []payment.Attempt
	Plan      payment.Plan
	Reminders []payment.Reminded
	Receipts  map[string]int64 // sizes in bytes, by the payment's id
}

// receiptTakes is how long after a payment its receipt can still be on its way.
const receiptTakes = time.Hour

// Paid adds the payment history to the page, and how to pay by bank transfer while something is due.
func (v *InvoiceView) Paid(groupID string, s invoice.Sheet, p Paying, now time.Time) {
	amount := func(minor int64) money.Amount { return money.New(minor, s.Valued.Currency) }
	for _, row := range s.Payments {
		line := paymentLine(row, amount)
		if size, ok := p.Receipts[row.ID]; ok {
			line.Receipt, line.Size = views.ReceiptOfPath(groupID, s.Address(), row.ID), views.FileSize(size)
		} else if row.Kind == invoice.KindPayment && now.Sub(row.CreatedAt) < receiptTakes {
			line.Size = "Being made"
		}
		v.History.Receipts = v.History.Receipts || line.Size != ""
		v.History.Lines = append(v.History.Lines, line)
	}
	for _, a := range p.Attempts {
		if line, ok := attemptLine(a); ok {
			v.History.Lines = append(v.History.Lines, line)
		}
	}
	for _, r := range p.Reminders {
		line := HistoryLine{On: r.At, What: "Reminder sent by mail"}
		if !r.Sent {
			line.What = "Reminder waits to be sent by mail"
		}
		v.History.Lines = append(v.History.Lines, line)
	}
	slices.SortStableFunc(v.History.Lines, func(a, b HistoryLine) int { return a.On.Compare(b.On) })
	open := s.DueMinor > 0 && s.State.TakesPayment()
	if open && p.Plan.NextCharge != nil {
		v.History.Next = append(v.History.Next, "The card is charged again on "+views.Date(*p.Plan.NextCharge)+".")
	}
	if open && p.Plan.NextReminder != nil {
		v.History.Next = append(v.History.Next, "A reminder goes out on "+views.Date(*p.Plan.NextReminder)+" if nothing has arrived by then.")
	}
	if open && s.Snapshot.Payment.Kind != account.Card {
		v.HowToPay = howToPay(s, amount(s.DueMinor))
	}
}

// howToPay is what a bank transfer needs, as it stands on the PDF.
func howToPay(s invoice.Sheet, due money.Amount) (facts []Fact) {
	seller := s.Snapshot.Seller
	if seller.IBAN == "" {
		return nil
	}
	for _, f := range []Fact{{Name: "Amount", Value: views.Money(due)}, {Name: "Pay by", Value: views.Date(day(s.DueDate))}, {Name: "Beneficiary", Value: seller.Name},
		{Name: "IBAN", Value: documents.GroupIBAN(seller.IBAN)}, {Name: "BIC", Value: seller.BIC}, {Name: "Bank", Value: seller.Bank}, {Name: "Reference", Value: s.Address()}} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

func paymentLine(p invoice.PaymentRow, amount func(int64) money.Amount) HistoryLine {
	l := HistoryLine{On: p.PaidOn.UTC(), Moved: true, Amount: amount(p.AmountMinor)}
	method := map[string]string{account.BankTransfer: "bank transfer", account.Card: "card"}[p.Method]
	if p.Method == account.Card && p.Label != "" {
		method = p.Label
	}
	if method == "" {
		method = p.Method
	}
	if p.Method == invoice.PrepaidReturn {
		l.What, l.Amount = "Given back as prepaid credit by "+p.Reference, l.Amount.Neg()
		return l
	}
	switch {
	case p.Kind == invoice.KindRefund:
		l.What, l.Amount = "Refunded by "+method, l.Amount.Neg()
	case p.Kind == invoice.KindReversal:
		l.What, l.Amount, l.Bad = "Payment by "+method+" taken back by the bank", l.Amount.Neg(), true
	case p.Method == account.Card:
		l.What = "Charged " + method
	default:
		l.What = "Paid by " + method
	}
	if p.Reference != "" && p.ChargeID == nil { // a gateway's reference says nothing to anybody
		l.What += ", reference " + p.Reference
	}
	return l
}

// attemptLine is a charge that brought no money; what succeeded is a payment and has its line there.
func attemptLine(a payment.Attempt) (l HistoryLine, ok bool) {
	sum := views.Money(a.Amount)
	l.On = a.UpdatedAt.UTC()
	switch a.State {
	case payment.Started:
		if l.What = "Charging " + sum + " to " + a.Label(); a.Kind == payment.PayNow {
			l.What = "A page to pay " + sum + " is open"
		}
	case payment.ActionRequired:
		l.What, l.Bad = "The bank asks to confirm the payment of "+sum+" with "+a.Label(), true
	case payment.Processing:
		l.What = "The bank has not decided yet about " + sum + " from " + a.Label()
	case payment.Failed:
		l.What, l.Bad = a.Label()+" could not be charged "+sum+": "+payment.FailureWords(a.Failure), true
	case payment.Cancelled:
		if l.What = "The charge of " + sum + " to " + a.Label() + " was given up"; a.Kind == payment.PayNow {
			l.What = "The page to pay " + sum + " was left without paying"
		}
	case payment.Surplus:
		l.What = sum + " from " + a.Label() + " came although nothing was due any more: it is sent back"
	case payment.Refunded:
		l.What = sum + " from " + a.Label() + " came although nothing was due any more, and was sent back"
	default:
		return l, false
	}
	return l, true
}
