package invoice

import (
	"encoding/base64"
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

// cursor is the place of a row in a list by name: the keys of that order.
type cursor struct{ name, id string }

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.id + "\x00" + c.name))
}

func parseCursor(s string) (cursor, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	id, name, found := strings.Cut(string(b), "\x00")
	ok := err == nil && found && models.IsID(id) && utf8.ValidString(name) && !strings.Contains(name, "\x00")
	return cursor{name, id}, ok
}

// order is how a list by name is sorted, A to Z in its plain direction; ties go by id, so that no row is
// ever skipped or repeated.
type order struct{ backward bool }

// apply sorts a query with the columns name_key and id, and starts it behind the cursor.
func (o order) apply(q *gorm.DB, c *cursor) *gorm.DB {
	way, more := "ASC", ">"
	if o.backward {
		way, more = "DESC", "<"
	}
	if c != nil {
		q = q.Where("(name_key, id) "+more+" (?, ?)", c.name, c.id)
	}
	return q.Order("name_key " + way + ", id " + way)
}

// keyset reads one page of a list. rows must be scanned with their keys; key gives them back.
func keyset[T any](base func() *gorm.DB, o order, p Paging, key func(T) cursor) (rows []T, around Around, err error) {
	var from *cursor
	back := false
	if c, ok := parseCursor(p.Before); ok && p.Before != "" {
		from, back = &c, true
	} else if c, ok := parseCursor(p.After); ok && p.After != "" {
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
