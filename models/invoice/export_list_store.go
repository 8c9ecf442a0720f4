package invoice

import (
	"context"
	"encoding/json"
	"strings"

	"billfold/models/access"
)

// fullColumns are what lists show of an invoice. All forty take longer to scan than the rest of the list.
const fullColumns = `i.id, i.account_id, i.group_id, i.kind, i.month, i.state, i.number, i.currency, i.price_currency, i.total_minor, i.taxable_minor, i.paid_minor, i.due_minor,
	i.invoice_date, i.due_date, i.issued_at, i.snapshot, i.frozen`

// listInvoice is fullInvoice of a row of fullColumns.
func (s *Store) listInvoice(ctx context.Context, scope access.Scope, row Row, group namedGroup) (FullInvoice, error) {
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
	snapshot, err := row.brief()
	return FullInvoice{Row: row, Snapshot: snapshot, GroupName: group.Name, GroupDeleted: group.Deleted, NoCard: none}, err
}

// brief decodes of a snapshot only the group's name and the payment, which stand next to each other. A name
// of a member cannot stand within a text, where its quotation marks have a backslash before them.
func (r Row) brief() (s Snapshot, err error) {
	_, from, found := strings.Cut(r.Snapshot, `,"billing_group_name":`)
	part, _, ended := strings.Cut(from, `,"credits":`)
	if !found || !ended || json.Unmarshal([]byte(`{"billing_group_name":`+part+`}`), &s) != nil {
		return r.Decode()
	}
	return s, nil
}
