package bench

import (
	"strings"
	"testing"

	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/verify"
)

// TestPagesOfATinyWorld builds a world as the measurement does, checks that nothing in it is wrong, and
// reads every page first and deepest: full pages first, the rest on the last one.
func TestPagesOfATinyWorld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		size := pageSize{projects: 60, groups: 27, months: 30, days: 2, events: 300}
		w, err := buildPages(ctx, d, size, func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		results, err := verify.Run(ctx, d, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			for _, v := range r.Violations {
				t.Errorf("%s: %s %s", r.Name, v.Subject, v.Message)
			}
		}
		b, err := newBrowser(ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			page        string
			row         string // stands once in each row
			first, last int
		}{
			{"group Overview", `href="/projects/`, 5, 0},
			{"group Projects", `href="/projects/`, 25, 10},
			{"group Projects by name", `href="/projects/`, 25, 10},
			{"group Invoices", `<th scope="row"`, 25, 6},
			{"group Events", " UTC, event ", 25, 25},
			{"account Billing", `<th scope="row"`, 25, 3},
			{"account Projects", `<th scope="row"`, 25, 10},
			{"account Projects by name", `<th scope="row"`, 25, 10},
			{"invoice", "/lines/", 60, 0},
		} {
			for _, p := range pageRows() {
				if p.name != c.page {
					continue
				}
				path := p.path(w)
				text, err := b.read(ctx, path)
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Count(text, c.row); got != c.first {
					t.Errorf("%s has %d rows, want %d", p.name, got, c.first)
				}
				if c.last == 0 {
					continue
				}
				deep, err := p.deep(ctx, w, b, path)
				if err != nil || deep == path {
					t.Fatalf("%s: deepest page %s, %v", p.name, deep, err)
				}
				if text, err = b.read(ctx, deep); err != nil {
					t.Fatal(err)
				}
				if got := strings.Count(text, c.row); got != c.last || nextLink.MatchString(text) {
					t.Errorf("the last page of %s has %d rows, want %d", p.name, got, c.last)
				}
			}
		}
	})
}

// TestPagesAreMeasured measures tiny worlds and looks at what is reported, not at times.
func TestPagesAreMeasured(t *testing.T) {
	each(t, func(t *testing.T, _ db.Dialect, o Options) {
		e, err := newEnv(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.close(); err != nil {
				t.Error(err)
			}
		}()
		small := pageSize{projects: 3, groups: 1, months: 2, days: 1, events: 30}
		large := pageSize{projects: 30, groups: 3, months: 28, days: 1, events: 60}
		rows, err := e.measurePages(t.Context(), small, large, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(pageRows()) {
			t.Fatalf("%d rows, want %d", len(rows), len(pageRows()))
		}
		for i, p := range pageRows() {
			r, wantAims := rows[i], 0
			if p.asked {
				wantAims = 2
				if p.deep != nil {
					wantAims = 4
				}
			}
			if r.Name != "page: "+p.name || r.Median <= 0 || r.Ratio <= 0 || len(r.Aims) != wantAims || r.Note == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
