package models

import (
	"fmt"
	"strings"
)

// maxProblems is how many bad places of a file are listed; the others are counted.
const maxProblems = 100

// FileProblems collects what is wrong with a file of settings that is taken in whole or not at all.
type FileProblems struct {
	list  []Field // Name is the column, Message the line, the column and the reason
	total int
}

// Add notes a bad place: the line, its column ("" for the whole line) and what to do.
func (p *FileProblems) Add(line int, column, format string, args ...any) {
	if p.total++; len(p.list) >= maxProblems {
		return
	}
	where := fmt.Sprintf("line %d", line)
	if column != "" {
		where += ", " + column
	}
	p.list = append(p.list, Field{Name: column, Message: where + ": " + fmt.Sprintf(format, args...)})
}

// Any reports whether something is wrong.
func (p *FileProblems) Any() bool { return p.total > 0 }

// Count is how much is wrong.
func (p *FileProblems) Count() int { return p.total }

// Err is nil without problems, else one error of the kind whose message lists them, one a line.
func (p *FileProblems) Err(kind Kind) error {
	if p.total == 0 {
		return nil
	}
	var text strings.Builder
	if p.total == 1 {
		text.WriteString("nothing was stored, because of one problem:")
	} else {
		fmt.Fprintf(&text, "nothing was stored, because of %d problems:", p.total)
	}
	for _, one := range p.list {
		text.WriteString("\n  " + one.Message)
	}
	if more := p.total - len(p.list); more > 0 {
		fmt.Fprintf(&text, "\n  and %d more", more)
	}
	return &Error{Kind: kind, Message: text.String(), Fields: p.list}
}
