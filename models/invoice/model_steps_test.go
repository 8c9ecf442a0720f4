package invoice_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/models/rate"
	"billfold/models/usage"

	"github.com/shopspring/decimal"
)

func (m *model) newGroup(accountID string) {
	made, err := m.accounts.CreateGroup(m.ctx, m.scopes[accountID], account.NewGroup{Name: m.name("group")})
	m.must(err)
	m.groups = append(m.groups, &oGroup{id: made.Group.ID, account: accountID, created: m.now, incomplete: true, open: map[string]*oEstimate{}})
}

func (m *model) newProject(g *oGroup) {
	name := m.name("project")
	made, err := m.accounts.CreateProject(m.ctx, m.scopes[g.account], account.NewProject{Name: name, GroupID: g.id})
	m.must(err)
	m.projects = append(m.projects, &oProject{id: made.ID, account: g.account, name: name, held: []oHeld{{group: g}}})
}

func (m *model) rename() {
	p := pick(m, m.projects, "renamed")
	if p.deleted != nil {
		return
	}
	p.name = m.name("renamed")
	_, err := m.accounts.RenameProject(m.ctx, m.scopes[p.account], p.id, p.name)
	m.must(err)
}

func (m *model) deleteProject() {
	p := pick(m, m.projects, "deleted project")
	if p.deleted != nil || len(keep(m.projects, living)) < 3 {
		return
	}
	_, err := m.accounts.DeleteProject(m.ctx, m.scopes[p.account], p.id)
	m.must(err)
	at := m.now
	p.deleted = &at
}

func (m *model) deleteGroup() {
	g := pick(m, keep(m.groups, live), "deleted group")
	refused := slices.ContainsFunc(m.projects, func(p *oProject) bool { return p.deleted == nil && p.now() == g }) ||
		slices.ContainsFunc(m.claims, func(c *oClaim) bool {
			return c.scope == "group" && c.group == g && c.prepaid && c.remaining > 0 && (c.expires.IsZero() || c.expires.After(m.now))
		}) || g == m.groups[0] || g == m.groups[2] // the primary ones
	scope, err := access.New(m.db).ForGroup(m.ctx, operator, g.id, access.Admin)
	m.must(err)
	err = m.invoices.DeleteGroup(m.ctx, scope, true)
	if refused != (models.KindOf(err) == models.Conflict) || (!refused && err != nil) {
		m.Fatalf("deleting a group: %v, refusal expected: %v", err, refused)
	}
	if !refused {
		at := m.now
		g.deleted = &at
	}
}

func (m *model) move() {
	p := pick(m, keep(m.projects, living), "moved")
	others := keep(m.groups, func(g *oGroup) bool { return live(g) && g.account == p.account && g != p.now() })
	if len(others) == 0 {
		return
	}
	for range m.between(1, 2, "moves") { // the second at the same instant
		g := pick(m, others, "into")
		if g == p.now() {
			break
		}
		_, err := m.accounts.MoveProjects(m.ctx, m.scopes[p.account], []string{p.id}, g.id)
		m.must(err)
		if last := &p.held[len(p.held)-1]; last.from.Equal(m.now) {
			last.group = g
		} else {
			p.held = append(p.held, oHeld{m.now, g})
		}
	}
}

func (m *model) ingest() {
	var batch []usage.Record
	type taken struct {
		group *oGroup
		line  oLine
		cost  decimal.Decimal
	}
	var all []taken
	for range m.between(1, 4, "records") {
		back := pick(m, []int{0, 1, 3600, 86_400, 864_000, 2_592_000, 5_184_000}, "back")
		start := m.now.Add(-time.Duration(back) * time.Second)
		if m.chance(15, "boundary") {
			start = models.MonthOf(start).Start().Add(-time.Duration(m.between(0, 1, "before")) * time.Microsecond)
		}
		r := usage.Record{ID: m.name("record"), ServiceName: pick(m, []string{"db", "cache"}, "service"), ServiceType: "pg", ServicePlan: "small", Unit: "hours",
			LineType: usage.ServiceCharge, Start: start, End: start.Add(time.Hour), Quantity: decimal.NewFromInt(int64(m.between(0, 9, "quantity")))}
		line := oLine{service: r.ServiceName, month: string(models.MonthOf(start))}
		var cost decimal.Decimal
		switch m.between(0, 5, "kind of cost") {
		case 0:
			cost = decimal.RequireFromString(pick(m, []string{"0", "0.004999999999999999", "0.005", "-0.005", "0.00001605990", "1.500000000000000000", "-12.345", "99999.995"}, "cost"))
			r.Cost = &cost
		case 1:
			price := decimal.RequireFromString(pick(m, []string{"0.0333", "0.03330", "0.000000000000000001", "1.23456789"}, "price"))
			r.UnitPrice, line.price, cost = &price, price.String(), price.Mul(r.Quantity)
		case 2:
			cost = decimal.New(-int64(m.between(1, 500_000, "less")), -4)
			r.Cost = &cost
		default:
			cost = decimal.New(int64(m.between(1, 90_000_000, "more")), -5)
			r.Cost = &cost
		}
		var g *oGroup
		if p := pick(m, m.projects, "user"); m.chance(90, "of a project") && (p.deleted == nil || start.Before(*p.deleted)) {
			r.ProjectID, line.project, g = p.id, p.id, p.holder(start)
		} else {
			g = pick(m, m.groups, "charged")
			r.BillingGroupID = g.id
		}
		batch = append(batch, r)
		all = append(all, taken{g, line, cost})
	}
	got, err := m.usage.Ingest(m.ctx, operator, batch, usage.Options{})
	m.must(err)
	if got.Accepted != len(batch) {
		m.Fatalf("%d of %d records accepted", got.Accepted, len(batch))
	}
	m.sent = append(m.sent, batch...)
	for _, t := range all {
		m.take(t.group, t.line, t.cost, m.now)
	}
}

