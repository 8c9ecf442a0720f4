package account

import (
	"slices"
	"time"
)

// Assignment says that a group held a project in [From, To). A nil bound is open: the first assignment
// of a project has no From, the last no To.
type Assignment struct {
	GroupID  string
	From, To *time.Time
}

// Covers reports whether the instant is within the assignment.
func (a Assignment) Covers(at time.Time) bool {
	return (a.From == nil || !at.Before(*a.From)) && (a.To == nil || at.Before(*a.To))
}

// History holds the assignments of projects by project id, each project's in order of time and without
// gap or overlap (domain.md, invariant G1).
type History map[string][]Assignment

// HolderAt is the billing group that held a project at an instant; false for a project that the
// history does not know.
func (h History) HolderAt(projectID string, at time.Time) (string, bool) {
	held := h[projectID]
	i, _ := slices.BinarySearchFunc(held, at, func(a Assignment, at time.Time) int {
		switch {
		case a.Covers(at):
			return 0
		case a.From != nil && at.Before(*a.From):
			return 1
		}
		return -1
	})
	if i == len(held) || !held[i].Covers(at) {
		return "", false
	}
	return held[i].GroupID, true
}

// Fault says in words where assignments do not tile time, "" when they do: every instant in exactly one.
func Fault(held []Assignment) string {
	if len(held) == 0 {
		return "is in no billing group"
	}
	for i, a := range held {
		switch last := i == len(held)-1; {
		case (a.From == nil) != (i == 0):
			return "has a wrong lower bound"
		case (a.To == nil) != last:
			return "has a wrong upper bound"
		case a.From != nil && a.To != nil && !a.From.Before(*a.To):
			return "has an empty assignment"
		case !last && (held[i+1].From == nil || !held[i+1].From.Equal(*a.To)):
			return "has a gap or an overlap at " + instant(*a.To)
		}
	}
	return ""
}
