package invoice

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/money"

	"gorm.io/gorm"
)

// PaymentFilter narrows the operator's list of payments; empty fields do not.
type PaymentFilter struct {
	Number    string // of the invoice
	AccountID string
	Limit     int // 100 when it is not positive
}

// ListedPayment is a payment with what it belongs to.
type ListedPayment struct {
	PaymentRow
	Number      string
	AccountName string
}

// Amount is what was paid, or went back.
func (p PaymentRow) Amount() money.Amount {
	return money.New(p.AmountMinor, money.Currency(p.Currency))
}

// Payments lists payments, refunds and reversals of all accounts for the operator, newest first. Kind:
// NotFound (there is no such invoice).
func (s *Store) Payments(ctx context.Context, f PaymentFilter) (list []ListedPayment, err error) {
	q := s.db.Read(ctx).Table("payments p").Joins("JOIN invoices i ON i.id = p.invoice_id").Joins("JOIN accounts a ON a.id = p.account_id").
		Select("p.*, i.number AS number, a.name AS account_name")
	if f.Number != "" {
		row, err := s.ByNumber(ctx, f.Number)
		if err != nil {
			return nil, err
		}
		q = q.Where("p.invoice_id = ?", row.ID)
	}
	if f.AccountID != "" {
		q = q.Where("p.account_id = ?", f.AccountID)
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	return list, q.Order("p.paid_on DESC, p.id DESC").Limit(f.Limit).Scan(&list).Error
}

// ByNumber reads an issued invoice of any account for the operator. Kind: NotFound.
func (s *Store) ByNumber(ctx context.Context, number string) (row Row, err error) {
	number = strings.ToUpper(strings.TrimSpace(number))
	err = s.db.Read(ctx).Where("number = ? AND kind = ?", number, KindInvoice).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = models.NotFoundf("There is no invoice %s", number)
	}
	return row, err
}

// Debt is an issued invoice on which something is due, and of whom.
type Debt struct {
	Row
	AccountName, GroupName string
}

// Total and Due are the invoice's.
func (d Debt) Total() money.Amount { return money.New(d.TotalMinor, money.Currency(d.Currency)) }
func (d Debt) Due() money.Amount   { return money.New(d.DueMinor, money.Currency(d.Currency)) }

// OverdueDays is for how many whole days after its due date nothing came, 0 up to that day.
func (d Debt) OverdueDays(now time.Time) int {
	if d.DueDate == nil {
		return 0
	}
	return max(0, int(now.UTC().Sub(d.DueDate.UTC())/(24*time.Hour)))
}

// Debts lists who owes what, for the operator: what is due longest comes first.
func (s *Store) Debts(ctx context.Context) (list []Debt, err error) {
	err = s.db.Read(ctx).Table("invoices i").Joins("JOIN accounts a ON a.id = i.account_id").Joins("JOIN billing_groups g ON g.id = i.group_id").
		Select(listColumns + ", a.name AS account_name, g.name AS group_name").
		Where("i.kind = 'invoice' AND i.state IN ('issued', 'payment_failed') AND i.due_minor > 0").Order("i.due_date, i.number").Scan(&list).Error
	return list, err
}

// SumDebts is what is due in each currency, which are never added up. Error: money.ErrOverflow.
func SumDebts(list []Debt) (sums []money.Amount, err error) {
	for _, d := range list {
		at := slices.IndexFunc(sums, func(s money.Amount) bool { return string(s.Currency()) == d.Currency })
		if at < 0 {
			sums = append(sums, d.Due())
			continue
		}
		if sums[at], err = sums[at].Add(d.Due()); err != nil {
			return nil, err
		}
	}
	return sums, nil
}
