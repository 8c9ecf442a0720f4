package group

import (
	"time"

	"billfold/models/account"
	"billfold/models/invoice"
	"billfold/views"
)

// MoveRegion is the part of the Move page that says what the move does.
const MoveRegion = "move-preview"

// MoveView is the page that moves projects to another billing group.
type MoveView struct {
	Frame
	AccountID string
	Projects  []invoice.PickedProject // what moves
	Left      []invoice.PickedProject // chosen, but no longer in the group
	Targets   []invoice.TargetGroup
	Total     int    // groups that match Text
	Text      string // search for a group
	Target    string // chosen group
	Preview   []string
	Refused   []string // why the move would be refused
	Key       string
	Now       time.Time
}

func (v MoveView) title() string {
	return "Move " + views.Count(len(v.Projects), "project", "projects")
}

// names are the projects that move; many are counted.
func (v MoveView) names() []string {
	const most = 50
	list := v.Projects[:min(len(v.Projects), most)]
	names := make([]string, 0, len(list)+1)
	for _, p := range list {
		names = append(names, p.Name)
	}
	if more := len(v.Projects) - len(list); more > 0 {
		names = append(names, "and "+views.Count(more, "more project", "more projects"))
	}
	return names
}

// left says of the chosen projects that do not move where they are.
func (v MoveView) left() []string {
	lines := make([]string, len(v.Left))
	for i, p := range v.Left {
		if lines[i] = p.Name + " is in " + p.Group.Name + " now. It does not move."; p.Deleted {
			lines[i] = p.Name + " was deleted. It does not move."
		}
	}
	return lines
}

func (v MoveView) form() views.FormProps {
	p := views.FormProps{Action: views.MoveProjectsPath(v.Header.ID), Key: v.Key}
	for _, x := range v.Projects {
		p.Hidden = append(p.Hidden, views.HiddenField{Name: "ids", Value: x.ID})
	}
	return p
}

func (v MoveView) searches() bool { return v.Text != "" || v.Total > len(v.Targets) }

func (v MoveView) found() string {
	if v.Total > len(v.Targets) {
		return views.Number(len(v.Targets)) + " of " + views.Number(v.Total) + ". Type to narrow."
	}
	return views.Count(v.Total, "billing group matches", "billing groups match")
}

func (v MoveView) choice() views.Choice {
	c := views.Choice{Name: "group", Label: v.title() + " to", Value: v.Target, Error: views.FieldError(v.Shell.Errors, "group")}
	for _, t := range v.Targets {
		pay := t.PayBy
		if pay == "" {
			pay = "no payment method yet"
		}
		name := t.Name
		if t.Primary {
			name += " (primary)"
		}
		c.Options = append(c.Options, views.Option{Value: t.ID, Label: name, Hint: string(t.Currency) + ", " + pay})
	}
	return c
}

// Explain is what a planned move does, a sentence a line, in the words of the flash and the event.
func Explain(m account.Move) []string {
	lines := []string{m.Explanation()}
	if warn := m.Conversion(); warn != "" {
		lines = append(lines, warn)
	}
	return lines
}

// general says what any move does, before a group is chosen.
func (v MoveView) general() string {
	their := "their"
	if len(v.Projects) == 1 {
		their = "its"
	}
	return "From now on " + their + " usage is billed to the billing group that you choose. Usage before " + views.Moment(v.Now) +
		" stays on the " + v.Now.UTC().Format("January") + " invoice of " + v.Header.Name + "."
}

// MovedFlash says what a move did, with a button that takes it back. group is the group of the page.
func MovedFlash(group string, m account.Move) views.Flash {
	names := "elsewhere"
	target, one := m.Target()
	if one {
		names = target.Name
	}
	f := views.Flash{Text: what(m) + " moved to " + names + ". " + m.Explanation(),
		Undo: &views.UndoForm{Action: views.UndoMovePath(group), Label: "Undo", Fields: []views.HiddenField{{Name: "move", Value: m.Key()}}}}
	if m.Undo {
		f.Text, f.Undo = what(m)+" moved back. "+m.Explanation(), nil
	}
	if one && target.ID != group {
		f.LinkText, f.LinkPath = "Go to "+target.Name, views.GroupProjectsPath(target.ID)
	}
	return f
}

func what(m account.Move) string {
	if len(m.Moved) == 1 {
		return m.Moved[0].ProjectName
	}
	return views.Count(len(m.Moved), "project", "projects")
}

func (v MoveView) createPath() string { return views.NewGroupPath(v.AccountID, "") }
