package db_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
)

// TestSchemasAgree holds the two schemas against each other as the databases themselves report them
// after migration: columns with type and nullability, keys, foreign keys, checks, indexes and
// triggers. Each fact is one line; a line that only one of them has is an error.
func TestSchemasAgree(t *testing.T) {
	lite, post := pool(t, db.SQLite), pool(t, db.Postgres)
	compare(t, "tables and columns", liteColumns(t, lite), postColumns(t, post))
	compare(t, "keys", liteKeys(t, lite), postKeys(t, post))
	compare(t, "foreign keys", liteForeignKeys(t, lite), postForeignKeys(t, post))
	compare(t, "triggers", liteTriggers(t, lite), postTriggers(t, post))
	mirror(t, lite, post)
	compare(t, "checks", postChecks(t, post, "mirror"), postChecks(t, post, "public"))
	compare(t, "indexes", postIndexes(t, post, "mirror"), postIndexes(t, post, "public"))
}

func pool(t *testing.T, dialect db.Dialect) *sql.DB {
	t.Helper()
	p, err := dbtest.New(t, dialect).SQL()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compare reports every line that one side lacks. Nothing at all on a side is an error too: a query
// that finds nothing must not look like agreement.
func compare(t *testing.T, what string, lite, post []string) {
	t.Helper()
	if len(lite) == 0 || len(post) == 0 {
		t.Errorf("%s: %d in sqlite, %d in postgres", what, len(lite), len(post))
	}
	for _, line := range missing(lite, post) {
		t.Errorf("%s: only sqlite has   %s", what, line)
	}
	for _, line := range missing(post, lite) {
		t.Errorf("%s: only postgres has %s", what, line)
	}
}

// missing are the lines of a, counted, that b lacks.
func missing(a, b []string) []string {
	count := map[string]int{}
	for _, line := range a {
		count[line]++
	}
	for _, line := range b {
		count[line]--
	}
	var lines []string
	for _, line := range slices.Sorted(maps.Keys(count)) {
		if count[line] > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestMissing(t *testing.T) {
	a, b := []string{"x", "x", "y"}, []string{"x", "y", "z"}
	if got := missing(a, b); !slices.Equal(got, []string{"x"}) {
		t.Fatalf("got %v", got)
	}
	if got := missing(b, a); !slices.Equal(got, []string{"z"}) {
		t.Fatalf("got %v", got)
	}
}

// mirror rebuilds SQLite's checks and indexes on PostgreSQL, in the schema "mirror" on tables of the
// same columns, so that PostgreSQL prints both versions of an expression in its one way.
func mirror(t *testing.T, lite, post *sql.DB) {
	t.Helper()
	do := func(statement string) {
		t.Helper()
		if _, err := post.Exec(statement); err != nil {
			t.Errorf("sqlite's schema does not translate: %s: %v", statement, err)
		}
	}
	do("CREATE SCHEMA mirror")
	for table, definition := range liteDefinitions(t, lite, "table") {
		do(fmt.Sprintf("CREATE TABLE mirror.%s (LIKE public.%s)", table, table))
		for _, check := range checksOf(t, definition) {
			do(fmt.Sprintf("ALTER TABLE mirror.%s ADD CHECK (%s)", table, numbers.ReplaceAllString(check, "$1")))
		}
	}
	for _, definition := range liteDefinitions(t, lite, "index") {
		do(strings.Replace(definition, " ON ", " ON mirror.", 1))
	}
}

// checksOf are the expressions of the CHECK clauses in a CREATE TABLE statement.
func checksOf(t *testing.T, definition string) []string {
	t.Helper()
	var checks []string
	for _, at := range checkWord.FindAllStringIndex(definition, -1) {
		if strings.Count(definition[:at[0]], "'")%2 == 1 {
			continue // within a text
		}
		depth, quoted := 1, false
		end := at[1]
		for ; end < len(definition) && depth > 0; end++ {
			switch c := definition[end]; {
			case c == '\'':
				quoted = !quoted
			case quoted:
			case c == '(':
				depth++
			case c == ')':
				depth--
			}
		}
		if depth > 0 {
			t.Fatalf("a check without end in %s", definition)
		}
		checks = append(checks, definition[at[1]:end-1])
	}
	return checks
}

func TestChecksOf(t *testing.T) {
	got := checksOf(t, "CREATE TABLE t (a TEXT CHECK (a IN ('(', 'CHECK (')), b INT, CHECK ((a = 'x') = (b > 1)))")
	if want := []string{"a IN ('(', 'CHECK (')", "(a = 'x') = (b > 1)"}; !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
}
