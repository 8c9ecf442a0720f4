package group

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"billfold/models/event"
	"billfold/views"
)

// EventsView is the Events tab.
type EventsView struct {
	Frame
	Type    views.Choice
	Person  views.Choice
	Project views.Input
	From    views.Input
	To      views.Input
	Days    []EventDay
	Count   string
	Pages   views.Pages
	Path    string // of the list without filters
	CSVPath string // of the filtered set
}

// EventDay are the events of one UTC day on a page.
type EventDay struct {
	Label string
	Rows  []EventRow
}

// EventRow is one event.
type EventRow struct {
	ID       string // anchor
	Path     string // of the event itself
	At       time.Time
	Ago      string
	Who      string
	What     []EventPart
	Projects []EventPart
	Many     string // instead of their names: "30 projects"
	Details  string
}

// EventPart is a piece of text, a link when it has a path.
type EventPart struct{ Text, Path string }

// EventsRegion is the id of the list that filters and paging replace.
const EventsRegion = "event-list"

// EventsFilter is what the filter's fields hold, as typed.
type EventsFilter struct{ Type, Person, Project, From, To string }

// query is the list with these filters and more.
func (f EventsFilter) query(path string, more ...string) string {
	return views.WithQuery(path, append([]string{"type", f.Type, "person", f.Person, "project", f.Project, "from", f.From, "to", f.To}, more...)...)
}

// categories are the types that events are filtered by.
var categories = []views.Option{
	{Value: "", Label: "All types"},
	{Value: event.Projects, Label: "Projects"},
	{Value: event.Invoices, Label: "Invoices"},
	{Value: event.Credits, Label: "Credits"},
	{Value: event.BillingInformation, Label: "Billing information"},
	{Value: event.Group, Label: "Group"},
}

// NewEvents puts a page of events into words. Only admins see addresses.
func NewEvents(f Frame, list event.List, people []event.Person, filter EventsFilter, size int, admin bool, now time.Time) EventsView {
	path := views.EventsPath(f.Header.ID)
	sized := ""
	if size != 25 {
		sized = strconv.Itoa(size)
	}
	v := EventsView{Frame: f, Path: path, CSVPath: filter.query(views.EventsCSVPath(f.Header.ID)),
		Type:    views.Choice{Name: "type", Label: "Type", Value: filter.Type, Options: categories},
		Person:  views.Choice{Name: "person", Label: "Person", Value: filter.Person, Options: []views.Option{{Label: "Everybody"}}},
		Project: views.Input{Name: "project", Label: "Project", Value: filter.Project, Type: views.Search, Autocomplete: "off"},
		From:    views.Input{Name: "from", Label: "From (UTC)", Value: filter.From, Type: views.Day},
		To:      views.Input{Name: "to", Label: "To (UTC)", Value: filter.To, Type: views.Day},
		Count:   views.CountUpTo(list.Count, event.CountLimit, "event", "events"),
		Pages:   views.Pages{ByTime: true, Size: size}}
	if list.Count == 0 {
		v.Count = "No events match"
	}
	for _, p := range people {
		v.Person.Options = append(v.Person.Options, views.Option{Value: p.ID, Label: p.Name})
	}
	for _, e := range list.Entries {
		label := views.Date(e.At)
		if n := len(v.Days); n == 0 || v.Days[n-1].Label != label {
			v.Days = append(v.Days, EventDay{Label: label})
		}
		d := &v.Days[len(v.Days)-1]
		d.Rows = append(d.Rows, eventRow(f.Header.ID, e, admin, now))
	}
	if n := len(list.Entries); n > 0 {
		if list.Newer {
			v.Pages.PrevPath = filter.query(path, "size", sized, "before", seqText(list.Entries[0].Seq))
		}
		if list.Older {
			v.Pages.NextPath = filter.query(path, "size", sized, "after", seqText(list.Entries[n-1].Seq))
		}
	}
	if list.Count > 25 {
		v.Pages.SizePath = func(n int) string { return filter.query(path, "size", strconv.Itoa(n)) }
	}
	return v
}

