package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"billfold/models"
	accounts "billfold/models/account"
	"billfold/models/db"
)

// restore brings back what unindexed took away.
type restore func(ctx context.Context) error

// Statements that take an index or a foreign key of tables away and that bring it back; those of keys that
// rows are written by stay.
const (
	postgresIndexes = `SELECT 'DROP INDEX ' || x.indexname, x.indexdef FROM pg_indexes x WHERE x.schemaname = 'public' AND x.tablename = $1
		AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = x.indexname) ORDER BY x.indexname`
	postgresForeign = `SELECT 'ALTER TABLE ' || t.relname || ' DROP CONSTRAINT ' || c.conname,
		'ALTER TABLE ' || t.relname || ' ADD CONSTRAINT ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype = 'f' AND t.relname = $1 ORDER BY c.conname`
	sqliteIndexes = `SELECT 'DROP INDEX ' || name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL ORDER BY name`
)

// unindexed takes the indexes of tables away while very many rows are written, because one by one a million
// rows in seven indexes take many minutes; on PostgreSQL also the foreign keys. The statements that bring
// them back are the schema's own, and the database checks every row by them.
func unindexed(ctx context.Context, d *db.DB, tables ...string) (restore, error) {
	pool, err := d.SQL()
	if err != nil {
		return nil, err
	}
	queries := []string{sqliteIndexes}
	if d.Dialect() == db.Postgres {
		queries = []string{postgresIndexes, postgresForeign}
	}
	var taken []string
	back := func(ctx context.Context) error {
		for _, statement := range slices.Backward(taken) {
			if _, err := pool.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}
	for _, table := range tables {
		for _, query := range queries {
			pairs, err := readPairs(ctx, pool, query, table)
			if err != nil {
				return nil, err
			}
			for _, p := range pairs {
				if _, err := pool.ExecContext(ctx, p[0]); err != nil {
					return nil, errors.Join(fmt.Errorf("%s: %w", p[0], err), back(ctx))
				}
				taken = append(taken, p[1])
			}
		}
	}
	return back, nil
}

func readPairs(ctx context.Context, pool *sql.DB, query, table string) (pairs [][2]string, err error) {
	rows, err := pool.QueryContext(ctx, query, table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p [2]string
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, rows.Err()
}

// makeProjects makes the group's projects by bare SQL: the product makes them one by one, each with its
// events, which takes minutes for ten thousand.
func (w *pageWorld) makeProjects(ctx context.Context) error {
	b, err := newBare(ctx, w.d)
	if err != nil {
		return err
	}
	made, account, group := newRows(), b.id(w.account), b.id(w.group)
	w.ids = make([]string, w.projects)
	for i := range w.ids {
		w.ids[i] = models.NewID()
		name, id := projectName(i), b.id(w.ids[i])
		made.projects.rows = append(made.projects.rows, []any{id, account, group, name, accounts.NameKey(name), w.at})
		made.assignments.rows = append(made.assignments.rows, []any{b.id(models.NewID()), account, id, group, w.at})
	}
	return b.within(ctx, func(tx *sql.Tx) error {
		return errors.Join(b.insert(ctx, tx, made.projects), b.insert(ctx, tx, made.assignments))
	})
}