// repeat sends records a second time, the same or with another cost.
func (m *model) repeat() {
	if len(m.sent) == 0 {
		return
	}
	r := pick(m, m.sent, "again")
	if got, err := m.usage.Ingest(m.ctx, operator, []usage.Record{r}, usage.Options{}); err != nil || got.Duplicates != 1 {
		m.Fatalf("the same record again: %+v %v", got, err)
	}
	other := decimal.RequireFromString("0.000000000000000001").Add(*cmp.Or(r.Cost, &decimal.Decimal{}))
	r.Cost = &other
	fresh := r
	fresh.ID = m.name("never")
	var problems *usage.Problems
	if _, err := m.usage.Ingest(m.ctx, operator, []usage.Record{fresh, r}, usage.Options{}); !errors.As(err, &problems) || models.KindOf(err) != models.Conflict {
		m.Fatalf("the same id with another cost: %v", err)
	}
}

func (m *model) importRates() {
	var b strings.Builder
	b.WriteString("date,base,currency,rate\n")
	for back := range m.between(1, 4, "days") {
		at := m.now.AddDate(0, 0, -3*back)
		if m.chance(50, "of a month's end") {
			at = models.MonthOf(m.now.AddDate(0, -back, 0)).Prev().LastDay()
		}
		day := at.Format(time.DateOnly)
		if m.rates[day] == nil {
			m.rates[day] = map[string]string{}
		}
		for _, currency := range []string{"USD", "JPY", "SEK"} {
			if m.rates[day][currency] == "" && m.chance(85, currency) {
				m.rates[day][currency] = decimal.New(int64(m.between(8_000, 170_000, "rate")), map[string]int32{"JPY": -2, "USD": -5, "SEK": -4}[currency]).String()
				fmt.Fprintf(&b, "%s,EUR,%s,%s\n", day, currency, m.rates[day][currency])
			}
		}
		if len(m.rates[day]) == 0 {
			delete(m.rates, day)
		}
	}
	if strings.Count(b.String(), "\n") == 1 {
		return
	}
	_, err := rate.NewStore(m.db, func() time.Time { return m.now }).Import(m.ctx, operator, "Test", newReader(b.String()))
	m.must(err)
	_, err = m.invoices.RevalueOpen(m.ctx, nil)
	m.must(err)
	m.revalue(m.now, nil)
}

// information saves a group's billing information: another customer, currency, or a missing company.
func (m *model) information(g *oGroup, mayMiss bool) {
	info, err := m.accounts.BillingInformation(m.ctx, m.scopes[g.account], g.id)
	m.must(err)
	before := g.wanted()
	g.incomplete = mayMiss && m.chance(20, "incomplete")
	g.currency = pick(m, []string{"EUR", "USD", "JPY", "SEK"}, "currency")
	g.country, g.vat = pick(m, []string{"FI", "DE", "US"}, "country"), false
	info.Company, info.AddressLine1, info.City, info.PostalCode, info.Country, info.VATID = "Acme", "Street 1", "City", "12345", g.country, ""
	info.Region = map[string]string{"US": "CA"}[g.country]
	if g.incomplete {
		info.Company = ""
	}
	if g.country == "DE" && m.chance(50, "VAT id") {
		g.vat, info.VATID = true, "DE136695976"
	}
	info.Currency = money.Currency(g.currency)
	m.must(m.invoices.SetInformation(m.ctx, m.scopes[g.account], g.id, info))
	if g.vat {
		_, err = m.accounts.ConfirmVAT(m.ctx, operator, g.id, "seen")
		m.must(err)
	}
	if before != g.wanted() || info.Version == 0 {
		m.revalue(m.now, g)
	}
}

func (m *model) claim(g *oGroup) {
	n := credit.NewCredit{Type: "promotion", Value: money.New(int64(m.between(1, 20_000, "value")), money.Currency(g.wanted()))}
	if m.chance(40, "expires") {
		n.ExpiresOn = m.now.AddDate(0, 0, m.between(0, 70, "days left"))
		if m.chance(50, "with the month") {
			n.ExpiresOn = models.MonthOf(n.ExpiresOn).LastDay()
		}
	}
	c := &oClaim{account: g.account, currency: g.wanted(), remaining: n.Value.Minor(), claimed: m.now}
	target := m.target(g, c, m.chance(25, "prepaid"))
	if c.prepaid {
		n.Type = credit.Purchase
	}
	if !n.ExpiresOn.IsZero() {
		c.expires = n.ExpiresOn.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	}
	made, err := m.credits.Issue(m.ctx, operator, n)
	m.must(err)
	got, err := m.credits.Claim(m.ctx, m.scopes[g.account], made.Code, target)
	if c.scope == "project" && c.project.now().currency != "" && c.project.now().currency != c.currency {
		return // refused: never in that currency
	}
	m.must(err)
	c.id = got.ID
	m.claims = append(m.claims, c)
}

