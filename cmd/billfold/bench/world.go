package bench

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/seller"
	"billfold/models/tax"
)

// world is what measurements work on: customers with groups and projects, made by bare SQL.
type world struct {
	accounts []customer
}

// customer is an account with its groups.
type customer struct {
	id     string
	groups []group
}

type group struct {
	id       string
	projects []string
}

// founded is when everything in a world was made: before the billed month.
var founded = time.Date(2026, 6, 15, 9, 0, 0, 0, time.UTC)

// found sets up the seller and the tax rates, as a world needs them.
func found(ctx context.Context, d *db.DB) error {
	if err := seller.NewStore(d, Clock).Set(ctx, operator, seller.Seller{Name: "Seller Oy", AddressLine1: "Katu 1", City: "Helsinki", PostalCode: "00100",
		Country: "FI", VATID: "FI20774740", InvoicePrefix: "BF", PriceCurrency: "EUR", Prepaid: seller.MultiPurpose}); err != nil {
		return err
	}
	_, err := tax.NewStore(d, Clock).ImportShipped(ctx, operator)
	return err
}

// add makes so many accounts, each with so many groups, each with so many projects, all billable.
func (w *world) add(ctx context.Context, d *db.DB, accounts, groups, projects int) error {
	b, err := newBare(ctx, d)
	if err != nil {
		return err
	}
	rows := newRows()
	flush := func() error {
		return b.within(ctx, func(tx *sql.Tx) error {
			for _, t := range rows.all() {
				if err := b.insert(ctx, tx, *t); err != nil {
					return err
				}
				t.rows = t.rows[:0]
			}
			return nil
		})
	}
	for range accounts {
		w.accounts = append(w.accounts, rows.customer(b, len(w.accounts), groups, projects))
		if rows.full() {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// rows collects what a world is made of.
type rows struct {
	accounts, methods, groups, information, projects, assignments table
}

func newRows() *rows {
	return &rows{
		accounts: table{name: "accounts", columns: []string{"id", "name", "name_key", "bank_transfer_allowed", "created_at"}},
		methods: table{name: "payment_methods", columns: []string{"id", "account_id", "kind", "terms_days", "provider", "provider_ref", "brand", "last4",
			"holder", "exp_month", "exp_year", "created_at"}},
		groups: table{name: "billing_groups", columns: []string{"id", "account_id", "name", "name_key", "is_primary", "payment_method_id", "created_at"}},
		information: table{name: "billing_information", columns: []string{"group_id", "account_id", "company", "address_line1", "address_line2",
			"address_line3", "city", "region", "postal_code", "country", "vat_id", "vat_status", "vat_source", "vat_checked_at", "electronic_scheme",
			"electronic_id", "buyer_reference", "currency", "purchase_order", "invoice_text", "invoice_emails", "contact_emails", "version", "updated_at", "updated_by"}},
		projects:    table{name: "projects", columns: []string{"id", "account_id", "group_id", "name", "name_key", "created_at"}},
		assignments: table{name: "project_assignments", columns: []string{"id", "account_id", "project_id", "group_id", "created_at"}},
	}
}

// all are the tables in the order that foreign keys ask for.
func (r *rows) all() []*table {
	return []*table{&r.accounts, &r.methods, &r.groups, &r.information, &r.projects, &r.assignments}
}

func (r *rows) full() bool { return len(r.projects.rows) >= 5000 || len(r.groups.rows) >= 5000 }

func (r *rows) customer(b *bare, number, groups, projects int) customer {
	name := fmt.Sprintf("Customer %06d", number+1)
	c := customer{id: models.NewID()}
	id, method := b.id(c.id), b.id(models.NewID())
	r.accounts.rows = append(r.accounts.rows, []any{id, name, account.NameKey(name), true, founded})
	r.methods.rows = append(r.methods.rows, []any{method, id, "bank_transfer", 30, "", "", "", "", "", 0, 0, founded})
	for i := range groups {
		g := group{id: models.NewID()}
		label := "Default"
		if i > 0 {
			label = fmt.Sprintf("Group %05d", i)
		}
		in := b.id(g.id)
		r.groups.rows = append(r.groups.rows, []any{in, id, label, account.NameKey(label), i == 0, method, founded})
		r.information.rows = append(r.information.rows, information(in, id, name, number*groups+i))
		for j := range projects {
			project := models.NewID()
			called := fmt.Sprintf("c%06d-g%05d-p%05d", number+1, i, j)
			r.projects.rows = append(r.projects.rows, []any{b.id(project), id, in, called, account.NameKey(called), founded})
			r.assignments.rows = append(r.assignments.rows, []any{b.id(models.NewID()), id, b.id(project), in, founded})
			g.projects = append(g.projects, project)
		}
		c.groups = append(c.groups, g)
	}
	return c
}

// information is billing information: of ten groups six are at home, two are abroad with a confirmed VAT
// id (reverse charge), one without, and one is outside the EU.
func information(group, in any, company string, n int) []any {
	city, region, postal, country, vat, status := "Espoo", "", "02100", "FI", "", "none"
	var checked any
	switch n % 10 {
	case 6, 7:
		city, postal, country, vat, status, checked = "Berlin", "10115", "DE", "DE136695976", "confirmed", founded
	case 8:
		city, postal, country = "Berlin", "10115", "DE"
	case 9:
		city, region, postal, country = "Portland", "OR", "97201", "US"
	}
	source := ""
	if status == "confirmed" {
		source = "operator"
	}
	return []any{group, in, company, "Tie 2", "", "", city, region, postal, country, vat, status, source, checked, "", "", "", "EUR",
		"PO-2026-17", "", "[]", "[]", 1, founded, "operator"}
}