func seqText(seq int64) string { return strconv.FormatInt(seq, 10) }

// shownProjects is how many projects of an event are named in its row; of more only their number is.
const shownProjects = 3

func eventRow(groupID string, e event.Entry, admin bool, now time.Time) EventRow {
	r := EventRow{ID: "event-" + seqText(e.Seq), At: e.At, Ago: views.Ago(e.At, now), Who: unbroken(Who(e))}
	// The list goes on by number, so that the address of an event holds while new ones arrive.
	r.Path = views.WithQuery(views.EventsPath(groupID), "after", seqText(e.Seq+1)) + "#" + r.ID
	for _, p := range e.Parts() {
		part := EventPart{Text: p.Text}
		if p.Ref != nil && p.Ref.ID != groupID {
			part.Path = refPath(*p.Ref)
		}
		r.What = append(r.What, part)
	}
	if len(r.What) > 0 && r.What[0].Path == "" {
		r.What[0].Text = capital(r.What[0].Text)
	}
	projects := e.Of("project")
	switch {
	case e.Many:
		r.Many = unbroken("Many projects")
	case len(projects) > shownProjects:
		r.Many = unbroken(views.Number(len(projects)) + " projects")
	default:
		for _, p := range projects {
			r.Projects = append(r.Projects, EventPart{p.Name, refPath(p)})
		}
	}
	r.Details = e.At.Format("15:04:05.000") + " UTC, event " + seqText(e.Seq) + ", " + e.Type
	if e.RequestID != "" {
		r.Details += ", request " + e.RequestID
	}
	if admin && e.IP != "" && (e.ActorKind == "user" || e.ActorKind == "token") {
		r.Details += ", from " + e.IP
	}
	return r
}

// unbroken keeps a few words on one line, as the column beside them would take all the room.
func unbroken(s string) string {
	if utf8.RuneCountInString(s) > 24 {
		return s
	}
	return strings.ReplaceAll(s, " ", "\u00a0")
}

// Who is the name of an event's actor.
func Who(e event.Entry) string {
	name := e.ActorName
	if name == "" {
		name = capital(e.ActorKind)
	}
	if e.ActorRemoved {
		name += " (removed)"
	}
	return name
}

func refPath(r event.Ref) string {
	switch r.Kind {
	case "project":
		return views.ProjectPath(r.ID)
	case "group":
		return views.GroupPath(r.ID)
	case "invoice":
		if r.GroupID != "" {
			return views.InvoicePath(r.GroupID, r.Name)
		}
	}
	return ""
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// EventsCSVHead are the columns of the export; admins get one more.
func EventsCSVHead(admin bool) []string {
	head := []string{"event_id", "time", "actor_kind", "actor", "type", "category", "event", "projects", "billing_groups", "invoices", "before", "after", "request_id"}
	if admin {
		head = append(head, "ip")
	}
	return head
}

// EventsCSVRow is one event of the export.
func EventsCSVRow(e event.Entry, admin bool) []string {
	names := func(kind string) string {
		var all []string
		for _, r := range e.Of(kind) {
			all = append(all, r.Name)
		}
		return cell(strings.Join(all, "; "))
	}
	row := []string{seqText(e.Seq), e.At.Format(time.RFC3339Nano), e.ActorKind, cell(Who(e)), e.Type, e.Category, cell(e.Sentence),
		names("project"), names("group"), names("invoice"), cell(e.Before), cell(e.After), cell(e.RequestID)}
	if admin {
		row = append(row, cell(e.IP))
	}
	return row
}

// cell keeps text from being run as a formula by a spreadsheet (OWASP).
func cell(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
	if rest := strings.TrimLeft(s, " \u00a0\t\r\n"); rest != "" && strings.ContainsAny(rest[:1], "=+-@") || strings.ContainsAny(s[:min(1, len(s))], "\t\r\n") ||
		strings.HasPrefix(rest, "＝") || strings.HasPrefix(rest, "＋") || strings.HasPrefix(rest, "－") || strings.HasPrefix(rest, "＠") {
		return "'" + s
	}
	return s
}
