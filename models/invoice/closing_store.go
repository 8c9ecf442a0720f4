package invoice

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/seller"
	"billfold/models/tax"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// parked is why a group cannot be billed now; its admins see the reason.
type parked struct{ reason string }

func (p parked) Error() string { return p.reason }

// closer closes one month for the groups of one transaction.
type closer struct {
	tx          *gorm.DB
	at          time.Time
	month       models.Month
	invoiceDate time.Time
	seller      seller.Seller
	ready       []*prepared
	byGroup     map[string]*prepared
}

// prepared is an invoice of which everything but the number is known.
type prepared struct {
	group  openGroup
	row    Row
	totals Totals
	snap   Snapshot
	lines  []LineRow
	taxes  []TaxRow
}

func newCloser(tx *gorm.DB, at time.Time, month models.Month, invoiceDate time.Time) (*closer, error) {
	s, _, err := seller.Get(tx)
	if err != nil {
		return nil, err
	}
	return &closer{tx: tx, at: at, month: month, invoiceDate: invoiceDate, seller: s, byGroup: map[string]*prepared{}}, nil
}

// prepare closes the month of a group as far as possible without a number. It gives nil for a group
// that had nothing at all in the month.
func (c *closer) prepare(g openGroup) (*Outcome, error) {
	o := Outcome{AccountName: g.AccountName, GroupID: g.GroupID, GroupName: g.GroupName, Result: ResultNothing}
	// Another run may have been here since the list of open groups was made.
	closed, err := closedThrough(c.tx, []string{g.GroupID})
	if err != nil || closed[g.GroupID] >= c.month {
		return nil, err
	}
	var open []Row
	err = c.tx.Where("account_id = ? AND group_id = ? AND state = 'estimate' AND NOT frozen AND month <= ?", g.AccountID, g.GroupID, string(c.month)).
		Order("month").Limit(2).Find(&open).Error
	if err != nil {
		return nil, err
	}
	if len(open) == 0 {
		return nil, c.markClosed(g, nil)
	}
	if first := models.Month(open[0].Month); first != c.month {
		return c.park(g, o, fmt.Sprintf("%s is not closed yet; a group's months close in order", first.Label()))
	}
	row, err := lockEstimate(c.tx, open[0].ID)
	if err != nil {
		return nil, err
	}
	var p parked
	// A savepoint: a group that turns out to be impossible half-way leaves nothing behind, and the others close.
	err = c.tx.Transaction(func(*gorm.DB) error {
		if err := c.bill(g, &row, &o); !errors.As(err, &p) {
			return err
		}
		return nil
	})
	switch {
	case p.reason != "":
		return c.park(g, o, p.reason)
	case errors.Is(err, money.ErrOverflow):
		return c.park(g, o, "its amounts are too large for an invoice")
	case err != nil:
		return nil, err
	}
	return &o, nil
}

func (c *closer) bill(g openGroup, row *Row, o *Outcome) error {
	lines, err := linesOf(c.tx, row.ID)
	if err != nil {
		return err
	}
	exact, nonzero := decimal.Zero, false
	for _, l := range lines {
		exact = exact.Add(l.Cost)
		nonzero = nonzero || !l.Cost.IsZero()
	}
	o.Cost = money.NewCost(exact, money.Currency(row.PriceCurrency))
	if !nonzero {
		return c.closeEmpty(g, row)
	}
	info, err := informationTx(c.tx, g)
	if err != nil {
		return err
	}
	value, err := c.taxDateValue(row, info)
	if err != nil {
		return err
	}
	if !sameValue(*row, value) {
		if err := revalueTx(c.tx, c.at, row, value); err != nil {
			return err
		}
		if lines, err = linesOf(c.tx, row.ID); err != nil {
			return err
		}
	}
	o.Exact = exact.Mul(row.Rate)
	o.Subtotal, o.Total = money.New(row.SubtotalMinor, value.currency), money.Zero(value.currency)
	if row.SubtotalMinor <= 0 {
		o.Result = ResultMoved
		return c.moveOn(g, row, lines, "the subtotal was not above zero")
	}
	return c.prepareInvoice(g, row, lines, info, o)
}

// taxDateValue is the valuation at the tax date, the last day of the month (domain.md, "Invoice out" 3).
func (c *closer) taxDateValue(row *Row, info account.Information) (valuation, error) {
	price := money.Currency(row.PriceCurrency)
	currency := info.Currency
	if currency == "" {
		currency = price
	}
	quote, ok, err := rate.RateAt(c.tx, price, currency, c.month.LastDay())
	if err != nil {
		return valuation{}, err
	}
	if !ok {
		return valuation{}, parked{fmt.Sprintf("no exchange rate from %s to %s is stored for %s or the 7 days before", price, currency, c.month.LastDay().Format("2 Jan 2006"))}
	}
	return valuation{currency: currency, price: price, wanted: currency, quote: quote}, nil
}

