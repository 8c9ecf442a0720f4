package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"billfold/views"
)

// pagesMeasurements measure the pages of a billing group through the full handler stack.
func pagesMeasurements() []Measurement {
	return []Measurement{{"pages", "Pages of a small and of a large billing group, first and deepest", func(ctx context.Context, e *Env) ([]Row, error) {
		small := pageSize{projects: 10, groups: 2, months: 24, days: 5, events: 100}
		large := pageSize{projects: e.Projects, groups: max(2, min(1000, e.Projects/10)), months: max(26, min(240, e.Events/1000)), days: 5, events: e.Events}
		return e.measurePages(ctx, small, large, 100)
	}}}
}

// pageRow is one page that is measured, in the small and the large world.
type pageRow struct {
	name  string
	path  func(w *pageWorld) string
	deep  func(ctx context.Context, w *pageWorld, b *pageBrowser, path string) (string, error)
	asked bool // the ratios have aims
}

func pageRows() []pageRow {
	followed := func(ctx context.Context, _ *pageWorld, b *pageBrowser, path string) (string, error) {
		return b.deepest(ctx, path)
	}
	return []pageRow{
		{name: "group Overview", path: func(w *pageWorld) string { return views.GroupPath(w.group) }, asked: true},
		{name: "group Projects", path: func(w *pageWorld) string { return views.GroupProjectsPath(w.group) }, deep: followed, asked: true},
		{name: "group Projects by name", path: func(w *pageWorld) string { return views.GroupProjectsPath(w.group) + "?sort=name" }, deep: followed},
		{name: "group Invoices", path: func(w *pageWorld) string { return views.InvoicesPath(w.group) }, deep: followed, asked: true},
		{name: "group Events", path: func(w *pageWorld) string { return views.EventsPath(w.group) }, deep: deepestEvents, asked: true},
		{name: "account Billing", path: func(w *pageWorld) string { return views.AccountBillingPath(w.account) }, deep: followed},
		{name: "account Projects", path: func(w *pageWorld) string { return views.AccountPath(w.account) }, deep: followed},
		{name: "account Projects by name", path: func(w *pageWorld) string { return views.AccountPath(w.account) + "?sort=name" }, deep: followed},
		{name: "Projects & Accounts", path: func(*pageWorld) string { return views.AccountsPath }},
		{name: "estimate", path: func(w *pageWorld) string { return views.InvoicePath(w.group, "estimate-2026-10") }, deep: followed},
		{name: "invoice", path: func(w *pageWorld) string { return views.InvoicePath(w.group, w.first) }, deep: followed},
	}
}

// deepestEvents computes the address of the last page, as following a million events would take long.
func deepestEvents(ctx context.Context, w *pageWorld, _ *pageBrowser, path string) (string, error) {
	pool, err := w.d.SQL()
	if err != nil {
		return "", err
	}
	var seq int64
	err = pool.QueryRowContext(ctx, `SELECT event_seq FROM event_subjects WHERE subject_id = $1 ORDER BY event_seq LIMIT 1 OFFSET 25`, w.group).Scan(&seq)
	return views.WithQuery(path, "after", fmt.Sprint(seq)), err
}

// pageSeries are the times of one address, in ms, by round.
type pageSeries struct {
	b      *pageBrowser
	path   string
	rounds [][]float64
}

func (s *pageSeries) once(ctx context.Context, round int) error {
	took, err := s.b.ask(ctx, s.path)
	for len(s.rounds) <= round {
		s.rounds = append(s.rounds, nil)
	}
	s.rounds[round] = append(s.rounds[round], float64(took.Microseconds())/1000)
	return err
}

// each is the same percentile of every round.
func (s *pageSeries) each(p float64) []float64 {
	list := make([]float64, len(s.rounds))
	for i, r := range s.rounds {
		list[i] = Percentile(r, p)
	}
	return list
}

// ratio is the median over the rounds of how many times slower s is than other at a percentile.
func (s *pageSeries) ratio(other *pageSeries, p float64) float64 {
	a, b := s.each(p), other.each(p)
	for i := range a {
		a[i] /= b[i]
	}
	return StatsOf(a).Median
}

