package documents

import (
	"strings"

	"billfold/models/money"
	"billfold/views"
)

// projectTable is one row for each project: the table a manager reads.
func (d *doc) projectTable() {
	row, amounts := body.lead()+0.9, d.right
	counts := d.right - max(42, bold.width(column(d.inv.Subtotal))+12)
	heads := func() {
		d.text(d.left, d.y, label, "Project")
		d.textRight(counts, d.y, label, "Lines")
		d.textRight(amounts, d.y, label, "Subtotal ("+string(d.inv.Currency)+")")
		d.y += label.lead() + 1
		d.rule(d.left, d.right, d.y, 0.25, inkText)
		d.y += 1
	}
	heads()
	for i, p := range d.inv.Projects {
		need := row
		if i == len(d.inv.Projects)-1 {
			need += row + 2 // the sum is never alone
		}
		if !d.fits(need) {
			d.newPage()
			heads()
		}
		d.text(d.left, d.y, body, body.fit(projectName(p), counts-d.left-16))
		d.textRight(counts, d.y, quiet, views.Number(len(p.Lines)))
		d.textRight(amounts, d.y, body, column(p.Subtotal))
		d.y += row
		d.rule(d.left, d.right, d.y-0.45, 0.1, inkLine)
	}
	d.rule(d.left, d.right, d.y-0.45, 0.25, inkText)
	d.y += 0.5
	d.text(d.left, d.y, bold, "All projects")
	d.textRight(amounts, d.y, bold, column(d.inv.Subtotal))
	d.y += row + 4
}

func projectName(p Project) string {
	if name := clean(p.Name); name != "" {
		return name
	}
	return "Charges without a project"
}

// taxSummary has one row for each category and rate or jurisdiction, and below it why there is no tax
// (226(8) to (11a)) and the tax in the currency of the seller's country (art. 230).
func (d *doc) taxSummary() {
	inv, row := d.inv, body.lead()+0.6
	notes := d.taxNotes()
	d.need(label.lead() + 2 + float64(len(inv.Taxes))*row + float64(len(notes))*2*note.lead())
	wide := max(36, body.width(column(inv.Subtotal))+6)
	taxables := d.right - wide
	rates := taxables - max(44, wide)
	d.text(d.left, d.y, label, "Tax")
	if len(inv.Taxes) > 0 {
		d.textRight(rates, d.y, label, "Rate")
		d.textRight(taxables, d.y, label, "Taxable amount ("+string(inv.Currency)+")")
		d.textRight(d.right, d.y, label, "Tax ("+string(inv.Currency)+")")
	}
	d.y += label.lead() + 1
	d.rule(d.left, d.right, d.y, 0.25, inkText)
	d.y += 0.8
	for _, t := range inv.Taxes {
		d.need(row)
		d.text(d.left, d.y, body, body.fit(taxName(t), rates-18-d.left))
		d.textRight(rates, d.y, body, views.Quantity(t.Percent)+"%")
		d.textRight(taxables, d.y, body, column(t.Taxable))
		d.textRight(d.right, d.y, body, column(t.Amount))
		d.y += row
	}
	for _, n := range notes {
		d.flow(d.left, d.right-d.left, note, n)
	}
	d.y += 4
}

func taxName(t Tax) string {
	name := joined(clean(t.Label), clean(t.Jurisdiction))
	switch {
	case t.Category == CategoryReverseCharge:
		return joined(name, "reverse charge")
	case t.Category == CategoryOutOfScope:
		return joined(name, "outside the scope")
	case name == "":
		return "Tax"
	}
	return name
}