func (c *closer) prepareInvoice(g openGroup, row *Row, lines []LineRow, info account.Information, o *Outcome) error {
	if missing := info.Missing(); len(missing) > 0 {
		words := make([]string, len(missing))
		for i, f := range missing {
			words[i] = fieldWords(f.Name)
		}
		return parked{"billing information is incomplete: " + strings.Join(words, ", ")}
	}
	treatment, err := tax.TreatmentTx(c.tx, c.seller, tax.Customer{Country: info.Country, Region: info.Region, VATID: info.VATID, VATStatus: string(info.VATStatus)}, c.month.LastDay())
	if err != nil {
		return err
	}
	currency := money.Currency(row.Currency)
	draft := Draft{Currency: currency, Charges: charges(lines), Tax: treatment}
	if draft.Credits, err = credit.UsableTx(c.tx, g.AccountID, g.GroupID, currency, c.month.End()); err != nil {
		return err
	}
	if draft.Prepaid, err = credit.UsablePrepaidTx(c.tx, g.AccountID, g.GroupID, currency, c.month.End()); err != nil {
		return err
	}
	totals, err := Compute(draft)
	var missing *tax.MissingRate
	if errors.As(err, &missing) {
		return parked{missing.Error()}
	}
	if err != nil {
		return err
	}
	if totals.Total.Sign() < 0 {
		// A reduction at a high rate of tax beside charges at a low one: the subtotal is above zero, and yet
		// money is owed to the customer, which an invoice cannot say.
		o.Result = ResultMoved
		return c.moveOn(g, row, lines, "the total with tax was below zero")
	}
	p := &prepared{group: g, row: *row, totals: totals, lines: lines}
	if err := c.fill(p, info, treatment); err != nil {
		return err
	}
	if err := credit.UseTx(c.tx, append(append([]credit.Use{}, totals.Uses...), totals.Pays...), row.ID, c.at); err != nil {
		return err
	}
	c.ready = append(c.ready, p)
	c.byGroup[g.GroupID] = p
	o.Result, o.Total = ResultIssued, totals.Total
	return nil
}

// fieldWords is the name of a field as a form labels it: "address line 1".
func fieldWords(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	if n := len(words); n > 1 && words[n-1] >= '0' && words[n-1] <= '9' {
		return words[:n-1] + " " + words[n-1:]
	}
	return words
}

// fill sets everything that the invoice will say, but its number.
func (c *closer) fill(p *prepared, info account.Information, treatment tax.Treatment) error {
	row, t := &p.row, p.totals
	terms, err := termsTx(c.tx, p.group)
	if err != nil {
		return err
	}
	taxDate, invoiceDate := c.month.LastDay(), c.invoiceDate
	due := invoiceDate.AddDate(0, 0, int(terms.Days))
	row.TaxDate, row.InvoiceDate, row.DueDate, row.IssuedAt, row.UpdatedAt = &taxDate, &invoiceDate, &due, &c.at, c.at
	row.CreditsMinor, row.TaxableMinor, row.TaxMinor = t.Credits.Minor(), t.Taxable.Minor(), t.Tax.Minor()
	row.TotalMinor, row.PrepaidMinor, row.DueMinor = t.Total.Minor(), t.Prepaid.Minor(), t.Due.Minor()
	row.TaxNote = treatment.Note
	row.State, row.Frozen = Issued, true
	if row.DueMinor == 0 {
		row.State = Paid
	}
	localSource, err := c.localTax(row)
	if err != nil {
		return err
	}
	p.taxes = taxRows(*row, t.Shares)
	for i := range p.lines {
		line, err := treatment.For(models.Month(p.lines[i].ServiceMonth))
		if err != nil {
			return err
		}
		p.lines[i].TaxCategory, p.lines[i].TaxRate, p.lines[i].Frozen = string(line.Category), line.Rate, true
	}
	p.snap = Snapshot{Seller: c.seller, Customer: info, AccountName: p.group.AccountName, GroupName: p.group.GroupName, Payment: terms,
		Credits: applied(t), Category: string(treatment.Category), PrintVATID: treatment.CustomerVATID != "", TaxLocalSource: localSource}
	return nil
}

// localTax states the tax in the seller's national currency when the invoice is in another one
// (Directive 2006/112/EC art. 230), at the tax date's rate, and gives the source of the rate.
func (c *closer) localTax(row *Row) (source string, err error) {
	local, ok := tax.LocalCurrency(c.seller.Country, c.month.LastDay())
	if !ok || string(local) == row.Currency || row.TaxMinor == 0 {
		return "", nil
	}
	quote, found, err := rate.RateAt(c.tx, money.Currency(row.Currency), local, c.month.LastDay())
	if err != nil {
		return "", err
	}
	if !found {
		return "", parked{fmt.Sprintf("no exchange rate from %s to %s is stored for %s; the tax must be stated in %s as well", row.Currency, local, c.month.LastDay().Format("2 Jan 2006"), local)}
	}
	amount := decimal.New(row.TaxMinor, -money.Currency(row.Currency).Decimals())
	minor, err := money.RoundMinor(amount.Mul(quote.Rate), local)
	row.TaxLocalMinor, row.TaxLocalCurrency, row.TaxLocalRate, row.TaxLocalRateDate = minor, string(local), &quote.Rate, &quote.Date
	return quote.Source, err
}

func charges(lines []LineRow) []Charge {
	all := make([]Charge, len(lines))
	for i, l := range lines {
		all[i] = Charge{Month: models.Month(l.ServiceMonth), Minor: l.AmountMinor}
		if l.ProjectID != nil {
			all[i].ProjectID = *l.ProjectID
		}
	}
	return all
}

func applied(t Totals) []AppliedCredit {
	var all []AppliedCredit
	for _, uses := range [][]credit.Use{t.Uses, t.Pays} {
		for _, u := range uses {
			a := AppliedCredit{Code: u.Claim.Code, Type: string(u.Claim.Type), Project: u.Claim.ProjectName,
				Minor: u.Amount.Minor(), Remaining: u.RemainingAfter.Minor(), Prepaid: u.Prepaid}
			if last := u.Claim.LastDay(); !last.IsZero() {
				a.Expires = &last
			}
			all = append(all, a)
		}
	}
	return all
}
