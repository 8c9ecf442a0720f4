package group_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"billfold/models/usage"
	"billfold/views"
)

func TestRecordsOfALine(t *testing.T) {
	b := newBooks(t)
	p := b.ana.Get(views.InvoicePath(b.production, b.number)).Want(t, 200)
	var path string
	for _, n := range p.Find("#line-table tbody th a") {
		for _, a := range n.Attr {
			if a.Key == "href" && n.FirstChild != nil && n.FirstChild.Data == "pg-api" {
				path = a.Val
			}
		}
	}
	line := b.vi.Get(path).Want(t, 200)
	for _, words := range []string{"pg-api", "12.330000001", "Amount of the line €11.38", "o4", "2026-10-05 00:00:00", "100 hours", "Usage records of a line of invoice " + b.number} {
		if !strings.Contains(line.Main(), words) {
			t.Errorf("the page does not say %q: %s", words, line.Main())
		}
	}
	if b.eve.Get(path).Status != 404 || b.ana.Get(strings.Replace(path, b.production, b.research, 1)).Status != 404 || b.ana.Get(strings.Replace(path, b.number, "estimate-2026-11", 1)).Status != 404 {
		t.Error("a line is found where it does not belong")
	}
}

// 60 records of one line go over three pages, each record once, and the way back leads to the start.
func TestRecordsAreReadPageByPage(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		var batch []usage.Record
		for i := range 60 {
			r := b.used(fmt.Sprintf("p%02d", i), "api", "pg-pages", "pg", "startup-4", "2026-11-05T00:00:00Z", 1, "0.5")
			r.Start = r.Start.Add(time.Duration(i/3) * time.Hour) // three at a time share their start
			batch = append(batch, r)
		}
		b.ingest(batch...)
		id := b.one(`SELECT id FROM invoice_lines WHERE service_name = 'pg-pages'`)
		path, seen, pages := views.LinePath(b.production, "estimate-2026-11", id), map[string]bool{}, 0
		var before string
		for path != "" {
			p := b.ana.Partial(path, "div#record-list").Want(t, 200)
			if p.IsWhole() {
				t.Fatal("a part of the page was asked for")
			}
			for _, name := range p.Texts("#records tbody th") {
				if seen[name] {
					t.Errorf("%s stands twice", name)
				}
				seen[name] = true
			}
			pages++
			path, before = p.Attr("a[rel='next']", "href"), p.Attr("a[rel='prev']", "href")
		}
		if len(seen) != 60 || pages != 3 {
			t.Errorf("%d records on %d pages", len(seen), pages)
		}
		middle := b.ana.Get(before).Want(t, 200)
		first := b.ana.Get(middle.Attr("a[rel='prev']", "href")).Want(t, 200)
		if first.Has("a[rel='prev']") || len(first.Texts("#records tbody th")) != 25 || !first.Has("a[rel='next']") {
			t.Errorf("the way back ends with %q", first.Texts("#records tbody th"))
		}
		for _, bad := range []string{"?after=x", "?before=2026.00000000-0000-0000-0000-000000000000", "?size=7"} {
			b.ana.Get(views.LinePath(b.production, "estimate-2026-11", id)+bad).Want(t, 200)
		}
	})
}

func (b *books) one(query string, args ...any) (s string) {
	b.t.Helper()
	b.must(b.DB.Read(ctx).Raw(query, args...).Scan(&s).Error)
	return s
}

// More than 500 lines are paged; every line stands on one page, sums are whole on each.
func TestManyLinesArePaged(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		var batch []usage.Record
		for i := range 1200 {
			project := "api"
			if i%4 == 0 {
				project = "web-frontend"
			}
			batch = append(batch, b.used(fmt.Sprintf("m%04d", i), project, fmt.Sprintf("service-%04d", i), "kind-"+fmt.Sprint(i%3), "p", "2026-11-05T00:00:00Z", 1, "0.10911"))
		}
		b.ingest(batch...)
		for _, by := range []string{"", "?by=service"} {
			path, seen, pages, continued := views.InvoicePath(b.production, "estimate-2026-11")+by, map[string]bool{}, 0, 0
			var before string
			for path != "" {
				p := b.ana.Get(strings.TrimSuffix(path, "#lines")).Want(t, 200)
				for _, n := range p.Texts("#line-table tbody tr th a") {
					if seen[n] {
						t.Fatalf("%s stands twice", n)
					}
					seen[n] = true
				}
				if got := p.Text("#line-table tfoot"); got != "Subtotal of all lines 209.63" {
					t.Errorf("sum %q", got)
				}
				continued += strings.Count(strings.Join(p.Texts("#line-table th[scope='rowgroup']"), ";"), "(continued)")
				pages++
				path, before = p.Attr("a[rel='next']", "href"), p.Attr("a[rel='prev']", "href")
			}
			if len(seen) != 1202 || pages != 3 || continued == 0 {
				t.Errorf("%q: %d lines on %d pages, %d groups go on", by, len(seen), pages, continued)
			}
			middle := b.ana.Get(strings.TrimSuffix(before, "#lines")).Want(t, 200)
			if n := len(middle.Texts("#line-table tbody tr th a")); n != 500 {
				t.Errorf("%q: the page before the last has %d lines", by, n)
			}
			first := b.ana.Get(strings.TrimSuffix(middle.Attr("a[rel='prev']", "href"), "#lines")).Want(t, 200)
			if first.Has("a[rel='prev']") || len(first.Texts("#line-table tbody tr th a")) != 500 {
				t.Errorf("%q: the way back does not end at the start", by)
			}
		}
	})
}
