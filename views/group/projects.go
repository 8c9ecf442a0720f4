package group

import (
	"strconv"
	"time"

	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/views"
)

// ProjectsRegion is the part of the Projects tab that its filter and its pages change.
const ProjectsRegion = "projects-list"

// ProjectsQuery is what the address of the Projects tab asks for.
type ProjectsQuery struct {
	Text   string
	Sort   string // name, -name, cost or -cost
	Size   int
	Select string // "page" or "all": ticked by the server
}

// ProjectsView is the Projects tab.
type ProjectsView struct {
	Frame
	invoice.GroupProjectPage
	Query ProjectsQuery
	Rows  []ProjectRow
	Now   time.Time
}

// ProjectRow is one row of the Projects tab.
type ProjectRow struct {
	invoice.GroupProject
	Path   string // of the project; "" where there is none to see
	Badge  string // "moved out 22 Nov"
	Share  string
	Chosen bool // can be ticked and moved
}

// NewProjects puts the Projects tab into words.
func NewProjects(f Frame, p invoice.GroupProjectPage, q ProjectsQuery, now time.Time) ProjectsView {
	v := ProjectsView{Frame: f, GroupProjectPage: p, Query: q, Now: now}
	for _, it := range p.Items {
		r := ProjectRow{GroupProject: it, Path: views.ProjectPath(it.ID), Share: "Not available", Chosen: it.Standing == invoice.Assigned && f.Header.CanWrite}
		switch it.Standing {
		case invoice.MovedOut:
			r.Badge = "moved out " + it.Until.Format("2 Jan")
		case invoice.DeletedProject:
			r.Path, r.Badge = "", "deleted "+it.Until.Format("2 Jan")
		case invoice.WithoutProject:
			r.Path, r.Name = "", "Without project"
		}
		if p.Total.Sign() > 0 || it.Cost.IsZero() {
			r.Share = views.Share(it.Cost, p.Total)
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

func (v ProjectsView) path(pairs ...string) string {
	size := ""
	if v.Query.Size != 25 {
		size = strconv.Itoa(v.Query.Size)
	}
	path := views.WithQuery(views.GroupProjectsPath(v.Header.ID), "q", v.Query.Text, "sort", v.Query.Sort, "size", size)
	return views.WithQuery(path, pairs...)
}

func (v ProjectsView) filters() views.Filters {
	hidden := []views.HiddenField{{Name: "sort", Value: v.Query.Sort}, {Name: "size", Value: strconv.Itoa(v.Query.Size)}}
	return views.Filters{Action: views.GroupProjectsPath(v.Header.ID), Region: ProjectsRegion, Hidden: hidden}
}

func (v ProjectsView) count() string {
	if v.Query.Text != "" && len(v.Rows) == 0 {
		return "No projects match"
	}
	return views.CountUpTo(v.Matching, invoice.CountLimit, "project", "projects")
}

func (v ProjectsView) caption() string {
	return "Projects of " + v.Header.Name + ", " + views.RunningPeriod(v.Month, v.Now)
}

func (v ProjectsView) costHead() string { return "Cost this period (" + string(v.Currency) + ")" }

// column is a head that sorts; a click on the sorted one turns the order round.
func (v ProjectsView) column(label, name, first string, num bool) views.SortCol {
	col := views.SortCol{Label: label, Num: num, Path: v.path("sort", first)}
	words := [2]string{"A to Z", "Z to A"}
	if num {
		words = [2]string{"lowest first", "highest first"}
	}
	switch v.Query.Sort {
	case name:
		col.Order, col.Path, col.Words = views.Ascending, v.path("sort", "-"+name), words[0]
	case "-" + name:
		col.Order, col.Path, col.Words = views.Descending, v.path("sort", name), words[1]
	}
	return col
}

func (v ProjectsView) pages() views.Pages {
	p := views.Pages{Count: v.count(), Size: v.Query.Size}
	if v.Prev != "" {
		p.PrevPath = v.path("before", v.Prev)
	}
	if v.Next != "" {
		p.NextPath = v.path("after", v.Next)
	}
	if v.Matching > 25 {
		p.SizePath = func(n int) string { return v.path("size", strconv.Itoa(n)) }
	}
	return p
}

// movable is how many rows of this page can be ticked.
func (v ProjectsView) movable() (n int) {
	for _, r := range v.Rows {
		if r.Chosen {
			n++
		}
	}
	return n
}

func (v ProjectsView) all() bool { return v.Query.Select == "all" && v.movable() > 0 }

// allCount is how many projects "all that match" are: one request moves at most 1,024.
func (v ProjectsView) allCount() int { return min(v.Matching, account.MaxMoved) }

func (v ProjectsView) allWords() string {
	if v.Matching > account.MaxMoved {
		return "Select the first " + v.matchWords()
	}
	return "Select all " + v.matchWords()
}

// matchWords are as many of the projects that match as can be moved at a time.
func (v ProjectsView) matchWords() string {
	if v.Query.Text != "" {
		return views.Count(v.allCount(), "project that matches", "projects that match")
	}
	return views.Count(v.allCount(), "project", "projects")
}

func (v ProjectsView) allSelected() string {
	if v.Matching > account.MaxMoved {
		return "The first " + v.matchWords() + " are selected, A to Z. That many can be moved at a time."
	}
	return "All " + v.matchWords() + " are selected."
}

// moveForm sends what is ticked, or the filter, to the page that moves.
func (v ProjectsView) moveForm() views.FormProps {
	p := views.FormProps{Action: views.MoveProjectsPath(v.Header.ID), Select: !v.all(), Hidden: []views.HiddenField{{Name: "step", Value: "choose"}}}
	if v.all() {
		p.Hidden = append(p.Hidden, views.HiddenField{Name: "all", Value: "true"}, views.HiddenField{Name: "q", Value: v.Query.Text})
	}
	return p
}

func (v ProjectsView) rowMenu(r ProjectRow) []views.MenuItem {
	return []views.MenuItem{{Label: "Move to another billing group", Path: views.MoveProjectsPath(v.Header.ID, r.ID)}}
}

func (v ProjectsView) isEmpty() bool {
	return len(v.Rows) == 0 && v.Query.Text == ""
}
