// Package group holds the pages of a billing group: the header and the six tabs, the invoice page, the
// usage records of a line. Every page is handed one struct and computes nothing.
//
//	tabs.go   the map of the tabs         header.*  what stands on top of each of them
//	status.go the words for states        one pair of files for each tab, page and form:
//	*.go      puts read models into words *.templ   writes them
package group

import "billfold/views"

// Tab is one of the tabs of a billing group.
type Tab int

// The tabs, in the order in which they stand.
const (
	Overview Tab = iota
	Projects
	Invoices
	Credits
	Events
	BillingInformation
)

// tabs is the map of a billing group's pages.
var tabs = []struct {
	Tab   Tab
	Label string
	Path  func(group string) string
}{
	{Overview, "Overview", views.GroupPath},
	{Projects, "Projects", views.GroupProjectsPath},
	{Invoices, "Invoices", views.InvoicesPath},
	{Credits, "Credits", views.CreditsPath},
	{Events, "Events", views.EventsPath},
	{BillingInformation, "Billing information", views.BillingInformationPath},
}

// Label is the tab's name, which its h2 and its title repeat.
func (t Tab) Label() string { return tabs[t].Label }

// Title is the title of a tab's page: "Invoices – Research".
func (t Tab) Title(group string) string { return t.Label() + " – " + group }

func tabLinks(group, projects string, current Tab) []views.Tab {
	links := make([]views.Tab, len(tabs))
	for i, t := range tabs {
		links[i] = views.Tab{Label: t.Label, Path: t.Path(group), Current: t.Tab == current}
		if t.Tab == Projects {
			links[i].Count = projects
		}
	}
	return links
}
