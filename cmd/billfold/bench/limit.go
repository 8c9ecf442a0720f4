package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"billfold/models/db"
	"billfold/models/db/scratch"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// bare writes rows with bare SQL on one connection, as fast as the database takes them: COPY and one
// UPDATE over arrays on PostgreSQL, prepared statements on SQLite. It is the limit, and it fills databases.
type bare struct {
	dialect  db.Dialect
	pool     *sql.DB
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// sqliteRows is how many rows one prepared INSERT of the limit takes; more or fewer were not faster.
const sqliteRows = 50

func newBare(ctx context.Context, d *db.DB) (*bare, error) {
	pool, err := d.SQL()
	if err != nil {
		return nil, err
	}
	return &bare{dialect: d.Dialect(), pool: pool}, nil
}

// within runs fn in one durable transaction. The connection is given back at the end, because SQLite has
// one for all writers.
func (b *bare) within(ctx context.Context, fn func(tx *sql.Tx) error) (err error) {
	if b.conn, err = b.pool.Conn(ctx); err != nil {
		return err
	}
	b.prepared = map[string]*sql.Stmt{}
	defer func() {
		for _, s := range b.prepared {
			err = errors.Join(err, s.Close())
		}
		err = errors.Join(err, b.conn.Close())
	}()
	tx, err := b.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// prepare keeps a statement for the rest of the transaction.
func (b *bare) prepare(ctx context.Context, tx *sql.Tx, statement string) (*sql.Stmt, error) {
	if s := b.prepared[statement]; s != nil {
		return s, nil
	}
	s, err := tx.PrepareContext(ctx, statement)
	if err == nil {
		b.prepared[statement] = s
	}
	return s, err
}

// table is rows on their way: values are as the database's driver takes them fastest.
type table struct {
	name    string
	columns []string
	types   []string // PostgreSQL's names; none on SQLite
	rows    [][]any
}

// insert writes all rows of a table.
func (b *bare) insert(ctx context.Context, tx *sql.Tx, t table) error {
	if len(t.rows) == 0 {
		return nil
	}
	if b.dialect == db.Postgres {
		return scratch.Copy(ctx, b.conn, t.name, t.columns, t.rows)
	}
	row := "(?" + strings.Repeat(", ?", len(t.columns)-1) + ")"
	into := "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES " + row
	args := make([]any, 0, sqliteRows*len(t.columns))
	for part := range slices.Chunk(t.rows, sqliteRows) {
		s, err := b.prepare(ctx, tx, into+strings.Repeat(", "+row, len(part)-1))
		if err != nil {
			return err
		}
		args = args[:0]
		for _, r := range part {
			args = append(args, r...)
		}
		if _, err := s.ExecContext(ctx, args...); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// update changes the rows of a table that have the same values in the key columns. All others are set.
func (b *bare) update(ctx context.Context, tx *sql.Tx, t table, keys ...string) error {
	if len(t.rows) == 0 {
		return nil
	}
	var sets, wheres []string
	if b.dialect == db.Postgres {
		params := make([]string, len(t.columns))
		args := make([]any, len(t.columns))
		for i, c := range t.columns {
			params[i] = fmt.Sprintf("$%d::%s[]", i+1, t.types[i])
			vector := make([]any, len(t.rows))
			for j := range t.rows {
				vector[j] = t.rows[j][i]
			}
			args[i] = vector
			if slices.Contains(keys, c) {
				wheres = append(wheres, "t."+c+" = u."+c)
			} else {
				sets = append(sets, c+" = u."+c)
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE "+t.name+" AS t SET "+strings.Join(sets, ", ")+" FROM unnest("+strings.Join(params, ", ")+
			") AS u ("+strings.Join(t.columns, ", ")+") WHERE "+strings.Join(wheres, " AND "), args...)
		return err
	}
	for i, c := range t.columns {
		if slices.Contains(keys, c) {
			wheres = append(wheres, fmt.Sprintf("%s = ?%d", c, i+1))
		} else {
			sets = append(sets, fmt.Sprintf("%s = ?%d", c, i+1))
		}
	}
	s, err := b.prepare(ctx, tx, "UPDATE "+t.name+" SET "+strings.Join(sets, ", ")+" WHERE "+strings.Join(wheres, " AND "))
	if err != nil {
		return err
	}
	for _, r := range t.rows {
		if _, err := s.ExecContext(ctx, r...); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// read reads rows of a table, ready to be written again. The query selects them.
func (b *bare) read(ctx context.Context, name, query string, args ...any) (table, error) {
	t := table{name: name}
	rows, err := b.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return t, err
	}
	for _, c := range types {
		t.columns = append(t.columns, c.Name())
		t.types = append(t.types, strings.ToLower(c.DatabaseTypeName()))
	}
	for rows.Next() {
		values, places := make([]any, len(types)), make([]any, len(types))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return t, err
		}
		if b.dialect == db.Postgres {
			for i := range values {
				if values[i], err = native(t.types[i], values[i]); err != nil {
					return t, fmt.Errorf("%s.%s: %w", name, t.columns[i], err)
				}
			}
		}
		t.rows = append(t.rows, values)
	}
	return t, rows.Err()
}

// native makes of a value, as it was read, what the driver writes without looking at text.
func native(kind string, value any) (any, error) {
	text, ok := value.(string)
	if !ok {
		return value, nil
	}
	switch kind {
	case "uuid":
		return uuid.Parse(text)
	case "numeric":
		d, err := decimal.NewFromString(text)
		return scratch.Numeric(d), err
	}
	return value, nil
}

// id is a UUID as the database takes it.
func (b *bare) id(id string) any {
	if b.dialect == db.Postgres {
		return uuid.MustParse(id)
	}
	return id
}
