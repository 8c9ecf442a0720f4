package invoice

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/money"

	"github.com/shopspring/decimal"
)

// ExportQuery asks for the lines of a billing group over months.
type ExportQuery struct {
	From, To models.Month // the first and the last month; empty for no bound
	After    Position     // go on behind it
}

// Position is a place in an export, which goes by month and within one by the order of the invoice's
// documents, its credits last.
type Position struct {
	Month  models.Month // empty: before everything
	LineID string       // of a line
	Credit int          // or which of the credits, from 1
}

// String is the position as ParsePosition reads it.
func (p Position) String() string {
	switch {
	case p.Month == "":
		return ""
	case p.Credit > 0:
		return string(p.Month) + ".c" + strconv.Itoa(p.Credit)
	}
	return string(p.Month) + "." + p.LineID
}

// ParsePosition reads a position; empty is the start. Kind: Invalid (cursor).
func ParsePosition(text string) (p Position, err error) {
	if text == "" {
		return p, nil
	}
	month, rest, _ := strings.Cut(text, ".")
	if p.Month, err = models.ParseMonth(month); err != nil {
		return p, errCursor
	}
	if n, ok := strings.CutPrefix(rest, "c"); ok && !models.IsID(rest) {
		if p.Credit, err = strconv.Atoi(n); err != nil || p.Credit < 1 {
			return p, errCursor
		}
		return p, nil
	}
	if p.LineID = rest; !models.IsID(rest) {
		return p, errCursor
	}
	return p, nil
}

var errCursor = models.Invalidf("cursor", "This is not the cursor of a line, or the line is no longer where it was; begin without one")

// ExportLine is a line of an export.
type ExportLine struct {
	ID                                  string
	Project, Service, Type, Plan, Cloud string
	LineType, Description, Tags         string // Tags is a JSON object
	Start, End                          time.Time
	Amount                              money.Amount // in the invoice's currency
	USD                                 money.Amount // the line in US dollars
	HasUSD                              bool         // false when no rate is stored
}

// ExportPart is some lines of one invoice, or its credits. It is valid until the next one comes.
type ExportPart struct {
	Invoice FullInvoice
	Lines   []ExportLine
	Credits []FullCredit
	First   int // which of the credits Credits begins with, from 1
}

// exportRead is how many lines of an export are read at once.
const exportRead = 4000

