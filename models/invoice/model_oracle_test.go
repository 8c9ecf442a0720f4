package invoice_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"billfold/models"

	"github.com/shopspring/decimal"
)

// The oracle is a second, plain account of the rules of domain.md, in memory and without any of the
// product's arithmetic. The model test holds the databases against it.
type oracle struct {
	groups   []*oGroup
	projects []*oProject
	claims   []*oClaim
	rates    map[string]map[string]string // day -> currency -> 1 EUR
	runs     map[string]time.Time         // month -> invoice date
	numbers  map[int]int64                // year -> last
	issued   []*oInvoice
}

type oGroup struct {
	id, account, currency, country string
	vat, incomplete                bool
	created                        time.Time
	deleted                        *time.Time
	closed                         string
	open                           map[string]*oEstimate // by month
}

type oEstimate struct {
	currency, rateDay string
	rate              decimal.Decimal
	lines             map[oLine]decimal.Decimal
}

type oLine struct{ project, service, price, month string }

type oProject struct {
	id, account, name string
	held              []oHeld
	deleted           *time.Time
}

type oHeld struct {
	from  time.Time
	group *oGroup
}

func (p *oProject) holder(at time.Time) *oGroup {
	found := p.held[0].group
	for _, h := range p.held[1:] {
		if !h.from.After(at) {
			found = h.group
		}
	}
	return found
}

func (p *oProject) now() *oGroup { return p.held[len(p.held)-1].group }

type oClaim struct {
	id, account, currency, scope string
	group                        *oGroup
	project                      *oProject
	remaining                    int64
	prepaid                      bool
	claimed, expires             time.Time
}

type oInvoice struct {
	group                                                       *oGroup
	month, number, currency, local                              string
	subtotal, credits, tax, total, prepaid, due, localTax, paid int64
	state                                                       string
}

func (o *oracle) decimals(currency string) int32 {
	if currency == "JPY" {
		return 0
	}
	return 2
}

// minor rounds half away from zero by looking at the digits.
func (o *oracle) minor(d decimal.Decimal, currency string) int64 {
	scaled := d.Shift(o.decimals(currency))
	whole := scaled.Truncate(0)
	if scaled.Sub(whole).Abs().Cmp(decimal.RequireFromString("0.5")) >= 0 {
		whole = whole.Add(decimal.NewFromInt(int64(scaled.Sign())))
	}
	return whole.IntPart()
}

// rate is 1 from in to on a day or up to 7 days before, from rates of the euro.
func (o *oracle) rate(from, to string, at time.Time) (decimal.Decimal, string, bool) {
	if from == to {
		return decimal.NewFromInt(1), "", true
	}
	for back := range 8 {
		day := at.UTC().AddDate(0, 0, -back).Format(time.DateOnly)
		of := func(currency string) (decimal.Decimal, bool) {
			if currency == "EUR" {
				return decimal.NewFromInt(1), len(o.rates[day]) > 0
			}
			s, ok := o.rates[day][currency]
			return decimal.RequireFromString(cmp.Or(s, "0")), ok
		}
		a, okA := of(from)
		b, okB := of(to)
		if !okA || !okB {
			continue
		}
		if from == "EUR" {
			return b, day, true
		}
		q := b.DivRound(a, 60)
		digits := int32(len(strings.TrimLeft(q.Truncate(0).String(), "0")))
		if digits == 0 {
			fraction := q.StringFixed(60)[2:]
			digits = -int32(len(fraction) - len(strings.TrimLeft(fraction, "0")))
		}
		return q.Round(10 - digits), day, true
	}
	return decimal.Zero, "", false
}

func (g *oGroup) wanted() string { return cmp.Or(g.currency, "USD") }

// shown is how an open estimate of the group is valued at a time.
func (o *oracle) shown(g *oGroup, month string, now time.Time, e *oEstimate) {
	date := now
	if last := models.Month(month).LastDay(); last.Before(date) {
		date = last
	}
	var ok bool
	e.currency = g.wanted()
	if e.rate, e.rateDay, ok = o.rate("USD", e.currency, date); !ok {
		e.currency, e.rate, e.rateDay = "USD", decimal.NewFromInt(1), ""
	}
}

func (o *oracle) estimate(g *oGroup, month string, now time.Time) *oEstimate {
	if g.open[month] == nil {
		g.open[month] = &oEstimate{lines: map[oLine]decimal.Decimal{}}
		o.shown(g, month, now, g.open[month])
	}
	return g.open[month]
}

func (o *oracle) take(g *oGroup, line oLine, cost decimal.Decimal, now time.Time) {
	month := line.month
	if g.closed != "" && month <= g.closed {
		month = string(models.Month(g.closed).Next())
	}
	e := o.estimate(g, month, now)
	e.lines[line] = e.lines[line].Add(cost)
}

func (o *oracle) subtotal(e *oEstimate) (sum int64) {
	for _, cost := range e.lines {
		sum += o.minor(cost.Mul(e.rate), e.currency)
	}
	return sum
}

func (o *oracle) revalue(now time.Time, only *oGroup) {
	for _, g := range o.groups {
		for month, e := range g.open {
			if only == nil || only == g {
				o.shown(g, month, now, e)
			}
		}
	}
}

