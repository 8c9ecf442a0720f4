package group

import (
	"strings"
	"time"

	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/views"
)

// Frame is what every tab hands to the Page around it.
type Frame struct {
	Shell  views.Shell
	Header Header
	Tab    Tab
}

// Header is the top of every tab of a billing group, ready to be written.
type Header struct {
	ID, Name string
	Badge    *views.Mark
	Meta     string
	Note     string // what the reader may do, when that is less than everything
	Projects string // the number at the Projects tab
	Figure   views.Figure
	Actions  []views.MenuItem // empty for those who cannot write, and for deleted groups
	Deleted  bool
	CanWrite bool // the reader may change billing, and the group is not deleted
}

// staleAfter is how old the accumulated cost may be before the header says so in a warning tone.
const staleAfter = 2 * time.Hour

// NewHeader puts the header into words. cost is nil when it could not be loaded.
func NewHeader(g invoice.GroupHeader, cost *invoice.RunningCost, scope access.Scope, now time.Time) Header {
	h := Header{ID: g.ID, Name: g.Name, Projects: views.NumberUpTo(g.Projects, invoice.CountLimit), Deleted: g.Deleted(), Meta: meta(g), Figure: figure(cost, now)}
	switch {
	case h.Deleted:
		h.Badge = &views.Mark{Tone: views.Neutral, Text: "Deleted"}
		h.Note = "This billing group was deleted on " + views.Date(*g.DeletedAt) + ". Its invoices stay available."
	case !scope.CanWrite():
		h.Note = "You can view billing for this account. Account admins can change it."
	default:
		h.CanWrite = true
		h.Actions = actions(g)
	}
	if g.Primary {
		h.Badge = &views.Mark{Tone: views.Info, Text: "Primary"}
	}
	return h
}

func meta(g invoice.GroupHeader) string {
	parts := []string{string(g.Currency)}
	if g.PayBy != "" {
		parts = append(parts, g.PayBy)
	} else {
		parts = append(parts, "no payment method yet")
	}
	return strings.Join(append(parts, views.CountUpTo(g.Projects, invoice.CountLimit, "project", "projects")), ", ")
}

func actions(g invoice.GroupHeader) []views.MenuItem {
	items := []views.MenuItem{{Label: "Rename", Path: views.GroupRenamePath(g.ID)}}
	if !g.Primary {
		items = append(items, views.MenuItem{Label: "Make primary", Path: views.GroupPrimaryPath(g.ID)})
	}
	remove := views.MenuItem{Label: "Delete", Path: views.GroupDeletePath(g.ID)}
	switch {
	case g.Primary:
		remove.Hint = "Make another group primary first."
	case g.Projects > 0:
		remove.Hint = "Move all projects out first."
	}
	return append(items, remove)
}

func figure(c *invoice.RunningCost, now time.Time) views.Figure {
	if c == nil {
		return views.Figure{Label: "Accumulated cost", Value: "Cost not available right now"}
	}
	f := views.Figure{Label: "Accumulated cost, " + views.RunningPeriod(c.Month, now), Value: views.Money(c.Cost), Exact: c.Cost.Decimal()}
	f.Notes = append(f.Notes, basis(c))
	if !c.UpdatedAt.IsZero() {
		if now.Sub(c.UpdatedAt) > staleAfter {
			f.Warn = updated(c.UpdatedAt, now) + age(c.UpdatedAt, now)
		} else {
			f.Notes[0] += " " + updated(c.UpdatedAt, now) + "."
		}
	}
	if c.NoRate {
		f.Notes = append(f.Notes, "Shown in "+string(c.Currency)+": no exchange rate is stored yet.")
	}
	if c.Credits.Sign() > 0 {
		f.Notes = append(f.Notes, views.Money(c.Credits)+" of credits will be used.")
	}
	return f
}

func basis(c *invoice.RunningCost) string {
	switch {
	case c.Estimate == nil:
		return "No usage this month yet."
	case c.Approximate:
		return "Approximate estimate before tax."
	}
	return "Estimate before tax."
}

func updated(at, now time.Time) string {
	if views.Date(at) == views.Date(now) {
		return "Updated " + views.Clock(at)
	}
	return "Updated " + views.Moment(at)
}

func age(at, now time.Time) string {
	if words := views.Ago(at, now); words != "" {
		return ", " + words
	}
	return ", " + views.Count(int(now.Sub(at)/(24*time.Hour)), "day", "days") + " ago"
}

func (h Header) head() views.Head {
	head := views.Head{Title: h.Name, Badge: h.Badge, Meta: h.Meta, Note: h.Note, Figure: views.BigFigure(h.Figure)}
	if len(h.Actions) > 0 {
		head.Actions = actionMenu(h.Actions)
	}
	return head
}
