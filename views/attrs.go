package views

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"billfold/models"
)

// FieldID is the id of the element that an error summary links to for a form field.
func FieldID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

// FieldError is the message for a field, "" when it is right.
func FieldError(errors []models.Field, name string) string {
	for _, e := range errors {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

// describe gives the aria attributes of a control: what describes it (error and hint) and whether it is wrong.
func describe(id, hint, err string) templ.Attributes {
	a := templ.Attributes{}
	var by []string
	if hint != "" {
		by = append(by, id+"-hint")
	}
	if err != "" {
		by = append(by, id+"-error")
		a["aria-invalid"] = "true"
	}
	if len(by) > 0 {
		a["aria-describedby"] = strings.Join(by, " ")
	}
	return a
}

// optionID is the id of a radio or checkbox: the first one carries the field's own id, so that the
// link in the error summary leads to it.
func optionID(name string, i int) string {
	if i == 0 {
		return FieldID(name)
	}
	return FieldID(name) + "-" + strconv.Itoa(i+1)
}

// ItemName is the name of one entry of a repeated field, as errors and the remove button know it: "emails.2".
func ItemName(name string, i int) string { return name + "." + strconv.Itoa(i) }

func currentIf(yes bool) templ.Attributes {
	if yes {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func pressed(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}
