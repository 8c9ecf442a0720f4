package invoice

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"billfold/models"
	"billfold/models/account"

	"gorm.io/gorm"
)

// Paging is where a list starts and how long its pages are. After and Before are cursors that an
// earlier page gave out; one that cannot be read starts from the first page.
type Paging struct {
	After, Before string
	Size          int // rows a page, 25 when it is not 25, 50 or 100
}

func (p Paging) size() int {
	if p.Size == 50 || p.Size == 100 {
		return p.Size
	}
	return 25
}

// Around are the cursors of the pages before and after a page, empty where there is none.
type Around struct{ Prev, Next string }

// cursor is the place of a row in a list that is ordered by cost or name: the keys of that order. Cost
// is the ordering figure as the database wrote it, empty in a list by name.
type cursor struct{ cost, name, id string }

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.cost + "\x00" + c.id + "\x00" + c.name))
}

// costForm is how the two databases write a figure, and nothing that PostgreSQL could not read back.
var costForm = regexp.MustCompile(`^-?\d{1,60}(\.\d{1,60})?([eE][+-]?\d{1,3})?$`)

func parseCursor(s string, byCost bool) (cursor, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(b), "\x00")
	if err != nil || len(parts) != 3 || !models.IsID(parts[1]) || !utf8.ValidString(parts[2]) {
		return cursor{}, false
	}
	fits := parts[0] == ""
	if byCost {
		fits = costForm.MatchString(parts[0]) // the text itself is compared
	}
	return cursor{parts[0], parts[2], parts[1]}, fits
}

// order is how a list is sorted. Its plain direction is A to Z, or highest cost first; ties go by name
// and id, so that no row is ever skipped or repeated.
type order struct {
	byCost   bool
	backward bool // the whole order turned round
}

// parseOrder reads "name", "-name", "cost" or "-cost"; anything else is "-cost", the highest first.
func parseOrder(sort string) order {
	switch sort {
	case "name":
		return order{}
	case "-name":
		return order{backward: true}
	case "cost":
		return order{byCost: true, backward: true}
	}
	return order{byCost: true}
}

// apply sorts a query with the columns cost_key (in lists by cost), name_key and id, and starts it
// behind the cursor.
func (o order) apply(q *gorm.DB, c *cursor) *gorm.DB {
	up, down, more, less := "ASC", "DESC", ">", "<"
	if o.backward {
		up, down, more, less = down, up, less, more
	}
	tail := "name_key " + up + ", id " + up
	if !o.byCost {
		if c != nil {
			q = q.Where("(name_key, id) "+more+" (?, ?)", c.name, c.id)
		}
		return q.Order(tail)
	}
	if c != nil {
		q = q.Where("(cost_key "+less+" CAST(? AS numeric) OR (cost_key = CAST(? AS numeric) AND (name_key, id) "+more+" (?, ?)))",
			c.cost, c.cost, c.name, c.id)
	}
	return q.Order("cost_key " + down + ", " + tail)
}

// keyset reads one page of a list. rows must be scanned with their keys; key gives them back.
func keyset[T any](base func() *gorm.DB, o order, p Paging, key func(T) cursor) (rows []T, around Around, err error) {
	var from *cursor
	back := false
	if c, ok := parseCursor(p.Before, o.byCost); ok && p.Before != "" {
		from, back = &c, true
	} else if c, ok := parseCursor(p.After, o.byCost); ok && p.After != "" {
		from = &c
	}
	way := o
	way.backward = o.backward != back
	if err := way.apply(base(), from).Limit(p.size() + 1).Scan(&rows).Error; err != nil {
		return nil, around, err
	}
	if len(rows) == 0 && from != nil { // what was there is gone: begin again
		return keyset(base, o, Paging{Size: p.Size}, key)
	}
	rows, around = cut(rows, p.size(), from != nil && !back, back, func(r T) string { return key(r).String() })
	return rows, around, nil
}

// cut makes a page out of what was read: one row more than a page tells that there is another page.
// behind says that it starts behind a cursor, back that it was read backwards from one.
func cut[T any](rows []T, size int, behind, back bool, key func(T) string) (page []T, around Around) {
	more := len(rows) > size
	rows = rows[:min(len(rows), size)]
	if back {
		slices.Reverse(rows)
	}
	if len(rows) > 0 && (back || more) {
		around.Next = key(rows[len(rows)-1])
	}
	if len(rows) > 0 && (behind || back && more) {
		around.Prev = key(rows[0])
	}
	return rows, around
}

// CountLimit is where counting the rows of a list stops.
const CountLimit = 1000

// countUpTo counts the rows of a query as far as CountLimit.
func countUpTo(q *gorm.DB, fresh *gorm.DB) (n int, err error) { return countTo(q, fresh, CountLimit) }

// countTo counts the rows of a query as far as a limit.
func countTo(q *gorm.DB, fresh *gorm.DB, limit int) (n int, err error) {
	return n, fresh.Raw("SELECT COUNT(*) FROM (?) counted", q.Select("1").Limit(limit)).Scan(&n).Error
}

// nameContains narrows a query to rows whose column holds a text, regardless of case.
func nameContains(q *gorm.DB, column, text string) *gorm.DB {
	if account.NameKey(text) == "" {
		return q
	}
	return q.Where(column+` LIKE ? ESCAPE '\'`, account.Containing(text))
}
