package views

// Every class that Go code chooses stands in this file; all others are literals in templates. A test
// holds both against the style sheet.

// Tone says what a badge or a note means. It is never told by colour alone: the words say it too.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Info
	OK
	Warn
	Bad
)

func (t Tone) badge() string {
	return [...]string{"badge", "badge badge-info", "badge badge-ok", "badge badge-warn", "badge badge-bad"}[t]
}

func (t Tone) note() string {
	return [...]string{"note", "note note-info", "note note-ok", "note note-warn", "note note-bad"}[t]
}

// ButtonKind is the weight of a button: one Primary a page, Danger for what cannot be undone.
type ButtonKind int

// The kinds of buttons.
const (
	Plain ButtonKind = iota
	Primary
	Danger
	Small      // plain, 32 px high, inside rows
	LooksALink // a submit button among links, such as Undo
)

func (k ButtonKind) class() string {
	return [...]string{"btn", "btn btn-primary", "btn btn-danger", "btn btn-small", "btn-link"}[k]
}

// Width is how long an answer a field expects; the width of the box tells the reader.
type Width int

// The widths, in characters.
const (
	Wide  Width = iota // full line of the form
	W30                // city, name
	W20                // code, phone
	W10                // postal code, date
	W5                 // number
	Whole              // full width of the page, for long text
)

func (w Width) class() string {
	return [...]string{"input", "input w30", "input w20", "input w10", "input w5", "input w-whole"}[w]
}

func fieldClass(err string) string {
	if err != "" {
		return "field field-bad"
	}
	return "field"
}

func (in Input) class() string {
	if in.Code {
		return in.Width.class() + " code"
	}
	return in.Width.class()
}

// numClass marks a column of figures.
const numClass = "num"

func (g Grid) class() string {
	c := "table"
	if g.Stack {
		c += " table-stack"
	}
	if g.Pinned {
		c += " table-pinned"
	}
	if g.Totals {
		c += " table-totals"
	}
	return c
}

func (g Grid) captionClass() string {
	if g.Visible {
		return "caption"
	}
	return "sr"
}
