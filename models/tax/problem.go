package tax

import (
	"fmt"
	"strings"

	"billfold/models"
)

// maxProblems is how many bad places of a file are listed; the others are counted.
const maxProblems = 100

// problems collects what is wrong with a file, in order.
type problems struct {
	list  []models.Field // Name is the column, Message the line, the column and the reason
	total int
}

func (p *problems) add(line int, column, format string, args ...any) {
	if p.total++; len(p.list) >= maxProblems {
		return
	}
	where := fmt.Sprintf("line %d", line)
	if column != "" {
		where += ", " + column
	}
	p.list = append(p.list, models.Field{Name: column, Message: where + ": " + fmt.Sprintf(format, args...)})
}

// err is nil without problems, else one error whose message lists them, one a line.
func (p *problems) err(kind models.Kind) error {
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
	return &models.Error{Kind: kind, Message: text.String(), Fields: p.list}
}
