package usage

import (
	"fmt"
	"slices"
	"strings"

	"billfold/models"
)

// MaxProblems is how many problems of a file or batch are listed; the others are counted.
const MaxProblems = 100

// Problem is one thing wrong with one record.
type Problem struct {
	Line     int    // line of the file, 0 when there is none
	Index    int    // place in the batch, from 0; -1 when it is not known
	RecordID string // empty when it could not be read
	Field    string // column or JSON field; empty for a whole line
	Reason   string // what to do about it
}

// String is the problem in one line: "line 3, BilledCost: \"x\" is not a number".
func (p Problem) String() string {
	var where []string
	switch {
	case p.Line > 0:
		where = append(where, fmt.Sprintf("line %d", p.Line))
	case p.Index >= 0:
		where = append(where, fmt.Sprintf("record %d", p.Index))
	}
	if p.RecordID != "" {
		where = append(where, "id "+shown(p.RecordID))
	}
	if p.Field != "" {
		where = append(where, shown(p.Field))
	}
	return strings.Join(where, ", ") + ": " + p.Reason
}

// shown is a producer's text as an error may repeat it: short, on one line, quoted when it is odd.
func shown(s string) string {
	if badText(s, MaxName) == "" {
		return s
	}
	return fmt.Sprintf("%.60q", s)
}

// Problems is why a file or batch was refused as a whole. Its kind is Invalid, or Conflict when the
// records are right but were taken in before with other content.
type Problems struct {
	List  []Problem // the first MaxProblems, in order
	Total int       // of all

	// Before are the records of the same file that were taken in before these problems turned up, which is
	// only when something changed after the file was checked.
	Before int

	conflicts int // of them
}

// Error lists the problems, one a line, after a sentence that says nothing was taken in.
func (p *Problems) Error() string {
	var out strings.Builder
	out.WriteString(p.summary())
	for _, one := range p.List {
		out.WriteString("\n  ")
		out.WriteString(one.String())
	}
	if more := p.Total - len(p.List); more > 0 {
		fmt.Fprintf(&out, "\n  and %d more", more)
	}
	return out.String()
}

func (p *Problems) summary() string {
	what := "nothing was taken in"
	if p.Before > 0 {
		what = fmt.Sprintf("after %d records no more were taken in", p.Before)
	}
	if p.Total == 1 {
		return what + ", because of one problem:"
	}
	return fmt.Sprintf("%s, because of %d problems:", what, p.Total)
}

// Unwrap gives the problems as a models.Error, so that their kind is known everywhere.
func (p *Problems) Unwrap() error {
	e := &models.Error{Kind: models.Invalid, Message: p.Error()}
	if p.conflicts == p.Total {
		e.Kind = models.Conflict
	}
	for _, one := range p.List {
		e.Fields = append(e.Fields, models.Field{Name: one.Field, Message: one.String()})
	}
	return e
}

func (p *Problems) add(one Problem) {
	p.Total++
	if len(p.List) < MaxProblems {
		p.List = append(p.List, one)
	}
}

// join adds the problems of a part of the file.
func (p *Problems) join(part *Problems) {
	p.List = append(p.List, part.List[:min(len(part.List), MaxProblems-len(p.List))]...)
	p.Total += part.Total
	p.conflicts += part.conflicts
}

// record adds what is wrong with a field of a record of a batch.
func (p *Problems) record(r *Record, index int, bad models.Field) {
	field := bad.Name
	if r.columns[field] != "" {
		field = r.columns[field]
	}
	p.add(Problem{Line: r.Line, Index: index, RecordID: r.ID, Field: field, Reason: bad.Message})
}

// conflict adds that a record was taken in before with other content.
func (p *Problems) conflict(r *Record, index int, reason string) {
	p.conflicts++
	p.record(r, index, models.Field{Name: fieldID, Message: reason})
}

// sort puts the problems into the order of the file's lines.
func (p *Problems) sort() {
	slices.SortStableFunc(p.List, func(a, b Problem) int { return a.Line - b.Line })
}

// err is the problems as an error, nil when there are none.
func (p *Problems) err() error {
	if p.Total == 0 {
		return nil
	}
	return p
}