// close says what closing a month does to a group: "issued", "nothing", "moved", "parked", or "" for
// nothing at all, and keeps books.
func (o *oracle) close(g *oGroup, month string, now time.Time) string {
	m := models.Month(month)
	months := slices.Sorted(maps.Keys(g.open))
	open := len(months) > 0 && months[0] <= month
	if g.closed >= month || (!g.created.Before(m.End()) && !open) || (g.deleted != nil && g.deleted.Before(m.Start()) && len(months) == 0) {
		return ""
	}
	if !open {
		g.closed = month
		return ""
	}
	if months[0] != month {
		return "parked"
	}
	e := g.open[month]
	zero := true
	for _, cost := range e.lines {
		zero = zero && cost.IsZero()
	}
	if zero {
		delete(g.open, month)
		g.closed = month
		return "nothing"
	}
	rate, day, ok := o.rate("USD", g.wanted(), m.LastDay())
	if !ok {
		return "parked"
	}
	e.currency, e.rate, e.rateDay = g.wanted(), rate, day
	if o.subtotal(e) <= 0 {
		return o.moveOn(g, month, now)
	}
	if g.incomplete {
		return "parked"
	}
	inv, uses := o.invoice(g, m, e)
	if inv.total < 0 {
		return o.moveOn(g, month, now)
	}
	if inv.currency != "EUR" && inv.tax != 0 {
		local, _, ok := o.rate(inv.currency, "EUR", m.LastDay())
		if !ok {
			return "parked"
		}
		inv.local, inv.localTax = "EUR", o.minor(decimal.New(inv.tax, -o.decimals(inv.currency)).Mul(local), "EUR")
	}
	for c, amount := range uses {
		c.remaining -= amount
	}
	year := o.runs[month].Year()
	o.numbers[year]++
	inv.number = fmt.Sprintf("BF-%d-%06d", year, o.numbers[year])
	o.issued = append(o.issued, inv)
	delete(g.open, month)
	g.closed = month
	return "issued"
}

func (o *oracle) moveOn(g *oGroup, month string, now time.Time) string {
	lines := g.open[month].lines
	delete(g.open, month)
	g.closed = month
	for line, cost := range lines {
		o.take(g, line, cost, now)
	}
	return "moved"
}

// percent is the tax of a service month in thousandths.
func (g *oGroup) percent(month string) int64 {
	switch {
	case g.country == "FI" && month < "2024-09":
		return 240
	case g.country == "FI":
		return 255
	case g.country == "DE" && !g.vat:
		return 190
	}
	return 0
}

func (o *oracle) invoice(g *oGroup, m models.Month, e *oEstimate) (*oInvoice, map[*oClaim]int64) {
	inv := &oInvoice{group: g, month: string(m), currency: e.currency, subtotal: o.subtotal(e), state: "issued"}
	byRate, byProject := map[int64]int64{}, map[string]int64{}
	for line, cost := range e.lines {
		amount := o.minor(cost.Mul(e.rate), e.currency)
		byRate[g.percent(line.month)] += amount
		byProject[line.project] += amount
	}
	uses := map[*oClaim]int64{}
	for _, c := range o.usable(g, m, e.currency, false) {
		pays := min(c.remaining, inv.subtotal-inv.credits)
		if c.scope == "project" {
			pays = min(pays, byProject[c.project.id])
		}
		if pays > 0 {
			uses[c] = pays
			inv.credits += pays
			if c.scope == "project" {
				byProject[c.project.id] -= pays
			}
		}
	}
	// Largest remainder over the positive sums; a tie goes to the higher rate.
	percents := slices.Sorted(maps.Keys(byRate))
	slices.Reverse(percents)
	var positive, given int64
	for _, p := range percents {
		positive += max(0, byRate[p])
	}
	part, rest := map[int64]int64{}, map[int64]int64{}
	for _, p := range percents {
		if byRate[p] > 0 && inv.credits > 0 {
			part[p], rest[p] = inv.credits*byRate[p]/positive, inv.credits*byRate[p]%positive
			given += part[p]
		}
	}
	order := slices.Clone(percents)
	slices.SortStableFunc(order, func(a, b int64) int { return cmp.Compare(rest[b], rest[a]) })
	for i := 0; given < inv.credits; i, given = i+1, given+1 {
		part[order[i]]++
	}
	for _, p := range percents {
		inv.tax += o.minor(decimal.New((byRate[p]-part[p])*p, -3), "JPY")
	}
	inv.total = inv.subtotal - inv.credits + inv.tax
	for _, c := range o.usable(g, m, e.currency, true) {
		if pays := min(c.remaining, inv.total-inv.prepaid); pays > 0 {
			uses[c] = pays
			inv.prepaid += pays
		}
	}
	if inv.due = inv.total - inv.prepaid; inv.due <= 0 {
		inv.due, inv.state = 0, "paid"
	}
	return inv, uses
}

func (o *oracle) usable(g *oGroup, m models.Month, currency string, prepaid bool) []*oClaim {
	var list []*oClaim
	for _, c := range o.claims {
		here := c.account == g.account && (c.scope == "account" || c.scope == "group" && c.group == g || c.scope == "project" && c.project.now() == g)
		if here && c.prepaid == prepaid && c.currency == currency && c.remaining > 0 && c.claimed.Before(m.End()) && (c.expires.IsZero() || !c.expires.Before(m.End())) {
			list = append(list, c)
		}
	}
	rank := map[string]int{"project": 0, "group": 1, "account": 2}
	never := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	until := func(c *oClaim) time.Time {
		if c.expires.IsZero() {
			return never
		}
		return c.expires
	}
	slices.SortStableFunc(list, func(a, b *oClaim) int {
		return cmp.Or(cmp.Compare(rank[a.scope], rank[b.scope]), until(a).Compare(until(b)), a.claimed.Compare(b.claimed), cmp.Compare(a.id, b.id))
	})
	return list
}
