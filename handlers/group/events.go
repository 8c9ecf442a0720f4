package group

import (
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"time"

	"billfold/handlers/page"
	"billfold/models/account"
	"billfold/models/event"
	"billfold/views/group"

	"github.com/labstack/echo/v4"
)

// ShowEvents is the Events tab.
func (h *Handler) ShowEvents(c echo.Context) error {
	f, err := h.frame(c, group.Events)
	if err != nil {
		return err
	}
	typed, filter, err := h.eventFilter(c)
	if err != nil {
		return err
	}
	people, err := h.events.PeopleOfGroup(page.Ctx(c), page.Scope(c))
	if err != nil {
		return err
	}
	place := event.Paging{After: sequence(c, "after"), Before: sequence(c, "before"), Size: page.Size(c)}
	list, err := h.events.OfGroup(page.Ctx(c), page.Scope(c), filter, place)
	if err != nil {
		return err
	}
	v := group.NewEvents(f, list, people, typed, page.Size(c), page.Scope(c).IsAdmin(), page.Now(c))
	return page.Render(c, http.StatusOK, group.EventsPage(v), group.EventsRegion)
}

// SendEvents answers with all events that the filter leaves, newest first.
func (h *Handler) SendEvents(c echo.Context) error {
	_, filter, err := h.eventFilter(c)
	if err != nil {
		return err
	}
	scope, admin := page.Scope(c), page.Scope(c).IsAdmin()
	return page.Stream(c, "events_"+scope.GroupID()+".csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out := csv.NewWriter(w)
		out.UseCRLF = true
		first := true
		err := h.events.EachOfGroup(page.Ctx(c), scope, filter, func(entries []event.Entry) error {
			if first {
				first = false
				if err := writeEventsHead(w, out, admin); err != nil {
					return err
				}
			}
			for _, e := range entries {
				if err := out.Write(group.EventsCSVRow(e, admin)); err != nil {
					return err
				}
			}
			out.Flush()
			return out.Error()
		})
		return err
	})
}

// writeEventsHead begins the file: the mark that tells spreadsheets its encoding, and the columns.
func writeEventsHead(w io.Writer, out *csv.Writer, admin bool) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	return out.Write(group.EventsCSVHead(admin))
}

// eventFilter reads the filter: as typed, and as it is looked for. What cannot be read finds nothing or
// is left out; a link with it is no error.
func (h *Handler) eventFilter(c echo.Context) (group.EventsFilter, event.Filter, error) {
	typed := group.EventsFilter{Type: page.Query(c, "type"), Person: page.Query(c, "person"), Project: page.Query(c, "project")}
	f := event.Filter{Category: typed.Type, Person: typed.Person}
	typed.From, f.From = dayOf(page.Query(c, "from"))
	typed.To, f.To = dayOf(page.Query(c, "to"))
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the last day is included
	}
	if key := account.NameKey(typed.Project); key != "" {
		var err error
		if f.Projects, err = h.events.ProjectsNamed(page.Ctx(c), page.Scope(c), key); err != nil {
			return typed, f, err
		}
	}
	return typed, f, nil
}

// dayOf reads a day as browsers send it; anything else is none.
func dayOf(s string) (string, time.Time) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return "", time.Time{}
	}
	return s, t
}

// sequence is the number of an event that the query names, 0 for none.
func sequence(c echo.Context, name string) int64 {
	n, err := strconv.ParseInt(page.Query(c, name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
