package verify

import (
	"database/sql"

	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

// checkArithmetic computes the amounts of every issued invoice again (EN 16931 BR-CO-10 to 16).
func checkArithmetic(p *pass) error {
	return eachIssued(p, func(row invoice.Row) error {
		subject := row.Address()
		taxes, err := taxesOf(p, row.ID)
		if err != nil {
			return err
		}
		lines, err := checkShares(p, row, taxes)
		if err != nil {
			return err
		}
		note := row.Kind == invoice.KindCreditNote
		uses := usesOf
		if note {
			uses = returnsOf
		}
		reducing, prepaid, err := uses(p, row.ID)
		if err != nil {
			return err
		}
		var allowance, taxable, taxed int64
		for _, t := range taxes {
			allowance, taxable, taxed = allowance+t.AllowanceMinor, taxable+t.TaxableMinor, taxed+t.TaxMinor
			if want, err := tax.TaxMinor(t.TaxableMinor, t.Rate); err != nil || (want != t.TaxMinor && !note) { // of notes see checkCreditNotes
				p.violated("M1", subject, "tax at %s on %d is %d, must be %d", t.Rate, t.TaxableMinor, t.TaxMinor, want)
			}
			if t.TaxableMinor != t.LinesMinor-t.AllowanceMinor {
				p.violated("M1", subject, "the taxable amount at %s is %d, lines are %d and credits %d", t.Rate, t.TaxableMinor, t.LinesMinor, t.AllowanceMinor)
			}
		}
		due := invoice.Due(row.TotalMinor, row.CreditedMinor, row.PrepaidMinor, row.PaidMinor)
		if note {
			due = 0
		}
		for _, c := range []struct {
			what      string
			has, want int64
		}{
			{"the subtotal is not the sum of the lines", row.SubtotalMinor, lines},
			{"the credits are not the sum of their uses", row.CreditsMinor, reducing},
			{"the credits by tax are not the credits", allowance, row.CreditsMinor},
			{"the taxable amount is not subtotal less credits", row.TaxableMinor, row.SubtotalMinor - row.CreditsMinor},
			{"the taxable amounts by tax do not add up", taxable, row.TaxableMinor},
			{"the tax is not the sum of the taxes", row.TaxMinor, taxed},
			{"the total is not taxable amount and tax", row.TotalMinor, row.TaxableMinor + row.TaxMinor},
			{"the prepaid amount is not the sum of its uses", row.PrepaidMinor, prepaid},
			{"the amount due is wrong", row.DueMinor, due},
		} {
			if c.has != c.want {
				p.violated("M1", subject, "%s: %d, must be %d", c.what, c.has, c.want)
			}
		}
		return nil
	})
}

// checkShares compares the sums by tax category and rate with the lines, and gives the sum of all lines.
func checkShares(p *pass, row invoice.Row, taxes []invoice.TaxRow) (sum int64, err error) {
	stated := map[string]int64{}
	for _, t := range taxes {
		stated[t.Category+" "+t.Rate.String()] += t.LinesMinor
	}
	var shares []struct {
		TaxCategory string
		TaxRate     decimal.Decimal
		Minor       int64
	}
	err = p.tx.Raw(`SELECT tax_category, tax_rate, CAST(SUM(amount_minor) AS BIGINT) AS minor FROM invoice_lines
		WHERE invoice_id = ? GROUP BY tax_category, tax_rate`, row.ID).Scan(&shares).Error
	for _, s := range shares {
		sum += s.Minor
		stated[s.TaxCategory+" "+s.TaxRate.String()] -= s.Minor
	}
	for key, difference := range stated {
		if difference != 0 {
			p.violated("M1", row.Address(), "the lines taxed %s are not what their tax was computed of: %d too much", key, difference)
		}
	}
	return sum, err
}

// usesOf is the credit that was used on an invoice, before and after tax.
func usesOf(p *pass, invoiceID string) (reducing, prepaid int64, err error) {
	var uses []struct {
		Prepaid bool
		Minor   int64
	}
	err = p.tx.Raw(`SELECT prepaid, CAST(SUM(amount_minor) AS BIGINT) AS minor FROM credit_uses WHERE invoice_id = ? GROUP BY prepaid`, invoiceID).Scan(&uses).Error
	for _, u := range uses {
		if u.Prepaid {
			prepaid = u.Minor
		} else {
			reducing = u.Minor
		}
	}
	return reducing, prepaid, err
}

func taxesOf(p *pass, invoiceID string) ([]invoice.TaxRow, error) {
	var taxes []invoice.TaxRow
	return taxes, p.tx.Where("invoice_id = ?", invoiceID).Order("position").Find(&taxes).Error
}

// checkLines converts every line's exact cost again.
func checkLines(p *pass) error {
	return p.each(func(rows *sql.Rows) error {
		var id, currency, price string
		var cost, rate decimal.Decimal
		var minor int64
		var issued, invoiceFrozen, frozen, noted bool
		if err := rows.Scan(&id, &cost, &minor, &rate, &currency, &price, &issued, &invoiceFrozen, &frozen, &noted); err != nil {
			return err
		}
		p.result.Checked++
		want, err := money.NewCost(cost, money.Currency(price)).Convert(rate, money.Currency(currency))
		if err != nil || (want.Minor() != minor && !noted) { // a note's line has no cost, only a part of an amount
			p.violated("M3", "line "+id, "the amount is %d, cost %s at %s rounds to %d", minor, cost, rate, want.Minor())
		}
		if invoiceFrozen != frozen {
			p.violated("I1", "line "+id, "is frozen: %v, its invoice: %v", frozen, invoiceFrozen)
		}
		if invoiceFrozen && !issued && !cost.IsZero() {
			p.violated("U2", "line "+id, "costs %s and was closed without an invoice", cost)
		}
		return nil
	}, `SELECT l.id, l.cost, l.amount_minor, i.rate, i.currency, i.price_currency, i.number IS NOT NULL, i.frozen, l.frozen, l.original_line_id IS NOT NULL
		FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id`)
}