// ExportLines hands on all lines and credits of the scope's group in the months asked for, a part at a time;
// an error of yield ends it and is returned. What it reads goes by the indexes invoices_group_list and
// invoice_lines_list, so that its memory and the time to go on do not grow with what is there. Kinds:
// NotFound, Invalid (cursor).
func (s *Store) ExportLines(ctx context.Context, scope access.Scope, q ExportQuery, yield func(ExportPart) error) error {
	group, err := groupNameOf(s.db.Read(ctx), scope)
	if err != nil {
		return err
	}
	from := max(q.From, q.After.Month)
	var after *Row
	found := q.After.Month == ""
	for {
		tx := listed(s.db.Read(ctx), scope).Where("i.month >= ?", string(from))
		if q.To != "" {
			tx = tx.Where("i.month <= ?", string(q.To))
		}
		if after != nil {
			tx = tx.Where("(i.month, i.id) > (?, ?)", after.Month, after.ID)
		}
		var rows []Row
		if err := tx.Select("i.*").Order("i.month, i.id").Limit(1).Scan(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 && !found {
			return errCursor
		}
		if len(rows) == 0 {
			return nil
		}
		after = &rows[0]
		inv, err := s.fullInvoice(ctx, scope, rows[0], group)
		if err != nil {
			return err
		}
		behind := Position{}
		if inv.Month == string(q.After.Month) {
			behind, found = q.After, true
		}
		if !found {
			return errCursor
		}
		if err := s.exportInvoice(ctx, scope, inv, behind, yield); err != nil {
			return err
		}
	}
}

// exportInvoice hands on the lines and credits of one invoice.
func (s *Store) exportInvoice(ctx context.Context, scope access.Scope, inv FullInvoice, behind Position, yield func(ExportPart) error) error {
	if behind.Credit == 0 {
		if err := s.exportLines(ctx, scope, inv, behind.LineID, yield); err != nil {
			return err
		}
	}
	credits, err := s.CreditLines(ctx, inv)
	if err != nil {
		return err
	}
	if behind.Credit > len(credits) {
		return errCursor
	}
	if credits = credits[behind.Credit:]; len(credits) == 0 {
		return nil
	}
	return yield(ExportPart{Invoice: inv, Credits: credits, First: behind.Credit + 1})
}

// exportKey is where a line stands in the order of its invoice's documents.
type exportKey struct{ ProjectName, ServiceName, ID string }

func (s *Store) exportLines(ctx context.Context, scope access.Scope, inv FullInvoice, behind string, yield func(ExportPart) error) error {
	var after *exportKey
	if behind != "" {
		var keys []exportKey
		err := s.db.Read(ctx).Table("invoice_lines").Select("project_name, service_name, id").Where("account_id = ? AND invoice_id = ? AND id = ?", scope.AccountID(), inv.ID, behind).Scan(&keys).Error
		if err == nil && len(keys) == 0 {
			err = errCursor
		}
		if err != nil {
			return err
		}
		after = &keys[0]
	}
	r := &exportReader{accountID: scope.AccountID(), inv: inv, currency: money.Currency(inv.Currency)}
	var err error
	if r.usd, err = newDollars(s.db.Read(ctx)).forLines(inv.Row, s.clock.Now()); err != nil {
		return err
	}
	read := r.readSQLite
	if s.db.Dialect() == db.Postgres {
		read = r.readPostgres
	}
	for {
		if err := read(s.db.Read(ctx), after); err != nil {
			return err
		}
		if len(r.lines) == 0 {
			return nil
		}
		last := r.lines[len(r.lines)-1]
		after = &exportKey{strings.Clone(last.Project), strings.Clone(last.Service), strings.Clone(last.ID)}
		if err := yield(ExportPart{Invoice: inv, Lines: r.lines}); err != nil || len(r.lines) < exportRead {
			return err
		}
	}
}

// exportReader reads lines of one invoice.
type exportReader struct {
	accountID string
	inv       FullInvoice
	currency  money.Currency
	usd       lineDollars
	lines     []ExportLine // of the part
	text      []byte       // theirs, on PostgreSQL
	ends      []int
}

// amounts fills in a line's amounts.
func (r *exportReader) amounts(l *ExportLine, minor int64, cost decimal.Decimal) error {
	l.Amount = money.New(minor, r.currency)
	usd, err := r.usd.of(minor, cost)
	if l.HasUSD = usd != nil; l.HasUSD {
		l.USD = *usd
	}
	return err
}

// lineDollars is how the lines of one invoice become US dollars.
type lineDollars struct {
	same  bool            // they are
	rate  decimal.Decimal // of the price currency, zero when none is stored
	price money.Currency
}

func (d *dollars) forLines(inv Row, now time.Time) (lineDollars, error) {
	if inv.Currency == "USD" {
		return lineDollars{same: true}, nil
	}
	quote, err := d.quote(money.Currency(inv.PriceCurrency), rateDay(inv, now))
	return lineDollars{rate: quote.Rate, price: money.Currency(inv.PriceCurrency)}, err
}

// of is a line in US dollars: its amount where the invoice is in dollars, else its exact cost, rounded
// once; nil when no rate is stored.
func (l lineDollars) of(minor int64, cost decimal.Decimal) (*money.Amount, error) {
	if l.same {
		a := money.New(minor, "USD")
		return &a, nil
	}
	if l.rate.IsZero() {
		return nil, nil
	}
	a, err := money.NewCost(cost, l.price).Convert(l.rate, "USD")
	if err != nil {
		return nil, fmt.Errorf("a line in US dollars: %w", err)
	}
	return &a, nil
}
