package group

import (
	"slices"
	"time"

	"billfold/models/invoice"
	"billfold/models/money"
	"billfold/views"
)

// AssignRegion is the part of the Assign page that its search changes.
const AssignRegion = "assign-list"

// AssignView is the page that assigns projects of other groups to this one.
type AssignView struct {
	Frame
	Rows        []AssignRow
	Total       int // projects elsewhere that match
	Text        string
	AccountName string
	Currency    money.Currency // empty until it is chosen
	Key         string
	Now         time.Time
}

// AssignRow is a project that can be assigned.
type AssignRow struct {
	invoice.PickedProject
	Ticked bool
}

// NewAssign puts the Assign page into words; ticked are the ids that the user had chosen.
func NewAssign(f Frame, list []invoice.PickedProject, total int, text string, ticked []string, now time.Time) AssignView {
	v := AssignView{Frame: f, Total: total, Text: text, Now: now}
	for _, p := range list {
		v.Rows = append(v.Rows, AssignRow{p, slices.Contains(ticked, p.ID)})
	}
	return v
}

func (v AssignView) isEmpty() bool { return v.Total == 0 && v.Text == "" }

func (v AssignView) count() string {
	switch {
	case v.Total == 0:
		return "No projects match"
	case v.Total > len(v.Rows):
		return views.Number(len(v.Rows)) + " of " + views.Number(v.Total) + ". Type to narrow."
	}
	return views.Count(v.Total, "project", "projects")
}

func (v AssignView) form() views.FormProps {
	p := views.FormProps{Action: views.AssignProjectsPath(v.Header.ID), Key: v.Key, Select: true, Hidden: []views.HiddenField{{Name: "q", Value: v.Text}}}
	for _, r := range v.Rows {
		p.Hidden = append(p.Hidden, views.HiddenField{Name: "shown", Value: r.ID}, views.HiddenField{Name: "in", Value: r.Group.ID})
	}
	return p
}

// effect says what assigning does, as the flash and the event will.
func (v AssignView) effect() string {
	to := v.Header.Name
	if v.Currency != "" {
		to += " in " + string(v.Currency)
	}
	return "From now on their usage is billed to " + to + ". Usage before " + views.Moment(v.Now) + " stays on the " +
		v.Now.UTC().Format("January") + " invoice of their present billing group."
}
