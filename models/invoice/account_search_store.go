package invoice

import (
	"context"
	"strings"

	"billfold/models/access"
	"billfold/models/account"

	"gorm.io/gorm"
)

// SearchLimit is how many things of each kind a search shows.
const SearchLimit = 50

// The kinds of things that a search finds.
const (
	FoundProject = "project"
	FoundAccount = "account"
	FoundGroup   = "group"
	FoundInvoice = "invoice"
)

// Found is one thing that a search found. Exact says that the words are its whole name or number.
type Found struct {
	Kind        string
	ID          string // of the project, account or group; of an invoice its group's
	Name        string // or the invoice's number
	AccountName string
	Exact       bool
}

// Search finds projects, accounts, billing groups and invoices by a part of the name (an invoice by
// its whole number) in the accounts that a user is a member of. kind narrows it to one kind; "" is all.
func (s *Store) Search(ctx context.Context, actor access.Actor, text, kind string) (list []Found, err error) {
	key := account.NameKey(text)
	tx := s.db.Read(ctx)
	members, err := membersOf(tx, actor)
	if err != nil || key == "" || len(members) == 0 {
		return nil, err
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	part := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key) + "%"
	number := strings.ToUpper(strings.TrimSpace(text))
	for _, q := range []struct {
		kind, sql string
		args      []any
	}{
		{FoundProject, `SELECT p.id, p.name, a.name AS account_name, p.name_key = ? AS exact FROM projects p JOIN accounts a ON a.id = p.account_id
			WHERE p.account_id IN ? AND p.deleted_at IS NULL AND p.name_key LIKE ? ESCAPE '\' ORDER BY p.name_key, p.id LIMIT ?`, []any{key, ids, part, SearchLimit}},
		{FoundAccount, `SELECT a.id, a.name, a.name AS account_name, a.name_key = ? AS exact FROM accounts a
			WHERE a.id IN ? AND a.name_key LIKE ? ESCAPE '\' ORDER BY a.name_key, a.id LIMIT ?`, []any{key, ids, part, SearchLimit}},
		{FoundGroup, `SELECT g.id, g.name, a.name AS account_name, g.name_key = ? AS exact FROM billing_groups g JOIN accounts a ON a.id = g.account_id
			WHERE g.account_id IN ? AND g.deleted_at IS NULL AND g.name_key LIKE ? ESCAPE '\' ORDER BY g.name_key, g.id LIMIT ?`, []any{key, ids, part, SearchLimit}},
		{FoundInvoice, `SELECT i.group_id AS id, i.number AS name, a.name AS account_name, i.number = ? AS exact FROM invoices i JOIN accounts a ON a.id = i.account_id
			WHERE i.account_id IN ? AND i.number = ? LIMIT ?`, []any{number, ids, number, SearchLimit}},
	} {
		if kind != "" && kind != q.kind {
			continue
		}
		found, err := find(tx, q.kind, q.sql, q.args)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

func find(tx *gorm.DB, kind, sql string, args []any) (list []Found, err error) {
	err = tx.Raw(sql, args...).Scan(&list).Error
	for i := range list {
		list[i].Kind = kind
	}
	return list, err
}