// target draws what a claim is used for.
func (m *model) target(g *oGroup, c *oClaim, prepaid bool) credit.Target {
	c.prepaid, c.group, c.project = prepaid, nil, nil
	projects := keep(m.projects, func(p *oProject) bool { return living(p) && p.now() == g })
	switch n := m.between(0, 2, "use for"); {
	case n == 0:
		c.scope = "account"
		return credit.Target{Scope: credit.ForAccount, GroupID: g.id}
	case n == 1 && !prepaid && len(projects) > 0:
		c.scope, c.project = "project", pick(m, projects, "bound")
		return credit.Target{Scope: credit.ForProject, GroupID: g.id, ProjectID: c.project.id}
	}
	c.scope, c.group = "group", g
	return credit.Target{Scope: credit.ForGroup, GroupID: g.id}
}

func (m *model) rebind() {
	usable := keep(m.claims, func(c *oClaim) bool { return c.remaining > 0 && (c.expires.IsZero() || c.expires.After(m.now)) })
	if len(usable) == 0 {
		return
	}
	c := pick(m, usable, "rebound")
	groups := keep(m.groups, func(g *oGroup) bool {
		return live(g) && g.account == c.account && (g.currency == "" || g.currency == c.currency)
	})
	if len(groups) == 0 {
		return
	}
	target := m.target(pick(m, groups, "rebound to"), c, c.prepaid)
	_, err := m.credits.Rebind(m.ctx, m.scopes[c.account], c.id, target)
	m.must(err)
}

func (m *model) pay() {
	due := keep(m.issued, func(i *oInvoice) bool { return i.state == "issued" })
	if len(due) == 0 {
		return
	}
	i := pick(m, due, "paid")
	p := invoice.NewPayment{Number: i.number, Reference: m.name("reference")}
	amount := i.due
	if m.chance(50, "in part") {
		amount = int64(m.between(1, int(i.due+i.due/10+1), "part"))
		p.Amount = money.New(amount, money.Currency(i.currency)).Decimal()
	}
	_, err := m.invoices.RecordPayment(m.ctx, operator, p)
	m.must(err)
	i.paid += amount
	if i.due -= amount; i.due <= 0 {
		i.due, i.state = 0, "paid"
	}
}

// closeMonth closes a month that has ended, in small transactions, and now and then is stopped between two.
func (m *model) closeMonth() {
	month := models.MonthOf(m.now).Prev()
	for _, g := range m.groups { // mostly the earliest that waits
		for _, open := range slices.Sorted(maps.Keys(g.open)) {
			if models.Month(open) < month && m.chance(70, "earlier") {
				month = models.Month(open)
			}
		}
	}
	size := m.between(1, 3, "groups a transaction")
	defer invoice.SetGroupsPerTransaction(size)()
	stop := -1
	if m.chance(25, "stopped") {
		stop = m.between(1, 3, "stopped after")
	}
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	seen := 0
	order := slices.Clone(m.groups)
	slices.SortFunc(order, func(a, b *oGroup) int { return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.id, b.id)) })
	run, err := m.invoices.Close(ctx, month, invoice.CloseOptions{Progress: func(done, total int) {
		if seen = done; stop >= 0 && done >= stop && done < total {
			cancel()
		}
	}})
	if err != nil && !errors.Is(err, context.Canceled) {
		m.must(err)
	}
	if m.runs[string(month)].IsZero() {
		m.runs[string(month)] = m.now.Truncate(24 * time.Hour)
	}
	want, got := map[string]string{}, map[string]string{}
	looked := 0
	for _, g := range order {
		open := false
		for at := range g.open {
			open = open || at <= string(month)
		}
		if g.closed >= string(month) || (!g.created.Before(month.End()) && !open) || (g.deleted != nil && g.deleted.Before(month.Start()) && len(g.open) == 0) {
			continue
		}
		if looked++; looked > seen {
			break
		}
		if result := m.close(g, string(month), m.now); result != "" {
			want[g.id] = result
		}
	}
	for _, o := range run.Outcomes {
		got[o.GroupID] = o.Result
		if o.Result == invoice.ResultParked && o.Reason == "" {
			m.Fatalf("parked without a reason")
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		m.Fatalf("closing %s at %s: %v, want %v\n%+v", month, m.now.Format(time.RFC3339), got, want, run.Outcomes)
	}
	if !run.InvoiceDate.Equal(m.runs[string(month)]) {
		m.Fatalf("invoice date %s, want %s", run.InvoiceDate, m.runs[string(month)])
	}
}
