package account

import (
	"billfold/models/invoice"
	"billfold/views"
)

// Search is what a search found, in words.
type Search struct {
	Shell  views.Shell
	Text   string
	Kind   string
	Count  string
	Titles []SearchGroup

	exact []string
}

// SearchGroup are the things of one kind.
type SearchGroup struct {
	Title string
	Items []SearchItem
}

// SearchItem is one thing with its page.
type SearchItem struct{ Name, AccountName, Path string }

var searchKinds = []struct{ kind, title string }{
	{invoice.FoundProject, "Projects"}, {invoice.FoundAccount, "Accounts"}, {invoice.FoundGroup, "Billing groups"}, {invoice.FoundInvoice, "Invoices"},
}

// NewSearch puts what was found into words.
func NewSearch(shell views.Shell, text, kind string, found []invoice.Found) Search {
	s := Search{Shell: shell, Text: text, Kind: kind, Count: views.Count(len(found), "result", "results")}
	for _, k := range searchKinds {
		group := SearchGroup{Title: k.title}
		for _, f := range found {
			if f.Kind != k.kind {
				continue
			}
			item := SearchItem{f.Name, f.AccountName, foundPath(f)}
			group.Items = append(group.Items, item)
			if f.Exact {
				s.exact = append(s.exact, item.Path)
			}
		}
		if len(group.Items) > 0 {
			s.Titles = append(s.Titles, group)
		}
	}
	return s
}

// Only is the page of the one thing that the words name exactly.
func (s Search) Only() (path string, ok bool) {
	if len(s.exact) != 1 {
		return "", false
	}
	return s.exact[0], true
}

func foundPath(f invoice.Found) string {
	switch f.Kind {
	case invoice.FoundProject:
		return views.ProjectPath(f.ID)
	case invoice.FoundAccount:
		return views.AccountPath(f.ID)
	case invoice.FoundGroup:
		return views.GroupPath(f.ID)
	}
	return views.InvoicePath(f.ID, f.Name)
}
