package account

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"billfold/models"

	"github.com/google/uuid"
)

// MaxMoved is how many projects one request moves at most.
const MaxMoved = 1024

// Seen is a project to be moved, with the group that the form showed it in; GroupID empty when the
// caller does not care.
type Seen struct{ ProjectID, GroupID string }

// Moved is one project's part in a move.
type Moved struct {
	ProjectID, ProjectName string
	From, To               GroupRef
}

// Move says which projects go from where to where at an instant: usage with start < At is billed to
// From, usage with start >= At to To, whenever it arrives (domain.md, "Move").
type Move struct {
	At    time.Time
	Moved []Moved
	Undo  bool // it takes another move back
}

// Target is the group that all projects go to; false for an undo to several groups.
func (m Move) Target() (GroupRef, bool) {
	refs := m.to()
	if len(refs) != 1 {
		return GroupRef{}, false
	}
	return refs[0], true
}

func (m Move) to() []GroupRef   { return m.groups(func(p Moved) GroupRef { return p.To }) }
func (m Move) from() []GroupRef { return m.groups(func(p Moved) GroupRef { return p.From }) }

// groups are the different groups that pick gives, in order of first mention.
func (m Move) groups(pick func(Moved) GroupRef) []GroupRef {
	var list []GroupRef
	seen := map[string]bool{}
	for _, p := range m.Moved {
		if g := pick(p); !seen[g.ID] {
			seen[g.ID] = true
			list = append(list, g)
		}
	}
	return list
}

// Explanation is what the move means, in the same words for page, flash and event: what is billed where
// from now on, and what stays.
func (m Move) Explanation() string {
	their, to, stays := "their", m.to(), "invoice"
	if len(m.Moved) == 1 {
		their = "its"
	}
	if len(m.from()) > 1 {
		stays = "invoices"
	}
	return "From now on " + their + " usage is billed to " + refNames(to, true) + ". Usage before " + instant(m.At) +
		" stays on the " + m.At.UTC().Format("January") + " " + stays + " of " + refNames(m.from(), false) + "."
}

// Conversion warns of a target in another currency than a source, "" when none is.
func (m Move) Conversion() string {
	for _, p := range m.Moved {
		if p.From.Currency != p.To.Currency && p.To.Currency != "" {
			return p.To.Name + " is billed in " + string(p.To.Currency) + ". Costs are converted at the invoice date."
		}
	}
	return ""
}

func refNames(refs []GroupRef, currency bool) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		if words[i] = r.Name; currency && r.Currency != "" {
			words[i] += " in " + string(r.Currency)
		}
	}
	return join(words, 5)
}

func (m Move) names() []string {
	names := make([]string, len(m.Moved))
	for i, p := range m.Moved {
		names[i] = p.ProjectName
	}
	return names
}

// sentence is the event's: "moved web-frontend from Default to Research. From now on ...".
func (m Move) sentence() string {
	what := join(m.names(), 10)
	if n := len(m.Moved); n > 1 {
		what = count(n, "project") + " (" + what + ")"
	}
	verb := "moved "
	if m.Undo {
		verb = "undid a move: moved "
	}
	return verb + what + " from " + refNames(m.from(), false) + " to " + refNames(m.to(), false) + ". " + m.Explanation()
}

// Key is the move in short, for the form field of its Undo button: base64 of groups and projects.
func (m Move) Key() string {
	var b []byte
	for _, p := range m.Moved {
		for _, id := range []string{p.ProjectID, p.From.ID, p.To.ID} {
			u, err := uuid.Parse(id)
			if err != nil {
				return ""
			}
			b = append(b, u[:]...)
		}
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseMove reads a Key back; only ids are in it. Kind: NotFound for anything else.
func ParseMove(key string) (Move, error) {
	b, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(b) == 0 || len(b)%48 != 0 || len(b) > 48*MaxMoved {
		return Move{}, models.NotFoundf("Page not found")
	}
	var m Move
	for part := range slices.Chunk(b, 48) {
		id := func(n int) string { return uuid.UUID(part[n*16 : n*16+16]).String() }
		m.Moved = append(m.Moved, Moved{ProjectID: id(0), From: GroupRef{ID: id(1)}, To: GroupRef{ID: id(2)}})
	}
	return m, nil
}

func checkCount(n int) []models.Field {
	switch {
	case n == 0:
		return []models.Field{{Name: "projects", Message: "Choose at least one project"}}
	case n > MaxMoved:
		return []models.Field{{Name: "projects", Message: "Choose at most " + count(MaxMoved, "project") + ". You chose " + strings.TrimSuffix(count(n, "project"), " projects")}}
	}
	return nil
}

// step is one project's wish: to go to a group, having been seen in another ("" for not said).
type step struct{ projectID, seen, to string }

// refusal is why a project does not move.
type refusal int

const (
	moves refusal = iota
	refusedDeleted
	refusedElsewhere // it is no longer in the group that it was seen in
	refusedAlready   // it is in the target
	refusedNoTarget  // the target is deleted
)

// judge decides on one step, from the project and whether the target is deleted.
func (s step) judge(p Project, targetDeleted bool) refusal {
	switch {
	case p.Deleted():
		return refusedDeleted
	case s.seen != "" && s.seen != p.GroupID:
		return refusedElsewhere
	case p.GroupID == s.to:
		return refusedAlready
	case targetDeleted:
		return refusedNoTarget
	}
	return moves
}

// wording is the refusal in words. who and when are of the change that came in between, zero when unknown.
func (r refusal) wording(project, target, who string, when, now time.Time) string {
	by := ""
	if who != "" {
		by = " by " + who + ago(when, now)
	}
	switch r {
	case refusedDeleted:
		return project + " was deleted" + by
	case refusedElsewhere:
		return project + " was moved" + by
	case refusedAlready:
		return project + " is already in " + target
	}
	return project + " cannot move to " + target + ", which is deleted"
}

// ago is " a moment ago" for the last five minutes, else the time.
func ago(when, now time.Time) string {
	if now.Sub(when) < 5*time.Minute {
		return " a moment ago"
	}
	return " on " + instant(when)
}