// taxNotes are the sentences below the tax rows, each once.
func (d *doc) taxNotes() []string {
	var out []string
	seen := map[string]bool{}
	add := func(s string) {
		if s = clean(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	inv := d.inv
	if len(inv.Taxes) == 0 {
		add("No tax is charged on this document.")
	}
	for _, t := range inv.Taxes {
		switch {
		case t.Note != "":
			add(t.Note)
		case t.Category == CategoryReverseCharge:
			add(NoteReverseCharge)
		case t.Category == CategoryOutOfScope:
			add(NoteOutOfScope)
		}
	}
	if st := inv.SellerTax; st != nil {
		add("Tax in " + string(st.Amount.Currency()) + ": " + views.Money(st.Amount) + " (" + rateText(st.Rate) + ").")
	}
	return out
}

// rateText is "1 USD = 0.9212345678 EUR, European Central Bank, 30 Oct 2026".
func rateText(r Rate) string {
	return joined("1 "+string(r.From)+" = "+views.Quantity(r.Value)+" "+string(r.To), clean(r.Source), views.Date(r.Date))
}

// totalRow is one row of the totals. level 0 is plain, 1 a sum under a single rule, 2 the grand total, 3 bold.
// level 3 follows the grand total's double rule and needs none of its own.
type totalRow struct {
	text   string
	amount money.Amount
	level  int
}

// totalRows is the order of the arithmetic (EN 16931 BR-CO-10 to 16).
func (d *doc) totalRows() []totalRow {
	inv := d.inv
	rows := []totalRow{{"Subtotal", inv.Subtotal, 0}}
	for _, c := range inv.Allowances {
		rows = append(rows, totalRow{creditText(c, "Credit"), c.Amount.Neg(), 0})
	}
	parts := len(inv.Taxes) > 1
	for _, t := range inv.Taxes {
		parts = parts && t.Jurisdiction == "" // jurisdictions tax the same amount, rates their part of it
	}
	if !parts {
		rows = append(rows, totalRow{"Taxable amount", inv.Taxable, 1})
	}
	for _, t := range inv.Taxes {
		percent := " " + views.Quantity(t.Percent) + "%"
		if parts {
			rows = append(rows, totalRow{"Taxable amount at" + percent, t.Taxable, 0})
		}
		rows = append(rows, totalRow{taxName(t) + percent, t.Amount, 0})
	}
	rows = append(rows, totalRow{"Total " + string(inv.Currency), inv.Total, 2})
	for _, c := range inv.Prepaid {
		rows = append(rows, totalRow{creditText(c, "Less prepaid credit"), c.Amount.Neg(), 0})
	}
	if paid := inv.paid(); !paid.IsZero() {
		rows = append(rows, totalRow{"Less payments", paid.Neg(), 0})
	}
	if inv.Kind != KindCreditNote {
		due := 1
		if rows[len(rows)-1].level == 2 {
			due = 3 // the double rule is right above
		}
		rows = append(rows, totalRow{"Amount due " + string(inv.Currency), inv.AmountDue, due})
	}
	return rows
}

// creditText is "Credit SNEAKY-CRAB (promotion), €150.00 left, expires 31 Dec 2026".
func creditText(c Credit, word string) string {
	text := word + " " + clean(c.Code)
	if c.Type != "" && word == "Credit" {
		text += " (" + strings.ToLower(clean(c.Type)) + ")"
	}
	if c.Project != "" {
		text += " for " + clean(c.Project)
	}
	if c.Left.Currency() != "" {
		text += ", " + views.Money(c.Left) + " left"
	}
	if !c.Expires.IsZero() {
		text += ", expires " + views.Date(c.Expires.Add(-1)) // the last day it can be used
	}
	return text
}

// totals is the sum of the document. It is never split over two pages, unless credits alone fill one.
func (d *doc) totals() {
	rows := d.totalRows()
	const wide = 76.0
	amounts, height := 26.0, 0.0
	for _, r := range rows {
		amounts = max(amounts, rowStyle(r).width(column(r.amount)))
	}
	x := d.right - wide - 3 - amounts
	wrapped := make([][]string, len(rows))
	for i, r := range rows {
		wrapped[i] = rowStyle(r).wrap(r.text, wide)
		height += float64(len(wrapped[i]))*rowStyle(r).lead() + []float64{0.6, 2, 5.4, 0.6}[r.level]
	}
	whole := height < d.bottom-marginTop-10
	if whole {
		d.need(height)
	}
	for i, r := range rows {
		st := rowStyle(r)
		if !whole {
			d.need(float64(len(wrapped[i]))*st.lead() + 6)
		}
		if r.level == 1 || r.level == 2 {
			d.rule(x, d.right, d.y+0.3, 0.25, inkText)
			d.y += 1.2
		}
		d.textRight(d.right, d.y, st, column(r.amount))
		d.y = d.block(x, d.y, st, wrapped[i]) + 0.6
		if r.level == 2 {
			d.doubleRule(x, d.right, d.y+0.3)
			d.y += 3
		}
	}
	d.y += 4
}

func rowStyle(r totalRow) style {
	switch r.level {
	case 2:
		return head
	case 1, 3:
		return bold
	}
	return body
}
