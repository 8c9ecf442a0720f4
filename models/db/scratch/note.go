package scratch

import (
	"context"
	"errors"
	"strings"
	"sync"

	"billfold/models/db"

	"gorm.io/gorm"
)

// Statement is a query as it was sent.
type Statement struct {
	Text string
	Args []any
}

// Queries are the SELECT statements that reads of a database send while something is done.
func Queries(ctx context.Context, d *db.DB, do func() error) ([]Statement, error) {
	const name = "scratch:note"
	var mu sync.Mutex
	var noted []Statement
	note := func(tx *gorm.DB) {
		mu.Lock()
		defer mu.Unlock()
		if text := tx.Statement.SQL.String(); strings.HasPrefix(strings.TrimSpace(text), "SELECT") {
			noted = append(noted, Statement{text, append([]any{}, tx.Statement.Vars...)})
		}
	}
	calls := d.Read(ctx).Callback()
	if err := errors.Join(calls.Query().After("*").Register(name, note), calls.Row().After("*").Register(name, note)); err != nil {
		return nil, err
	}
	err := do()
	err = errors.Join(err, calls.Query().Remove(name), calls.Row().Remove(name))
	mu.Lock()
	defer mu.Unlock()
	return noted, err
}
