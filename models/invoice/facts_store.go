package invoice

import (
	"time"

	"billfold/models/account"
	"billfold/models/mail"
	"billfold/models/money"

	"gorm.io/gorm"
)

// MailFactsTx is what every mail about an invoice says of it, and the billing information of its group,
// whose addresses the mail goes to.
func MailFactsTx(tx *gorm.DB, row Row) (mail.Facts, account.Information, error) {
	currency := money.Currency(row.Currency)
	f := mail.Facts{AccountID: row.AccountID, GroupID: row.GroupID, Month: row.Month, Currency: row.Currency,
		Total: money.New(row.TotalMinor, currency).Decimal(), Due: money.New(row.DueMinor, currency).Decimal(), DueDate: row.DueDate}
	if row.Number != nil {
		f.Number = *row.Number
	}
	var names struct{ AccountName, GroupName string }
	err := tx.Raw(`SELECT a.name AS account_name, g.name AS group_name FROM billing_groups g JOIN accounts a ON a.id = g.account_id WHERE g.account_id = ? AND g.id = ?`,
		row.AccountID, row.GroupID).Scan(&names).Error
	if err != nil {
		return f, account.Information{}, err
	}
	f.AccountName, f.GroupName = names.AccountName, names.GroupName
	info, err := account.InformationTx(tx, row.AccountID, row.GroupID)
	return f, info, err
}

// mailReceived queues the mail with the receipt of a payment, to who gets the group's invoices.
func mailReceived(tx *gorm.DB, at time.Time, row Row, p PaymentRow) error {
	facts, info, err := MailFactsTx(tx, row)
	if err != nil {
		return err
	}
	facts.Amount, facts.Method, facts.Date = money.New(p.AmountMinor, money.Currency(p.Currency)).Decimal(), p.Label, &p.PaidOn
	return mail.Enqueue(tx, at, mail.Wanted{Kind: mail.PaymentReceived, UniqueKey: string(mail.PaymentReceived) + ":" + p.ID, AccountID: row.AccountID,
		InvoiceID: row.ID, Recipients: info.InvoiceEmails, Facts: facts, Attachment: mail.AttachReceipt + p.ID})
}