// measurePages builds both worlds and asks for every page in turn, so that whatever else the machine does
// meets all of them.
func (e *Env) measurePages(ctx context.Context, small, large pageSize, requests int) (rows []Row, err error) {
	worlds := make([]*pageWorld, 2)
	browsers := make([]*pageBrowser, 2)
	for i, size := range []pageSize{small, large} {
		made, err := e.NewDatabase(ctx)
		if err != nil {
			return nil, err
		}
		d, err := e.Open(ctx, made)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, d.Close(), made.Drop()) }()
		if worlds[i], err = buildPages(ctx, d, size, e.Progress("Making "+[]string{"the small", "the large"}[i]+" world")); err != nil {
			return nil, err
		}
		if err := errors.Join(e.tidy(ctx, d), e.settle(ctx, d)); err != nil {
			return nil, err
		}
		if browsers[i], err = newBrowser(ctx, worlds[i]); err != nil {
			return nil, err
		}
	}
	bar := e.Progress("Reading pages")
	all := pageRows()
	for i, p := range all {
		row, err := e.measurePage(ctx, p, worlds, browsers, requests)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, row)
		bar(i+1, len(all))
	}
	return rows, nil
}

func (e *Env) measurePage(ctx context.Context, p pageRow, worlds []*pageWorld, browsers []*pageBrowser, requests int) (row Row, err error) {
	small, large := &pageSeries{b: browsers[0], path: p.path(worlds[0])}, &pageSeries{b: browsers[1], path: p.path(worlds[1])}
	series := []*pageSeries{small, large}
	var deep *pageSeries
	if p.deep != nil {
		path, err := p.deep(ctx, worlds[1], browsers[1], large.path)
		if err != nil {
			return row, err
		}
		if path != large.path {
			deep = &pageSeries{b: browsers[1], path: path}
			series = append(series, deep)
		}
	}
	for _, s := range series {
		for range requests / 10 {
			if err := s.once(ctx, 0); err != nil {
				return row, err
			}
		}
		s.rounds = nil // what is read the first time is not in memory yet
	}
	for round := range e.Rounds {
		for range requests {
			for _, s := range series {
				if err := s.once(ctx, round); err != nil {
					return row, err
				}
			}
		}
	}
	return e.pageResult(p, worlds[1].pageSize, small, large, deep, requests), nil
}

func (e *Env) pageResult(p pageRow, size pageSize, small, large, deep *pageSeries, requests int) Row {
	half := StatsOf(large.each(0.5))
	row := Row{Name: "page: " + p.name, Database: string(e.Dialect), Unit: "ms", Rounds: e.Rounds, Median: half.Median, Min: half.Min, Max: half.Max,
		Sizes: []Size{{"projects", size.projects}, {"events", size.events}, {"invoices", size.months}, {"requests", requests}}}
	row.Ratio = large.ratio(small, 0.5)
	notes := []string{fmt.Sprintf("p50 and p99 in ms: small %.2f and %.2f, large %.2f and %.2f", StatsOf(small.each(0.5)).Median, StatsOf(small.each(0.99)).Median,
		half.Median, StatsOf(large.each(0.99)).Median)}
	aims := []Aim{AtMost("of the small one's time, p50", row.Ratio, 1.5), AtMost("of the small one's time, p99", large.ratio(small, 0.99), 1.5)}
	if deep != nil {
		notes = append(notes, fmt.Sprintf("deepest page %.2f and %.2f", StatsOf(deep.each(0.5)).Median, StatsOf(deep.each(0.99)).Median))
		aims = append(aims, AtMost("of the first page's time, p50", deep.ratio(large, 0.5), 1.2), AtMost("of the first page's time, p99", deep.ratio(large, 0.99), 1.2))
	}
	if p.asked {
		row.Aims = aims
	} else {
		notes = append(notes, fmt.Sprintf("large to small %.2f", row.Ratio))
	}
	row.Note = strings.Join(notes, "; ")
	return row
}
