package invoice

import (
	"context"
	"encoding/json"
	"strings"

	"billfold/models/access"

	"gorm.io/gorm"
)

// fullColumns are what lists show of an invoice. All forty take longer to scan than the rest of the list.
const fullColumns = `i.id, i.account_id, i.group_id, i.kind, i.month, i.state, i.number, i.currency, i.price_currency, i.total_minor, i.taxable_minor, i.paid_minor, i.due_minor,
	i.invoice_date, i.due_date, i.issued_at, i.snapshot, i.frozen`

// scanFull reads rows of fullColumns, which is a fifth of a list's time less than what finds out the columns
// of each row anew.
func scanFull(q *gorm.DB) (list []Row, err error) {
	rows, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Row
		err := rows.Scan(&r.ID, &r.AccountID, &r.GroupID, &r.Kind, &r.Month, &r.State, &r.Number, &r.Currency, &r.PriceCurrency, &r.TotalMinor, &r.TaxableMinor,
			&r.PaidMinor, &r.DueMinor, &r.InvoiceDate, &r.DueDate, &r.IssuedAt, &r.Snapshot, &r.Frozen)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// listInvoice is fullInvoice of a row of fullColumns.
func (s *Store) listInvoice(ctx context.Context, scope access.Scope, row Row, group namedGroup, last *briefly) (FullInvoice, error) {
	if row.State == Estimate {
		var full Row
		if err := s.db.Read(ctx).Where("account_id = ? AND id = ?", row.AccountID, row.ID).Take(&full).Error; err != nil {
			return FullInvoice{}, err
		}
		return s.fullInvoice(ctx, scope, full, group)
	}
	none, err := noCard(s.db.Read(ctx), row)
	if err != nil {
		return FullInvoice{}, err
	}
	snapshot, err := last.of(row)
	return FullInvoice{Row: row, Snapshot: snapshot, GroupName: group.Name, GroupDeleted: group.Deleted, NoCard: none}, err
}

// brief decodes of a snapshot only the group's name and the payment.
func (r Row) brief() (Snapshot, error) { return new(briefly).of(r) }

// briefly remembers what it decoded last, because the invoices of a group mostly say the same.
type briefly struct {
	part string
	s    Snapshot
}

// of decodes of a snapshot only the group's name and the payment, which stand next to each other. A name
// of a member cannot stand within a text, where its quotation marks have a backslash before them.
func (b *briefly) of(r Row) (Snapshot, error) {
	_, from, found := strings.Cut(r.Snapshot, `,"billing_group_name":`)
	part, _, ended := strings.Cut(from, `,"credits":`)
	if found && ended && part == b.part {
		return b.s, nil
	}
	var s Snapshot
	if !found || !ended || json.Unmarshal([]byte(`{"billing_group_name":`+part+`}`), &s) != nil {
		return r.Decode()
	}
	b.part, b.s = part, s
	return s, nil
}
