package account

import (
	"strings"
	"time"

	"billfold/models"
)

// Project is what costs money. At every instant it is in exactly one billing group.
type Project struct {
	ID         string
	AccountID  string
	GroupID    string // the billing group that holds it now; a deleted one keeps its last
	Name       string // unique per installation, deleted projects included
	ExternalID string // the operator's own id, unique per account; empty for none
	CreatedAt  time.Time
	DeletedAt  *time.Time // nil while it lives; usage that starts at or after it is refused
}

// Deleted reports whether the project was deleted.
func (p Project) Deleted() bool { return p.DeletedAt != nil }

// NewProject is what is needed to create a project.
type NewProject struct {
	Name       string // 1 to 255 characters
	ExternalID string // up to 255 characters, empty for none
	GroupID    string // empty for the account's primary billing group
	IfTaken    string // the name to use when Name is taken (imports); empty refuses
	Settings   ProjectSettings
}

// NameTaken is the Invalid error that a project of the installation has the name already.
type NameTaken struct{ error }

// Unwrap gives the error with its kind and field.
func (t NameTaken) Unwrap() error { return t.error }

// Check says what to change; nil when nothing.
func (p NewProject) Check() []models.Field {
	return append(append(CheckProjectName(p.Name), CheckExternalID(p.ExternalID)...), p.Settings.Check()...)
}

// BracketedName is the name that an import gives a project whose name is taken: the last 8 characters
// of its external id in brackets after it, shortened to stay within the limit.
func BracketedName(name, externalID string) string {
	tail := []rune(strings.TrimSpace(externalID))
	tail = tail[max(0, len(tail)-8):]
	head := []rune(CleanName(name))
	head = head[:min(len(head), MaxProjectName-len(tail)-3)]
	return CleanName(string(head)) + " (" + string(tail) + ")"
}
