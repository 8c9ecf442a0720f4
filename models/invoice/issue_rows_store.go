package invoice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"billfold/models/db"

	"github.com/shopspring/decimal"
)

// freezeLines writes the tax of each service month and freezes the lines, in the order of their invoices.
func (c *closer) freezeLines() error {
	type months struct{ invoice, month, category, rate string }
	var all []months
	for _, p := range c.ready {
		seen := len(all)
		for _, l := range p.lines {
			if !slices.ContainsFunc(all[seen:], func(m months) bool { return m.month == l.ServiceMonth }) {
				all = append(all, months{p.row.ID, l.ServiceMonth, l.TaxCategory, l.TaxRate.String()})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b months) int { return strings.Compare(a.invoice, b.invoice) })
	n := len(all)
	_, err := db.UpdateRows(c.tx, "invoice_lines", db.Col("invoice_id", "uuid", db.Each(n, func(i int) string { return all[i].invoice })), []db.Column{
		db.Col("tax_category", "text", db.Each(n, func(i int) string { return all[i].category })),
		db.Col("tax_rate", "numeric", db.Each(n, func(i int) string { return all[i].rate })),
		db.Col("frozen", "boolean", db.Each(n, func(int) bool { return true })),
		db.Given("text", db.Each(n, func(i int) string { return all[i].month })),
	}, "service_month = {4}")
	return err
}

// insertTaxes writes the tax summaries.
func (c *closer) insertTaxes() error {
	var all []TaxRow
	for _, p := range c.ready {
		all = append(all, p.taxes...)
	}
	n := len(all)
	_, err := db.InsertRows(c.tx, "invoice_taxes", []db.Column{
		db.Col("invoice_id", "uuid", db.Each(n, func(i int) string { return all[i].InvoiceID })),
		db.Col("account_id", "uuid", db.Each(n, func(i int) string { return all[i].AccountID })),
		db.Col("position", "bigint", db.Each(n, func(i int) int64 { return all[i].Position })),
		db.Col("category", "text", db.Each(n, func(i int) string { return all[i].Category })),
		db.Col("rate", "numeric", db.Each(n, func(i int) string { return all[i].Rate.String() })),
		db.Col("name", "text", db.Each(n, func(i int) string { return all[i].Name })),
		db.Col("lines_minor", "bigint", db.Each(n, func(i int) int64 { return all[i].LinesMinor })),
		db.Col("allowance_minor", "bigint", db.Each(n, func(i int) int64 { return all[i].AllowanceMinor })),
		db.Col("taxable_minor", "bigint", db.Each(n, func(i int) int64 { return all[i].TaxableMinor })),
		db.Col("tax_minor", "bigint", db.Each(n, func(i int) int64 { return all[i].TaxMinor })),
		db.Col("note", "text", db.Each(n, func(i int) string { return all[i].Note })),
		db.Col("source", "text", db.Each(n, func(i int) string { return all[i].Source })),
	}, "")
	return err
}

// saveInvoices turns the estimates into invoices: what a frozen one has and an estimate has not.
func (c *closer) saveInvoices() error {
	rows := make([]*Row, len(c.ready))
	for i, p := range c.ready {
		rows[i] = p.row
	}
	slices.SortFunc(rows, func(a, b *Row) int { return strings.Compare(a.ID, b.ID) })
	n := len(rows)
	minor := func(name string, of func(r *Row) int64) db.Column {
		return db.Col(name, "bigint", db.Each(n, func(i int) int64 { return of(rows[i]) }))
	}
	text := func(name string, of func(r *Row) string) db.Column {
		return db.Col(name, "text", db.Each(n, func(i int) string { return of(rows[i]) }))
	}
	when := func(name string, of func(r *Row) *time.Time) db.Column {
		return db.Col(name, "timestamptz", db.Each(n, func(i int) *time.Time { return of(rows[i]) }))
	}
	changed, err := db.UpdateRows(c.tx, "invoices", db.Col("id", "uuid", db.Each(n, func(i int) string { return rows[i].ID })), []db.Column{
		text("state", func(r *Row) string { return string(r.State) }),
		text("series", func(r *Row) string { return *r.Series }),
		minor("series_number", func(r *Row) int64 { return *r.SeriesNumber }),
		text("number", func(r *Row) string { return *r.Number }),
		minor("credits_minor", func(r *Row) int64 { return r.CreditsMinor }),
		minor("taxable_minor", func(r *Row) int64 { return r.TaxableMinor }),
		minor("tax_minor", func(r *Row) int64 { return r.TaxMinor }),
		minor("total_minor", func(r *Row) int64 { return r.TotalMinor }),
		minor("prepaid_minor", func(r *Row) int64 { return r.PrepaidMinor }),
		minor("due_minor", func(r *Row) int64 { return r.DueMinor }),
		minor("tax_local_minor", func(r *Row) int64 { return r.TaxLocalMinor }),
		text("tax_local_currency", func(r *Row) string { return r.TaxLocalCurrency }),
		db.Col("tax_local_rate", "numeric", db.Each(n, func(i int) *string { return textOf(rows[i].TaxLocalRate) })),
		when("tax_local_rate_date", func(r *Row) *time.Time { return r.TaxLocalRateDate }),
		text("tax_note", func(r *Row) string { return r.TaxNote }),
		when("tax_date", func(r *Row) *time.Time { return r.TaxDate }),
		when("invoice_date", func(r *Row) *time.Time { return r.InvoiceDate }),
		when("due_date", func(r *Row) *time.Time { return r.DueDate }),
		when("issued_at", func(r *Row) *time.Time { return r.IssuedAt }),
		text("snapshot", func(r *Row) string { return r.Snapshot }),
		db.Col("seal", "bytea", db.Each(n, func(i int) []byte { return rows[i].Seal })),
		db.Col("frozen", "boolean", db.Each(n, func(i int) bool { return rows[i].Frozen })),
		db.Col("updated_at", "timestamptz", db.Each(n, func(i int) time.Time { return rows[i].UpdatedAt })),
	}, "NOT frozen")
	if err == nil && changed != int64(n) {
		err = fmt.Errorf("%d of %d estimates were not there to be issued", int64(n)-changed, n)
	}
	return err
}

func textOf(d *decimal.Decimal) *string {
	if d == nil {
		return nil
	}
	text := d.String()
	return &text
}

// writeMarks writes what became of the month of each group.
func (c *closer) writeMarks() error {
	n := len(c.marks)
	_, err := db.InsertRows(c.tx, "group_months", []db.Column{
		db.Col("account_id", "uuid", db.Each(n, func(i int) string { return c.marks[i].AccountID })),
		db.Col("group_id", "uuid", db.Each(n, func(i int) string { return c.marks[i].GroupID })),
		db.Col("month", "text", db.Each(n, func(i int) string { return c.marks[i].Month })),
		db.Col("state", "text", db.Each(n, func(i int) string { return c.marks[i].State })),
		db.Col("reason", "text", db.Each(n, func(i int) string { return c.marks[i].Reason })),
		db.Col("invoice_id", "uuid", db.Each(n, func(i int) *string { return c.marks[i].InvoiceID })),
		db.Col("updated_at", "timestamptz", db.Each(n, func(i int) time.Time { return c.marks[i].UpdatedAt })),
	}, `ON CONFLICT (group_id, month) DO UPDATE SET state = excluded.state, reason = excluded.reason,
		invoice_id = excluded.invoice_id, updated_at = excluded.updated_at`)
	return err
}
