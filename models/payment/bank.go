package payment

import (
	"fmt"
	"strings"

	"billfold/models/invoice"
	"billfold/models/money"
)

// BankState says what became of a credit on the seller's bank account.
type BankState string

// The states of a credit on the bank account.
const (
	BankMatched   BankState = "matched"   // it is a payment of an invoice
	BankUnmatched BankState = "unmatched" // somebody has to say what it is
	BankDismissed BankState = "dismissed" // it is no payment of an invoice
)

// namedInvoice is the invoice number that an entry names, or why it must not be matched by itself.
func namedInvoice(prefixes []string, e BankEntry) (number, reason string) {
	if e.Doubt != "" {
		return "", e.Doubt
	}
	numbers, sure := Numbers(prefixes, e.Texts)
	switch {
	case len(numbers) == 0 && !sure:
		return "", "Its creditor reference is mistyped: the check digits are wrong"
	case len(numbers) == 0:
		return "", "It names no invoice"
	case len(numbers) > 1:
		return "", "It names several invoices: " + strings.Join(numbers, ", ")
	case !sure:
		return "", "It names " + numbers[0] + " and something that may be another invoice"
	}
	return numbers[0], ""
}

// unfit says why an amount cannot be recorded as a payment of an invoice, "" when it can. taken is what
// earlier entries of a dry run would have paid of it.
func unfit(row invoice.Row, amount money.Amount, taken int64) string {
	switch {
	case string(amount.Currency()) != row.Currency:
		return fmt.Sprintf("Invoice %s is in %s", row.Address(), row.Currency)
	case row.State == invoice.Paid || row.State.TakesPayment() && taken > 0 && taken >= row.DueMinor:
		return fmt.Sprintf("Invoice %s is paid already", row.Address())
	case !row.State.TakesPayment():
		return fmt.Sprintf("Invoice %s is %s and takes no payment", row.Address(), row.State.Words())
	}
	return ""
}
