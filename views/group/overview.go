package group

import (
	"strings"
	"time"

	"billfold/models"
	"billfold/models/credit"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// OverviewView is the Overview tab.
type OverviewView struct {
	Frame
	Unpaid       []views.PaymentAlert
	Alerts       []AlertView
	Failed       bool // the costs could not be loaded; the rest is shown
	NoProjects   bool
	AssignPath   string // empty for those who cannot
	ProjectsPath string
	AllProjects  string // "View all 12", empty when all are shown
	CostHead     string
	Projects     []ProjectView
	NoCost       string // why there are no costs yet
	InvoicesPath string
	AllInvoices  string
	Invoices     InvoiceList
	FirstInvoice string
	CreditsPath  string
	Credits      CreditsSummary
}

// AlertView is something that somebody has to act on.
type AlertView struct {
	Tone         views.Tone
	Text         string
	Action, Path string // a link
}

// ProjectView is one of the projects that cost most.
type ProjectView struct {
	Name, Path, Share string
	Cost              money.Amount
}

// CreditsSummary is what the group has in credits.
type CreditsSummary struct {
	Any        bool
	Remaining  views.Figure
	Used       views.Figure
	NextExpiry views.Figure
}

// NewOverview puts the Overview tab into words. cost is nil when it could not be loaded.
func NewOverview(f Frame, projects int, cost *invoice.RunningCost, o invoice.GroupOverview, credits credit.GroupCredits, now time.Time) OverviewView {
	id := f.Header.ID
	v := OverviewView{Frame: f, Failed: cost == nil, NoProjects: projects == 0, ProjectsPath: views.GroupProjectsPath(id), CostHead: "Cost this month",
		InvoicesPath: views.InvoicesPath(id), Invoices: NewInvoiceList(id, f.Header.Name, o.Recent, now), FirstInvoice: firstInvoice(f, now), CreditsPath: views.CreditsPath(id)}
	if f.Header.CanWrite {
		v.AssignPath = views.AssignProjectsPath(id)
	}
	if projects > len(o.Top) {
		v.AllProjects = "View all " + views.NumberUpTo(projects, invoice.CountLimit)
	}
	if o.IssuedInAll > 3 {
		v.AllInvoices = "View all " + views.CountUpTo(o.IssuedInAll, invoice.CountLimit, "invoice", "invoices")
	}
	v.Alerts = alerts(f, o)
	if cost != nil {
		v.CostHead += " (" + string(cost.Currency) + ")"
		v.projects(o.Top, *cost)
	}
	v.Credits = creditsSummary(credits, cost)
	return v
}

func (v *OverviewView) projects(top []invoice.TopProject, cost invoice.RunningCost) {
	if cost.Estimate == nil {
		v.NoCost = "No costs this month yet. Costs appear about an hour after a project in this group uses a service."
	}
	for _, p := range top {
		row := ProjectView{Name: p.Name, Path: views.ProjectPath(p.ID), Cost: p.Cost, Share: views.Share(p.Cost, cost.Cost)}
		v.Projects = append(v.Projects, row)
	}
}

func alerts(f Frame, o invoice.GroupOverview) []AlertView {
	var all []AlertView
	id, write := f.Header.ID, f.Header.CanWrite || f.Header.Deleted
	action := func(a AlertView, text, path string) AlertView {
		if write {
			a.Action, a.Path = text, path
		}
		return a
	}
	if o.Parked != "" {
		a := AlertView{Tone: views.Bad, Text: "The invoice for " + o.Parked.Label() + " could not be issued: " + o.ParkedWhy + "."}
		if len(o.Missing) > 0 {
			a = action(a, "Complete billing information", views.EditDetailsPath(id))
		}
		return append(all, a)
	}
	if len(o.Missing) > 0 {
		a := AlertView{Tone: views.Warn, Text: "Invoices cannot be issued yet. Missing in the billing information: " + missing(o.Missing) + "."}
		all = append(all, action(a, "Complete billing information", views.EditDetailsPath(id)))
	}
	return all
}

// missing lists fields by their names: "company, city and country".
func missing(fields []models.Field) string {
	var names []string
	for _, f := range fields {
		names = append(names, strings.ReplaceAll(f.Name, "_", " "))
	}
	return views.List(names)
}

func creditsSummary(c credit.GroupCredits, cost *invoice.RunningCost) CreditsSummary {
	s := CreditsSummary{Any: len(c.Claims) > 0}
	if !s.Any {
		return s
	}
	figure := func(label string, a money.Amount) views.Figure {
		return views.Figure{Label: label, Value: views.Money(a), Exact: a.Decimal()}
	}
	s.Remaining = figure("Remaining", c.Remaining)
	s.Used = views.Figure{Label: "Used this month so far", Value: "Not available right now"}
	if cost != nil {
		s.Used = figure(s.Used.Label, cost.Credits)
	}
	s.NextExpiry = views.Figure{Label: "Next expiry", Value: "None expires"}
	if !c.NextExpiry.IsZero() {
		s.NextExpiry.Value = views.Date(c.NextExpiry)
	}
	return s
}
