package account

import (
	"strings"
	"time"

	"billfold/models"
)

// change is one field that a save changes.
type change struct {
	field, label  string
	before, after string
	quiet         bool // too long for a sentence
}

// changes lists what differs between two clean states, in the order of the form. The VAT id's state is
// left out: it follows from the id.
func changes(before, after Information) []change {
	var list []change
	add := func(field, label, old, now string, quiet bool) {
		if old != now {
			list = append(list, change{field, label, old, now, quiet})
		}
	}
	now := after.texts()
	for n, old := range before.texts() {
		add(old.field, now[n].label, *old.value, *now[n].value, false)
	}
	add("currency", "Currency", string(before.Currency), string(after.Currency), false)
	add("invoice_text", "Text on invoices", before.InvoiceText, after.InvoiceText, true)
	add("invoice_emails", "Invoice emails", strings.Join(before.InvoiceEmails, ", "), strings.Join(after.InvoiceEmails, ", "), false)
	add("contact_emails", "Billing contacts", strings.Join(before.ContactEmails, ", "), strings.Join(after.ContactEmails, ", "), false)
	return list
}

// words is the change in a sentence: "changed City from Espoo to Helsinki".
func (c change) words() string {
	switch {
	case c.after == "":
		return "removed " + c.label
	case c.quiet:
		return "changed " + c.label
	case c.before == "":
		return "set " + c.label + " to " + c.after
	}
	return "changed " + c.label + " from " + c.before + " to " + c.after
}

// now is what somebody else made of the field.
func (c change) now() string {
	is, value := " is now ", c.after
	if strings.HasSuffix(c.field, "_emails") {
		is = " are now "
	}
	if value == "" {
		value = "empty"
		if is == " are now " {
			value = "none"
		}
	}
	return c.label + is + value
}

// changeSentence says what a save changed in a group.
func changeSentence(list []change, group string) string {
	const most = 3
	if len(list) <= most {
		words := make([]string, len(list))
		for i, c := range list {
			words[i] = c.words()
		}
		return join(words, most) + " in the billing information of " + group + "."
	}
	labels := make([]string, len(list))
	for i, c := range list {
		labels[i] = c.label
	}
	return "changed " + join(labels, most) + " in the billing information of " + group + "."
}

// changeValues are the before and after values of the changed fields, for the event.
func changeValues(list []change) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	for _, c := range list {
		before[c.field], after[c.field] = c.before, c.after
	}
	return before, after
}

// staleError refuses a save that was made from an older version than the stored one, and marks what
// differs with the stored value.
func staleError(stored, wanted Information, now time.Time) error {
	at := "at " + stored.UpdatedAt.UTC().Format("15:04 UTC")
	if models.Micro(stored.UpdatedAt).Format(time.DateOnly) != now.UTC().Format(time.DateOnly) {
		at = "on " + instant(stored.UpdatedAt)
	}
	e := &models.Error{Kind: models.Conflict, Message: stored.UpdatedBy + " changed these details " + at + ". Check them and save again."}
	for _, c := range changes(wanted, stored) {
		e.Fields = append(e.Fields, models.Field{Name: c.field, Message: c.now()})
	}
	return e
}
