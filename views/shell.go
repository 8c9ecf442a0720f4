package views

import (
	"github.com/a-h/templ"

	"billfold/models"
)

// Shell is what the layout of a signed-in page needs beside the page itself.
type Shell struct {
	Title             string         // without product name: "Invoices – Research"
	Errors            []models.Field // the error summary; also puts "Error: " before the title
	Flash             *Flash         // what just happened; gone on the next page
	User              *ShellUser     // who is signed in
	Project           *ShellProject  // the project in the switcher; nil: "Choose a project"
	Recent            []ShellProject // up to 5 for the switcher, the last used first
	ManyProjects      bool           // there are more than Recent shows: offer a search
	CreateProjectPath string         // "" when the user may not create projects
	Crumbs            []Crumb        // from Projects & Accounts down to the parent of the page
	Theme             string         // "", "light" or "dark", from the cookie
	Path              string         // path and query of this page, where a theme change returns to
	Operator          Operator
}

// ShellUser is the person in the account menu.
type ShellUser struct{ Name, Email string }

// ShellProject is a project in the switcher.
type ShellProject struct{ ID, Name, AccountName string }

// Crumb is one step of the breadcrumb.
type Crumb struct{ Label, Path string }

// Operator is who runs the installation and sends the invoices, as configured.
type Operator struct {
	Name       string
	SupportURL string // "" when there is none
	Contact    string // an email address, "" when there is none
}

// Flash says once what happened: Text, then a link when the thing is elsewhere, then an undo.
type Flash struct {
	Text               string
	LinkText, LinkPath string
	Undo               *UndoForm
}

// UndoForm is a POST that takes the last action back.
type UndoForm struct {
	Action, Label string // Label "Undo"
	Fields        []HiddenField
}

// HiddenField is a form value that the reader does not see.
type HiddenField struct{ Name, Value string }

// title is the document title: "Error: Invoices – Research – Billfold".
func (s Shell) title() string {
	t := "Billfold"
	if s.Title != "" {
		t = s.Title + " – " + t
	}
	if len(s.Errors) > 0 {
		t = "Error: " + t
	}
	return t
}

// switcherName is the accessible name of the project switcher.
func (s Shell) switcherName() string {
	if s.Project == nil {
		return "Choose a project"
	}
	return "Current project: " + s.Project.Name + ", " + s.Project.AccountName
}

func themeAttrs(theme string) templ.Attributes {
	if theme == "light" || theme == "dark" {
		return templ.Attributes{"data-theme": theme}
	}
	return nil
}

func colorScheme(theme string) string {
	if theme == "light" || theme == "dark" {
		return theme
	}
	return "light dark"
}
