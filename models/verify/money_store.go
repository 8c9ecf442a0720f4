package verify

import (
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
)

// lineSum is what the lines of an invoice add up to.
type lineSum struct {
	Minor int64
	Lines int64
}

// checkArithmetic computes the amounts of every issued invoice again (EN 16931 BR-CO-10 to 16).
func checkArithmetic(p *pass) error {
	return eachInvoice(p, "frozen AND number IS NOT NULL", func(row invoice.Row) error {
		subject := row.Address()
		var lines lineSum
		err := p.db.Read(p.ctx).Raw(`SELECT COALESCE(CAST(SUM(amount_minor) AS BIGINT), 0) AS minor, COUNT(*) AS lines FROM invoice_lines WHERE invoice_id = ?`, row.ID).Scan(&lines).Error
		if err != nil {
			return err
		}
		taxes, err := taxesOf(p, row.ID)
		if err != nil {
			return err
		}
		var sum, allowance, taxable, taxed int64
		for _, t := range taxes {
			sum, allowance, taxable, taxed = sum+t.LinesMinor, allowance+t.AllowanceMinor, taxable+t.TaxableMinor, taxed+t.TaxMinor
			if want, err := tax.TaxMinor(t.TaxableMinor, t.Rate); err != nil || want != t.TaxMinor {
				p.violated("M1", subject, "tax at %s on %d is %d, must be %d", t.Rate, t.TaxableMinor, t.TaxMinor, want)
			}
		}
		var uses []struct {
			Prepaid bool
			Minor   int64
		}
		err = p.db.Read(p.ctx).Raw(`SELECT prepaid, CAST(SUM(amount_minor) AS BIGINT) AS minor FROM credit_uses WHERE invoice_id = ? GROUP BY prepaid`, row.ID).Scan(&uses).Error
		if err != nil {
			return err
		}
		var reducing, prepaid int64
		for _, u := range uses {
			if u.Prepaid {
				prepaid = u.Minor
			} else {
				reducing = u.Minor
			}
		}
		for _, c := range []struct {
			what      string
			has, want int64
		}{
			{"the subtotal is not the sum of the lines", row.SubtotalMinor, lines.Minor},
			{"the lines by tax are not the subtotal", sum, row.SubtotalMinor},
			{"the credits are not the sum of their uses", row.CreditsMinor, reducing},
			{"the credits by tax are not the credits", allowance, row.CreditsMinor},
			{"the taxable amount is not subtotal less credits", row.TaxableMinor, row.SubtotalMinor - row.CreditsMinor},
			{"the taxable amounts by tax do not add up", taxable, row.TaxableMinor},
			{"the tax is not the sum of the taxes", row.TaxMinor, taxed},
			{"the total is not taxable amount and tax", row.TotalMinor, row.TaxableMinor + row.TaxMinor},
			{"the prepaid amount is not the sum of its uses", row.PrepaidMinor, prepaid},
			{"the amount due is wrong", row.DueMinor, invoice.Due(row.TotalMinor, row.CreditedMinor, row.PrepaidMinor, row.PaidMinor)},
		} {
			if c.has != c.want {
				p.violated("M1", subject, "%s: %d, must be %d", c.what, c.has, c.want)
			}
		}
		return nil
	})
}

func taxesOf(p *pass, invoiceID string) ([]invoice.TaxRow, error) {
	var taxes []invoice.TaxRow
	return taxes, p.db.Read(p.ctx).Where("invoice_id = ?", invoiceID).Order("position").Find(&taxes).Error
}

// checkLines converts every line's exact cost again.
func checkLines(p *pass) error {
	rows, err := p.db.Read(p.ctx).Raw(`SELECT l.id, l.cost, l.amount_minor, i.rate, i.currency, i.price_currency, i.frozen AS invoice_frozen, l.frozen
		FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id`).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, currency, price string
		var cost, rate decimal.Decimal
		var minor int64
		var invoiceFrozen, frozen bool
		if err := rows.Scan(&id, &cost, &minor, &rate, &currency, &price, &invoiceFrozen, &frozen); err != nil {
			return err
		}
		p.result.Checked++
		want, err := money.NewCost(cost, money.Currency(price)).Convert(rate, money.Currency(currency))
		if err != nil || want.Minor() != minor {
			p.violated("M3", "line "+id, "the amount is %d, cost %s at %s rounds to %d", minor, cost, rate, want.Minor())
		}
		if invoiceFrozen != frozen {
			p.violated("I1", "line "+id, "is frozen: %v, its invoice: %v", frozen, invoiceFrozen)
		}
	}
	return rows.Err()
}
