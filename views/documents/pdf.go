package documents

import (
	"fmt"
	"strings"

	"billfold/models/money"
	"billfold/views"
)

// doc is one document being laid out.
type doc struct {
	*sheet
	inv Invoice
	// inline puts the lines on page 1 instead of one line a project; short documents stay on one page so.
	inline bool
}

// shortLines is the number of lines up to which a single page is tried.
const shortLines = 24

// PDF prints an issued invoice or credit note: A4, or US Letter for a buyer in the US or Canada. The
// same Invoice always gives the same bytes. It refuses a document whose figures do not add up.
func PDF(inv Invoice) ([]byte, error) {
	if err := check(inv); err != nil {
		return nil, err
	}
	lines := 0
	for _, p := range inv.Projects {
		lines += len(p.Lines) + 2
	}
	var d *doc
	if lines <= shortLines {
		d = layout(inv, true)
	}
	if d == nil || len(d.pages) > 1 {
		d = layout(inv, false)
	}
	d.footers()
	return draw(d.sheet, properties{
		title:    d.title(),
		author:   clean(inv.Seller.Name),
		subject:  clean(inv.Buyer.Company) + ", " + inv.PeriodStart.UTC().Format("January 2006"),
		keywords: strings.TrimSpace(clean(inv.Number) + " " + clean(inv.PurchaseOrder)),
		date:     inv.Issued,
	})
}

func layout(inv Invoice, inline bool) *doc {
	country := strings.ToUpper(inv.Buyer.Address.Country)
	d := &doc{sheet: newSheet(country == "US" || country == "CA"), inv: inv, inline: inline}
	d.onPage = d.runningHead
	d.header()
	d.summaryBox()
	if inline {
		d.details()
	} else {
		d.projectTable()
	}
	d.taxSummary()
	d.totals()
	d.paymentBlock()
	d.notes()
	if !inline {
		if len(d.pages) == 1 || d.y > d.h/2 {
			d.newPage()
		}
		d.details()
	}
	return d
}

// word is what the document is called in running text.
func (d *doc) word() string {
	switch d.inv.Kind {
	case KindCreditNote:
		return "Credit note"
	case KindReceipt:
		return "Receipt"
	}
	return "Invoice"
}

func (d *doc) title() string { return d.word() + " " + clean(d.inv.Number) }

// runningHead is the first line of each page after the first.
func (d *doc) runningHead() {
	text := d.title() + ", " + clean(d.inv.Buyer.Company) + ", " + views.Date(d.inv.Issued)
	d.text(d.left, d.y, label, label.fit(text, d.right-d.left))
	d.y += label.lead() + 1
	d.rule(d.left, d.right, d.y, 0.15, inkLine)
	d.y += 4
}

// footers writes the supplier's legal line and "Page 2 of 5" on every page, now that their number is known.
func (d *doc) footers() {
	seller := d.inv.Seller
	legal := joined(clean(seller.Name), oneLine(seller.Address))
	second := joined(prefixed("VAT ID ", clean(seller.VATID)), clean(seller.TaxNumber), clean(seller.Register))
	contact := prefixed("Billing questions: ", clean(seller.Contact))
	all := d.pages
	for i := range all {
		d.pages = all[:i+1]
		y := d.bottom + 3.5
		d.rule(d.left, d.right, y, 0.15, inkLine)
		y += 1.2
		number := fmt.Sprintf("Page %d of %d", i+1, len(all))
		d.textRight(d.right, y, foot, number)
		wide := d.right - d.left
		for n, line := range []string{legal, second, contact} {
			w := wide
			if n == 0 {
				w -= foot.width(number) + 6
			}
			if line != "" {
				d.text(d.left, y, foot, foot.fit(line, w))
				y += foot.lead()
			}
		}
	}
	d.pages = all
}

// column is an amount under a head that names the currency: with its sign, without its code.
func column(a money.Amount) string {
	return strings.TrimSuffix(views.Money(a), " "+string(a.Currency()))
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// joined puts a comma between the texts that are not empty.
func joined(parts ...string) string { return joinedBy(", ", parts...) }
