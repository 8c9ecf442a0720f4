package db

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// Column is one column of a set of rows: PostgreSQL gets it as an array, SQLite value by value.
type Column struct {
	name  string
	kind  string // its type on PostgreSQL
	array any
	n     int
	at    func(i int) any
}

// Col makes a column of values; kind is its type on PostgreSQL. Ids and decimals are handed over as
// texts, null as a nil pointer.
func Col[T any](name, kind string, values []T) Column {
	return Column{name, kind, values, len(values), func(i int) any { return values[i] }}
}

// Given is a column that a condition of UpdateRows names and that is not written.
func Given[T any](kind string, values []T) Column { return Col("", kind, values) }

// vector is the column as PostgreSQL gets it. Ids and decimals are written as one text, which is an array of
// the right type at once: a cast of each element would be done again for every row that is looked at.
func (c Column) vector() any {
	if c.kind != "uuid" && c.kind != "numeric" {
		return c.array
	}
	texts := make([]string, c.n)
	for i := range texts {
		switch text := c.at(i).(type) {
		case string:
			texts[i] = text
		case *string:
			if texts[i] = "NULL"; text != nil {
				texts[i] = *text
			}
		}
	}
	return list(texts)
}

// list writes ids or decimals, which need no quotes, as an array of PostgreSQL.
func list(texts []string) string { return "{" + strings.Join(texts, ",") + "}" }

// sqliteRows is how many rows one statement takes on SQLite: it binds many parameters slowly.
const sqliteRows = 50

// sqliteKeys is how many keys one query asks for on SQLite.
const sqliteKeys = 500

// IsPostgres says which database a transaction or a read pool is of.
func IsPostgres(tx *gorm.DB) bool { return tx.Dialector.Name() == string(Postgres) }

// unnest is the source of a statement over columns, u (c1, c2, ..) in the order of the rows, with its
// arguments.
func unnest(columns []Column) (from string, args []any) {
	arrays, names := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		arrays[i], names[i] = fmt.Sprintf("$%d::%s[]", i+1, c.kind), fmt.Sprintf("c%d", i+1)
		args = append(args, c.vector())
	}
	return "unnest(" + strings.Join(arrays, ", ") + ") WITH ORDINALITY AS u (" + strings.Join(names, ", ") + ", nth)", args
}

// InsertRows inserts a set of rows in their order, with one statement on PostgreSQL and one for every 50
// rows on SQLite. then is what follows the rows, such as ON CONFLICT. It gives the rows it wrote.
func InsertRows(tx *gorm.DB, table string, columns []Column, then string) (written int64, err error) {
	defer translated(tx, &err)
	n := columns[0].n
	if n == 0 {
		return 0, nil
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	into := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") "
	if IsPostgres(tx) {
		from, args := unnest(columns)
		picks := make([]string, len(columns))
		for i := range columns {
			picks[i] = fmt.Sprintf("u.c%d", i+1)
		}
		return affected(tx.Statement.ConnPool.ExecContext(tx.Statement.Context,
			into+"SELECT "+strings.Join(picks, ", ")+" FROM "+from+" ORDER BY u.nth "+then, args...))
	}
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	text := func(rows int) string { return into + "VALUES " + row + strings.Repeat(", "+row, rows-1) + " " + then }
	return inParts(tx, n, text, func(i int, args []any) []any {
		for _, c := range columns {
			args = append(args, c.at(i))
		}
		return args
	})
}

// inParts runs a prepared statement of many rows again and again; the last one takes the rest.
func inParts(tx *gorm.DB, n int, text func(rows int) string, values func(i int, args []any) []any) (written int64, err error) {
	var statement *sql.Stmt
	var args []any
	prepared := 0
	for from := 0; from < n; from += sqliteRows {
		rows := min(sqliteRows, n-from)
		if rows != prepared {
			next, err := tx.Statement.ConnPool.PrepareContext(tx.Statement.Context, text(rows))
			if err != nil {
				return written, err
			}
			defer func() { _ = next.Close() }()
			statement, prepared = next, rows
		}
		args = args[:0]
		for i := from; i < from+rows; i++ {
			args = values(i, args)
		}
		done, err := affected(statement.ExecContext(tx.Statement.Context, args...))
		if err != nil {
			return written, err
		}
		written += done
	}
	return written, nil
}

// UpdateRows updates a set of rows by a key. Each of set is written over, or added to when its name
// starts with a plus. where is a further condition, such as NOT frozen; {1} in it is the row's value of the
// first of set. It gives the rows it changed.
func UpdateRows(tx *gorm.DB, table string, key Column, set []Column, where string) (changed int64, err error) {
	defer translated(tx, &err)
	if key.n == 0 {
		return 0, nil
	}
	if where != "" {
		where = " AND " + where
	}
	var sets []string
	if IsPostgres(tx) {
		from, args := unnest(append([]Column{key}, set...))
		for i, c := range set {
			value := fmt.Sprintf("u.c%d", i+2)
			if where = strings.ReplaceAll(where, fmt.Sprintf("{%d}", i+1), value); c.name != "" {
				sets = append(sets, c.assign(value))
			}
		}
		return affected(tx.Statement.ConnPool.ExecContext(tx.Statement.Context, fmt.Sprintf("UPDATE %s SET %s FROM %s WHERE %s.%s = u.c1%s",
			table, strings.Join(sets, ", "), from, table, key.name, where), args...))
	}
	where, named := marks(where)
	for _, c := range set {
		if c.name != "" {
			sets = append(sets, c.assign("?"))
		}
	}
	statement, err := tx.Statement.ConnPool.PrepareContext(tx.Statement.Context,
		fmt.Sprintf("UPDATE %s SET %s WHERE %s = ?%s", table, strings.Join(sets, ", "), key.name, where))
	if err != nil {
		return 0, err
	}
	defer func() { _ = statement.Close() }()
	var args []any
	for row := range key.n {
		args = args[:0]
		for _, c := range set {
			if c.name != "" {
				args = append(args, c.at(row))
			}
		}
		args = append(args, key.at(row))
		for _, i := range named {
			args = append(args, set[i-1].at(row))
		}
		done, err := affected(statement.ExecContext(tx.Statement.Context, args...))
		if err != nil {
			return changed, err
		}
		changed += done
	}
	return changed, nil
}

var mark = regexp.MustCompile(`\{(\d)\}`)

// marks turns each {1} of a condition into a question mark, and says which columns they stand for.
func marks(where string) (text string, named []int) {
	for _, found := range mark.FindAllStringSubmatch(where, -1) {
		named = append(named, int(found[1][0]-'0'))
	}
	return mark.ReplaceAllString(where, "?"), named
}

func (c Column) assign(value string) string {
	if name, ok := strings.CutPrefix(c.name, "+"); ok {
		return name + " = " + name + " + " + value
	}
	return c.name + " = " + value
}

// translated gives an error as GORM would: a broken database is Unavailable wherever it is met.
func translated(tx *gorm.DB, err *error) {
	if t, ok := tx.Dialector.(gorm.ErrorTranslator); ok && *err != nil {
		*err = t.Translate(*err)
	}
}

func affected(done sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// Each makes the values of a column by their places.
func Each[T any](n int, at func(i int) T) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = at(i)
	}
	return values
}

