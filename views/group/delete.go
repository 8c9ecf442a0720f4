package group

import (
	"strings"

	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// DeleteView is the page that asks before a group is deleted, or says why it cannot be.
type DeleteView struct {
	Shell     views.Shell
	ID, Name  string
	AccountID string
	Title     string
	Refusal   string   // "" when the group can be deleted
	Projects  []string // what is to be moved out first
	Count     int      // of all projects
	Primary   bool
	Prepaid   bool
	Facts     []string
	Lost      string // "€120.00 of credits", "" when none are lost
	Key       string
}

// NewDelete puts the Delete page into words. projects are the first of the group's.
func NewDelete(g account.Group, accountName string, f invoice.DeleteFacts, projects []string) DeleteView {
	v := DeleteView{ID: g.ID, Name: g.Name, AccountID: g.AccountID, Count: int(f.Projects), Lost: lost(f.Lost)}
	switch {
	case f.Primary:
		v.Primary, v.Title = true, "Make another group primary first"
		v.Refusal = "This is the primary billing group of " + accountName + ". Make another group primary first."
	case f.Projects > 0:
		v.Title, v.Projects = "Move the projects out first", projects
		v.Refusal = g.Name + " has " + views.Count(v.Count, "project", "projects") + ". You can delete a billing group once it has none."
		if more := v.Count - len(projects); more > 0 {
			v.Projects = append(v.Projects, "and "+views.Count(more, "more project", "more projects"))
		}
	case f.Prepaid:
		v.Prepaid, v.Title = true, "Use the prepaid credit first"
		v.Refusal = g.Name + " holds prepaid credit. Use it for another billing group or the whole account first."
	default:
		v.Title, v.Facts = "Delete "+g.Name+"?", deleteFacts(f)
	}
	return v
}

func deleteFacts(f invoice.DeleteFacts) []string {
	lines := []string{"It has no projects.", "It has no invoices."}
	switch {
	case f.Invoices == 1:
		lines[1] = "Its invoice stays available under Billing, Deleted billing groups."
	case f.Invoices > 1:
		lines[1] = "Its " + views.Number(int(f.Invoices)) + " invoices stay available under Billing, Deleted billing groups."
	}
	if words := lost(f.Lost); words != "" {
		lines = append(lines, words+" will be lost.")
	}
	for _, u := range f.Unpaid {
		lines = append(lines, "Unpaid invoice "+u.Number+" ("+views.Money(u.Due)+") is still due.")
	}
	if f.Running != nil {
		lines = append(lines, "Its cost that is not invoiced yet, "+views.Money(*f.Running)+", will still be invoiced.")
	}
	return lines
}

func lost(amounts []money.Amount) string {
	if len(amounts) == 0 {
		return ""
	}
	words := make([]string, len(amounts))
	for i, a := range amounts {
		words[i] = views.Money(a)
	}
	return strings.Join(words, " and ") + " of credits"
}

// movePath leads to the Move page with all projects of the group.
func (v DeleteView) movePath() string {
	return views.WithQuery(views.MoveProjectsPath(v.ID), "all", "true")
}

func (v DeleteView) moveWords() string {
	if v.Count > account.MaxMoved {
		return "Move the first " + views.Number(account.MaxMoved) + " projects"
	}
	return "Move all projects"
}
