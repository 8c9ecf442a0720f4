package group

import (
	"strings"
	"time"

	"billfold/models"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"

	"github.com/shopspring/decimal"
)

// LinesView are the lines of an invoice, grouped.
type LinesView struct {
	By        invoice.LineOrder
	ByProject string // paths of the two ways to group
	ByService string
	Caption   string
	Currency  money.Currency
	Jumps     []Jump // empty when there is nothing to jump to
	MoreJumps string
	Sets      []LineSetView
	Subtotal  money.Amount // of all lines, also of those on other pages
	Count     string
	Pages     views.Pages
	Paged     bool
}

// Jump leads to the lines of one group.
type Jump struct{ Label, Path string }

// LineSetView are the lines of one project or service.
type LineSetView struct {
	ID       string // anchor
	Title    string
	Rows     []LineView
	SumLabel string // empty when the sum stands on a later page
	Sum      money.Amount
}

// LineView is one line.
type LineView struct {
	Service, Path string
	About         []string // description, service period, when not the month's own
	TypePlan      string
	Project       string // when grouped by service
	Cloud         string
	Quantity      string
	UnitPrice     string
	Amount        money.Amount
}

// maxJumps is how many groups the jump list names.
const maxJumps = 40

// NewLines puts a page of lines into words.
func NewLines(groupID string, s invoice.Sheet, page invoice.LinesPage) LinesView {
	path := views.InvoicePath(groupID, s.Address())
	by := ""
	if s.By == invoice.ByService {
		by = string(invoice.ByService)
	}
	v := LinesView{By: s.By, ByProject: path, ByService: views.WithQuery(path, "by", string(invoice.ByService)), Caption: "Lines of " + s.Address(),
		Currency: s.Valued.Currency, Subtotal: money.New(s.SubtotalMinor, s.Valued.Currency), Count: views.Count(s.Lines, "line", "lines"),
		Paged: page.Prev != "" || page.Next != ""}
	v.Pages = views.Pages{Count: v.Count}
	if page.Prev != "" {
		v.Pages.PrevPath = views.WithQuery(path, "by", by, "before", page.Prev) + "#lines"
	}
	if page.Next != "" {
		v.Pages.NextPath = views.WithQuery(path, "by", by, "after", page.Next) + "#lines"
	}
	v.jumps(path, by, s)
	for _, set := range page.Sets {
		v.Sets = append(v.Sets, lineSet(groupID, s, set))
	}
	return v
}

func (v *LinesView) jumps(path, by string, s invoice.Sheet) {
	if len(s.Groups) < 3 {
		return
	}
	for i, g := range s.Groups {
		if i == maxJumps {
			v.MoreJumps = "and " + views.Number(len(s.Groups)-maxJumps) + " more below"
			break
		}
		to := "#" + anchor(g)
		if v.Paged {
			to = views.WithQuery(path, "by", by, "after", g.Cursor(s.By)) + to
		}
		v.Jumps = append(v.Jumps, Jump{groupName(s.By, g), to})
	}
}