// QueryIn reads what a query finds for a set of ids. The query has `?` for each of args and then, last of
// all, `IN (?)` for the ids, which must be UUIDs; one for PostgreSQL alone may have `?::uuid[]`. SQLite asks in several queries, so that an ORDER BY holds
// within each of them only.
func QueryIn(tx *gorm.DB, query string, ids []string, args []any, scan func(*sql.Rows) error) error {
	return queryIn(tx, "uuid", query, ids, args, scan)
}

// QueryInTexts is QueryIn for a column of texts.
func QueryInTexts(tx *gorm.DB, query string, keys []string, args []any, scan func(*sql.Rows) error) error {
	return queryIn(tx, "text", query, keys, args, scan)
}

func queryIn(tx *gorm.DB, kind, query string, ids []string, args []any, scan func(*sql.Rows) error) (err error) {
	defer translated(tx, &err)
	if len(ids) == 0 {
		return nil
	}
	if IsPostgres(tx) {
		var keys any = ids
		if kind == "uuid" {
			keys = list(ids)
		}
		query = strings.Replace(query, "IN (?)", "= ANY(?::"+kind+"[])", 1)
		return each(tx, numbered(query), append(slices.Clone(args), keys), scan)
	}
	for part := range slices.Chunk(ids, sqliteKeys) {
		all := slices.Clone(args)
		for _, id := range part {
			all = append(all, id)
		}
		if err := each(tx, strings.Replace(query, "IN (?)", "IN (?"+strings.Repeat(", ?", len(part)-1)+")", 1), all, scan); err != nil {
			return err
		}
	}
	return nil
}

// ExecIn is QueryIn for a statement; it gives the rows it changed.
func ExecIn(tx *gorm.DB, query string, ids []string, args ...any) (changed int64, err error) {
	defer translated(tx, &err)
	if len(ids) == 0 {
		return 0, nil
	}
	if IsPostgres(tx) {
		query = strings.Replace(query, "IN (?)", "= ANY(?::uuid[])", 1)
		return affected(tx.Statement.ConnPool.ExecContext(tx.Statement.Context, numbered(query), append(slices.Clone(args), list(ids))...))
	}
	for part := range slices.Chunk(ids, sqliteKeys) {
		all := slices.Clone(args)
		for _, id := range part {
			all = append(all, id)
		}
		done, err := affected(tx.Statement.ConnPool.ExecContext(tx.Statement.Context,
			strings.Replace(query, "IN (?)", "IN (?"+strings.Repeat(", ?", len(part)-1)+")", 1), all...))
		if err != nil {
			return changed, err
		}
		changed += done
	}
	return changed, nil
}

func each(tx *gorm.DB, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// numbered turns the question marks of a query into PostgreSQL's $1, $2.
func numbered(query string) string {
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}
