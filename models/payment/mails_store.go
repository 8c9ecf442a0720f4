package payment

import (
	"billfold/models/invoice"
	"billfold/models/mail"
)

// mailUnpaid queues the mail about a charge that brought no money, to the billing contacts.
func (a *applying) mailUnpaid(state State, failure string, plan collectionRow) error {
	kind := mail.PaymentFailed
	if state == ActionRequired {
		kind = mail.ActionRequired
	}
	return a.mail(kind, func(f *mail.Facts) {
		f.Reason, f.NextTry, f.Times = FailureWords(failure), plan.NextChargeAt, int(plan.Failures)
	})
}

func (a *applying) mailReversed() error { return a.mail(mail.PaymentReversed, func(*mail.Facts) {}) }

// mail queues a mail about the charge; one of a kind for each charge, ever.
func (a *applying) mail(kind mail.Kind, fill func(*mail.Facts)) error {
	facts, info, err := invoice.MailFactsTx(a.tx, a.row)
	if err != nil {
		return err
	}
	facts.Amount, facts.Method, facts.Date = a.charge.amount().Decimal(), a.label(), &a.at
	fill(&facts)
	return mail.Enqueue(a.tx, a.at, mail.Wanted{Kind: kind, UniqueKey: string(kind) + ":" + a.charge.ID, AccountID: a.row.AccountID, InvoiceID: a.row.ID,
		Recipients: contacts(info), Facts: facts})
}
