package invoice

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/event"
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

// closer closes one month for the groups of one transaction. What they need is read for all of them at
// first and what they become is written for all at the end; in between each is a matter of arithmetic. Only
// rare ones write by themselves: those whose rate has changed, and those whose lines move on.
type closer struct {
	tx          *gorm.DB
	at          time.Time
	month       models.Month
	invoiceDate time.Time
	seller      seller.Seller
	found       batch
	credits     *credit.Pool
	taxes       *tax.Book
	quotes      *rate.Quotes
	touched     bool // the group at hand has a savepoint, because it has written something

	ready   []*prepared
	byGroup map[string]*prepared
	empty   []string        // estimates that close without an invoice
	marks   []groupMonthRow // what becomes of the month of each group
	events  []event.Of
}

// prepared is an invoice of which everything but the number is known.
type prepared struct {
	group  openGroup
	row    *Row
	totals Totals
	snap   Snapshot
	lines  []LineRow
	taxes  []TaxRow
}

// newCloser reads and locks what closing a month of groups takes. The caller holds the locks of the accounts.
func newCloser(tx *gorm.DB, at time.Time, month models.Month, invoiceDate time.Time, groups []openGroup) (*closer, error) {
	s, _, err := seller.Get(tx)
	if err != nil {
		return nil, err
	}
	c := &closer{tx: tx, at: at, month: month, invoiceDate: invoiceDate, seller: s, byGroup: map[string]*prepared{},
		taxes: tax.NewBook(tx, s), quotes: rate.NewQuotes(tx)}
	if c.found, err = readBatch(tx, month, groups); err != nil {
		return nil, err
	}
	accounts, projects := c.found.parties(groups)
	c.credits, err = credit.LoadPool(tx, accounts, c.found.billed, projects, month.End())
	return c, err
}

// prepare closes the month of a group as far as possible without a number. It gives nil for a group
// that had nothing at all in the month.
func (c *closer) prepare(g openGroup) (*Outcome, error) {
	o := Outcome{AccountName: g.AccountName, GroupID: g.GroupID, GroupName: g.GroupName, Result: ResultNothing}
	// Another run may have been here since the list of open groups was made.
	if c.found.closed[g.GroupID] >= c.month {
		return nil, nil
	}
	row := c.found.first[g.GroupID]
	if row == nil {
		c.markClosed(g, nil)
		return nil, nil
	}
	if first := models.Month(row.Month); first != c.month {
		return c.park(g, o, fmt.Sprintf("%s is not closed yet; a group's months close in order", first.Label())), nil
	}
	err := c.bill(g, row, &o)
	var p parked
	isParked, tooLarge := errors.As(err, &p), errors.Is(err, money.ErrOverflow)
	if err != nil && !isParked && !tooLarge {
		return nil, err // of the database: the transaction is lost, savepoint and all
	}
	// A group that turns out to be too large half-way leaves nothing behind, and the others close.
	if err := c.settle(tooLarge); err != nil {
		return nil, err
	}
	switch {
	case isParked:
		return c.park(g, o, p.reason), nil
	case tooLarge:
		return c.park(g, o, "its amounts are too large for an invoice"), nil
	}
	return &o, nil
}

// touch makes a savepoint before a group writes something by itself.
func (c *closer) touch() error {
	if c.touched {
		return nil
	}
	c.touched = true
	return c.tx.Exec("SAVEPOINT one_group").Error
}

// settle keeps or undoes what the group at hand has written by itself.
func (c *closer) settle(undo bool) error {
	if !c.touched {
		return nil
	}
	c.touched = false
	if undo {
		if err := c.tx.Exec("ROLLBACK TO SAVEPOINT one_group").Error; err != nil {
			return err
		}
	}
	return c.tx.Exec("RELEASE SAVEPOINT one_group").Error
}

func (c *closer) bill(g openGroup, row *Row, o *Outcome) error {
	lines := c.found.lines[row.ID]
	exact, nonzero := decimal.Zero, false
	for _, l := range lines {
		exact = exact.Add(l.Cost)
		nonzero = nonzero || !l.Cost.IsZero()
	}
	o.Cost = money.NewCost(exact, money.Currency(row.PriceCurrency))
	if !nonzero {
		c.closeEmpty(g, row)
		return nil
	}
	info, ok := c.found.information[g.GroupID]
	if !ok {
		info = account.NoInformation()
	}
	value, err := c.taxDateValue(row, info)
	if err != nil {
		return err
	}
	if !sameValue(*row, value) {
		if lines, err = c.revalue(row, value); err != nil {
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

// revalue values an estimate and its lines at the tax date.
func (c *closer) revalue(row *Row, value valuation) ([]LineRow, error) {
	if err := c.touch(); err != nil {
		return nil, err
	}
	if err := revalueTx(c.tx, c.at, row, value); err != nil {
		return nil, err
	}
	lines, err := linesOf(c.tx, []string{row.ID})
	return lines[row.ID], err
}

// taxDateValue is the valuation at the tax date, the last day of the month (domain.md, "Invoice out" 3).
func (c *closer) taxDateValue(row *Row, info account.Information) (valuation, error) {
	price := money.Currency(row.PriceCurrency)
	currency := info.Currency
	if currency == "" {
		currency = price
	}
	quote, ok, err := c.quotes.At(price, currency, c.month.LastDay())
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
	treatment, err := c.taxes.Treatment(customerOf(info), c.month.LastDay())
	if err != nil {
		return err
	}
	currency := money.Currency(row.Currency)
	draft := Draft{Currency: currency, Charges: charges(lines), Tax: treatment}
	draft.Credits, draft.Prepaid = c.credits.Usable(g.AccountID, g.GroupID, currency)
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
	p := &prepared{group: g, row: row, totals: totals, lines: lines}
	if err := c.fill(p, info, treatment); err != nil {
		return err
	}
	if err := c.credits.Use(row.ID, slices.Concat(totals.Uses, totals.Pays)); err != nil {
		return err
	}
	c.markClosed(g, &row.ID)
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
	row, t := p.row, p.totals
	terms, ok := c.found.terms[p.group.GroupID]
	if !ok {
		terms = PaymentTerms{Days: defaultTerms}
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
	quote, found, err := c.quotes.At(money.Currency(row.Currency), local, c.month.LastDay())
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