// anchor is a place on the page: by project its id, by service its name.
func anchor(g invoice.LineGroup) string {
	if g.ProjectID != "" {
		return "lines-" + g.ProjectID
	}
	return "lines-" + strings.Join(strings.FieldsFunc(strings.ToLower(g.Name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "-")
}

func groupName(by invoice.LineOrder, g invoice.LineGroup) string {
	switch {
	case g.Name != "":
		return g.Name
	case by == invoice.ByService:
		return "Without service type"
	}
	return "Without project"
}

func lineSet(groupID string, s invoice.Sheet, set invoice.LineSet) LineSetView {
	name := groupName(s.By, set.LineGroup)
	v := LineSetView{ID: anchor(set.LineGroup), Title: name, Sum: set.Sum}
	if set.Continued {
		v.Title += " (continued)"
	}
	if set.Ends {
		v.SumLabel = "Subtotal " + name
	}
	for _, l := range set.Lines {
		v.Rows = append(v.Rows, line(groupID, s, l))
	}
	return v
}

func line(groupID string, s invoice.Sheet, l invoice.InvoiceLine) LineView {
	v := LineView{Service: LineName(l.LineRow), Path: views.LinePath(groupID, s.Address(), l.ID), TypePlan: joined(l.ServiceType, l.ServicePlan), Cloud: l.Cloud,
		Quantity: strings.TrimSpace(views.Quantity(l.Quantity) + " " + l.Unit), UnitPrice: unitPrice(l.UnitPrice), Amount: l.Amount}
	if c := s.Snapshot.Corrects; c != nil && l.OriginalLineID != nil { // the records are the original line's
		v.Path = views.LinePath(groupID, c.Number, *l.OriginalLineID)
		if l.Unit == "" && !l.UnitPrice.Valid {
			v.UnitPrice = "Part of the line"
		}
	}
	if l.LineType != "service_charge" {
		v.About = append(v.About, lineType(l.LineType))
	}
	if l.Description != "" && l.Description != v.Service && l.Description != strings.TrimSpace(l.ServiceType+" "+l.ServicePlan) {
		v.About = append(v.About, l.Description)
	}
	if !l.InMonth || l.ServiceMonth != s.Month {
		v.About = append(v.About, views.ServicePeriod(l.ServiceStart, l.ServiceEnd))
	}
	if s.By == invoice.ByService {
		v.Project = groupName(invoice.ByProject, invoice.LineGroup{Name: l.ProjectName})
	}
	return v
}

// LineName is what a line is for, in one word if there is one.
func LineName(l invoice.LineRow) string {
	for _, name := range []string{l.ServiceName, l.Description, l.ServiceType} {
		if name != "" {
			return name
		}
	}
	return lineType(l.LineType)
}

func lineType(t string) string {
	switch t {
	case "support_charge":
		return "Support"
	case "extra_charge":
		return "Extra charge"
	}
	return "Service"
}

func joined(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}

// LineRecordsView is the page of the usage records of a line.
type LineRecordsView struct {
	Shell   views.Shell
	Title   string
	Back    string
	Invoice string
	Facts   []Fact
	Sum     string // exact, of all records
	Amount  workings
	CSVPath string
	Paged   bool
	PageSum string // exact, of the records on this page
	Rows    []RecordView
	Head    string // of the cost column
	Count   string
	Pages   views.Pages
}

// RecordView is one usage record.
type RecordView struct {
	ID         string
	Start, End time.Time
	Quantity   string
	Cost       string
	CostExact  string
	Received   time.Time
}

// RecordsRegion is the id of the list that paging replaces.
const RecordsRegion = "record-list"

// NewLineRecords puts a line and a page of its records into words.
func NewLineRecords(shell views.Shell, groupID string, r invoice.LineRecords, size int) LineRecordsView {
	address, l := r.Row.Address(), r.Line
	path := views.LinePath(groupID, address, l.ID)
	v := LineRecordsView{Shell: shell, Title: LineName(l.LineRow), Back: views.InvoicePath(groupID, address), Invoice: invoiceName(r.Row),
		Sum: views.ExactCost(r.Cost), CSVPath: views.LineRecordsCSVPath(groupID, address, l.ID), Head: "Cost (" + r.Row.PriceCurrency + ")", Count: views.Count(int(l.RecordCount), "record", "records")}
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, Fact{Name: name, Value: value})
		}
	}
	add("Project", groupName(invoice.ByProject, invoice.LineGroup{Name: l.ProjectName}))
	add("Type and plan", joined(l.ServiceType, l.ServicePlan))
	add("Cloud region", l.Cloud)
	add("Kind", lineType(l.LineType))
	add("Description", l.Description)
	add("Service period", views.ServicePeriod(l.ServiceStart, l.ServiceEnd))
	add("Quantity", strings.TrimSpace(views.Quantity(l.Quantity)+" "+l.Unit))
	if l.LineRow.UnitPrice != nil {
		add("Unit price", views.Quantity(*l.LineRow.UnitPrice)+" "+r.Row.PriceCurrency)
	}
	if l.Tags != "" && l.Tags != "{}" && l.Tags != "null" {
		add("Tags", l.Tags)
	}
	v.Amount = lineWorking(r)
	sum := decimal.Zero
	for _, x := range r.Records {
		sum = sum.Add(x.Cost)
		v.Rows = append(v.Rows, RecordView{ID: x.RecordID, Start: x.StartAt.UTC(), End: x.EndAt.UTC(), Quantity: strings.TrimSpace(views.Quantity(x.Quantity) + " " + l.Unit),
			Cost: views.Quantity(x.Cost), CostExact: money.Canonical(x.Cost), Received: x.ReceivedAt.UTC()})
	}
	to := func(n int, key, cursor string) string {
		sized := ""
		if n != 25 {
			sized = views.Number(n)
		}
		if key != "" && cursor == "" {
			return ""
		}
		return views.WithQuery(path, "size", sized, key, cursor)
	}
	v.Paged = r.Prev != "" || r.Next != ""
	v.PageSum = views.ExactCost(money.NewCost(sum, r.Cost.Currency()))
	v.Pages = views.Pages{Count: v.Count, PrevPath: to(size, "before", r.Prev), NextPath: to(size, "after", r.Next), Size: size}
	if l.RecordCount > 25 {
		v.Pages.SizePath = func(n int) string { return to(n, "", "") }
	}
	return v
}

// lineWorking is how the exact costs of a line's records became its amount.
func lineWorking(r invoice.LineRecords) workings {
	w := workings{Caption: "How the amount came about", Head: figureHead}
	w.Rows = append(w.Rows, Work{"Exact cost of " + views.Count(int(r.Line.RecordCount), "record", "records"), "Sum of all records below", views.ExactCost(r.Cost), money.Canonical(r.Cost.Exact())})
	if r.Row.Currency != r.Row.PriceCurrency {
		w.words("Times the exchange rate", exchangeRate(r.Row), r.Row.Rate.String())
		w.Rows = append(w.Rows, Work{"Not rounded", "", views.Quantity(r.Exact) + " " + r.Row.Currency, money.Canonical(r.Exact)})
	}
	w.Rows = append(w.Rows, Work{"Amount of the line", "", views.Money(r.Line.Amount), r.Line.Amount.Decimal()})
	return w
}

func invoiceName(r invoice.Row) string {
	switch {
	case r.State == invoice.Estimate:
		return "the estimate for " + models.Month(r.Month).Label()
	case r.Kind == invoice.KindCreditNote:
		return "credit note " + r.Address()
	}
	return "invoice " + r.Address()
}
