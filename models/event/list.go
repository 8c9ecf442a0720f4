package event

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Ref is a thing that an event touches, with its name of today.
type Ref struct {
	Kind string // group, project or invoice
	ID   string
	Name string // of an invoice: its number, or estimate-YYYY-MM
	// GroupID is the billing group of an invoice.
	GroupID string
}

// Entry is one event as it is read.
type Entry struct {
	Seq          int64
	At           time.Time
	ActorKind    string // user, token, operator or system
	ActorID      string
	ActorName    string // as it was then
	ActorRemoved bool   // a user who is no member of the account any more
	Type         string
	Category     string
	Sentence     string // without the actor: "moved web-frontend from Research to Production."
	Before       string // JSON, empty for none
	After        string
	RequestID    string
	IP           string
	Refs         []Ref // groups, projects and invoices, at most MaxRefs of them; on pages no projects when Many
	Many         bool  // it touches MaxRefs things or more
}

// MaxRefs is how many things of one event are named: a move may touch a thousand projects.
const MaxRefs = 50

// Of gives the entry's things of one kind.
func (e Entry) Of(kind string) []Ref {
	var found []Ref
	for _, r := range e.Refs {
		if r.Kind == kind {
			found = append(found, r)
		}
	}
	return found
}

// Part is a piece of a sentence; a piece that names a thing carries it.
type Part struct {
	Text string
	Ref  *Ref
}

// Parts cuts the sentence at the names of the things that the event touches, so that they can be
// links. Longer names win; a name counts only as whole words. A thing that was renamed since stays text.
func (e Entry) Parts() []Part {
	refs := slices.DeleteFunc(slices.Clone(e.Refs), func(r Ref) bool { return r.Name == "" })
	slices.SortStableFunc(refs, func(a, b Ref) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	return cut([]Part{{Text: e.Sentence}}, refs)
}

func cut(parts []Part, refs []Ref) []Part {
	for i := range refs {
		var next []Part
		for _, p := range parts {
			if p.Ref != nil {
				next = append(next, p)
				continue
			}
			for {
				at := wholeWords(p.Text, refs[i].Name)
				if at < 0 {
					break
				}
				if at > 0 {
					next = append(next, Part{Text: p.Text[:at]})
				}
				next = append(next, Part{Text: refs[i].Name, Ref: &refs[i]})
				p.Text = p.Text[at+len(refs[i].Name):]
			}
			if p.Text != "" {
				next = append(next, p)
			}
		}
		parts = next
	}
	return parts
}

// wholeWords finds a name that does not begin or end within a longer word.
func wholeWords(text, name string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return -1
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(name):])
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(text[at+len(name):], ".-_"))
		// "web-frontend" is not named by "web", nor is "a.b" by "a"; a full stop at the end is none of it.
		joined := (after == '-' || after == '_' || after == '.') && inWord(next) && !strings.HasPrefix(text[at+len(name):], ". ")
		if !inWord(before) && before != '-' && before != '_' && !inWord(after) && !joined {
			return at
		}
		from = at + len(name)
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
