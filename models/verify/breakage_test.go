package verify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/verify"

	"gorm.io/gorm"
)

// Each case breaks one thing in a copy of a sound database, and verify names exactly what it broke. In the
// end every place in this package that finds a violation must have found one.
func TestEachBreakageIsNamed(t *testing.T) {
	var all []verify.Violation
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			o := newOrigin(t, dialect)
			t.Run("a copy", func(t *testing.T) {
				if _, found := run(t, o.copy(t)); len(found) > 0 {
					t.Fatalf("the copy is not sound: %+v", found)
				}
			})
			for _, c := range slices.Concat(moneyCases, usageCases, groupCases, invoiceCases, creditCases, noteCases, paymentCases, eventCases) {
				if c.on != "" && c.on != dialect {
					continue
				}
				t.Run(c.name, func(t *testing.T) { all = append(all, c.run(t, o)...) })
			}
		})
	}
	if t.Failed() {
		return // what was not reached may only follow from that
	}
	for _, s := range sites(t) {
		if !slices.ContainsFunc(all, s.found) {
			t.Errorf("%s: no case reaches %s %q", s.place, s.invariant, s.message)
		}
	}
}

func (c breakage) run(t *testing.T, o *origin) []verify.Violation {
	d := o.copy(t)
	for _, statement := range c.sql {
		o.exec(t, d, statement)
	}
	if c.tx != nil {
		if err := d.RunTx(ctx, func(tx *gorm.DB) error { return c.tx(tx, o.names) }); err != nil {
			t.Fatal(err)
		}
	}
	_, found := run(t, d)
	var got, want []string
	for _, v := range found {
		got = append(got, v.Invariant+" "+v.Subject)
	}
	for _, one := range c.want {
		want = append(want, o.fill(one, ""))
	}
	slices.Sort(got)
	slices.Sort(want)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("named %q\nwant  %q\n%+v", got, want, found)
	}
	return found
}

// site is a place in the source that finds violations.
type site struct{ place, invariant, message string }

func (s site) found(v verify.Violation) bool {
	pattern := regexp.QuoteMeta(s.message)
	pattern = regexp.MustCompile(`%[sdv]`).ReplaceAllString(pattern, ".*")
	return (s.invariant == v.Invariant) && regexp.MustCompile("^"+pattern+"$").MatchString(v.Message)
}

// sites reads them from the source: calls of violated and violations, and the tables that these go through.
func sites(t *testing.T) (all []site) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "read_store.go" {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			if f, ok := declared.(*ast.FuncDecl); ok {
				all = append(all, sitesIn(t, set, f)...)
			}
		}
	}
	if len(all) < 60 {
		t.Fatalf("found only %d places that find violations", len(all))
	}
	return all
}

func sitesIn(t *testing.T, set *token.FileSet, f *ast.FuncDecl) (all []site) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || (selector.Sel.Name != "violated" && selector.Sel.Name != "violations") {
			return true
		}
		at := map[string]int{"violated": 2, "violations": 1}[selector.Sel.Name]
		s := site{place: set.Position(call.Pos()).String(), invariant: literal(call.Args[0]), message: literal(call.Args[at])}
		rest, fromTable := strings.CutPrefix(s.message, "%s")
		if selector.Sel.Name == "violations" {
			rest, fromTable = ": %s", s.message == ""
		}
		if !fromTable {
			if selector.Sel.Name == "violations" {
				s.message += rest
			}
			all = append(all, s)
			return true
		}
		entries := table(f)
		if len(entries) == 0 {
			t.Errorf("%s: the message is neither here nor in a table", s.place)
		}
		for _, e := range entries {
			e.place = s.place
			if s.invariant != "" {
				e.invariant = s.invariant
			}
			e.message += rest
			all = append(all, e)
		}
		return true
	})
	return all
}

// table reads the messages of a function's table of checks.
func table(f *ast.FuncDecl) (all []site) {
	ast.Inspect(f, func(n ast.Node) bool {
		list, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		array, ok := list.Type.(*ast.ArrayType)
		if !ok {
			return true
		}
		row, ok := array.Elt.(*ast.StructType)
		if !ok {
			return true
		}
		var fields []string
		for _, field := range row.Fields.List {
			for _, name := range field.Names {
				fields = append(fields, name.Name)
			}
		}
		for _, element := range list.Elts {
			var s site
			for i, value := range element.(*ast.CompositeLit).Elts {
				switch fields[i] {
				case "invariant":
					s.invariant = literal(value)
				case "what", "message":
					s.message = literal(value)
				}
			}
			all = append(all, s)
		}
		return true
	})
	return all
}

// literal is the value of a string literal, "" for any other expression.
func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		if s, err := strconv.Unquote(l.Value); err == nil {
			return s
		}
	}
	return ""
}
