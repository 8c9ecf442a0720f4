package usage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/usage"
)

// ndjson writes so many good records of project, two services, one cent each, as a file; change may alter
// a line, whose number counts from 1.
func ndjson(n int, change func(line int, text string) string) string {
	var out strings.Builder
	for i := 1; i <= n; i++ {
		text := fmt.Sprintf(`{"record_id":"r%06d","project":"api","service_name":"s%d","start":"2026-11-01T00:00:00Z","end":"2026-11-01T01:00:00Z","cost":"0.01"}`, i, i%2)
		if change != nil {
			text = change(i, text)
		}
		out.WriteString(text + "\n")
	}
	return out.String()
}

// onLines replaces in some lines of a file.
func onLines(old, new string, lines ...int) func(int, string) string {
	return func(line int, text string) string {
		for _, l := range lines {
			if l == line {
				return strings.Replace(text, old, new, 1)
			}
		}
		return text
	}
}

func (w *world) importing(ctx context.Context, text string, change func(*usage.ImportOptions)) (usage.Result, error) {
	opt := usage.ImportOptions{PriceCurrency: "USD"}
	if change != nil {
		change(&opt)
	}
	return w.store.ImportFile(ctx, operator, strings.NewReader(text), opt)
}

const threeBatches = 2*usage.MaxBatch + 500

func TestAFileIsTakenInBatchByBatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		text := ndjson(threeBatches, nil)
		for _, want := range []usage.Result{{Accepted: threeBatches}, {Duplicates: threeBatches}} {
			var steps []string
			got, err := w.importing(context.Background(), text, func(o *usage.ImportOptions) {
				o.Progress = func(step usage.Step, done, total int64) {
					if total != int64(len(text)) || done > total {
						t.Errorf("%d of %d bytes, of %d", done, total, len(text))
					}
					if done == total {
						steps = append(steps, fmt.Sprint(step))
					}
				}
			})
			if err != nil || got != want {
				t.Fatal(got, err)
			}
			if len(steps) < 2 || steps[0] != "0" || steps[len(steps)-1] != "1" {
				t.Errorf("progress %v", steps)
			}
		}
		if n := w.count(`SELECT COUNT(*) FROM events WHERE type = 'usage.ingested'`); n != 3 {
			t.Errorf("%d events, want one a batch", n)
		}
		if got, want := w.shape(), fmt.Sprintf("x%d q%d %d.5 = %d50 of", threeBatches/2, threeBatches/2, threeBatches/200, threeBatches/200); strings.Count(got, want) != 2 {
			t.Errorf("%s, want twice %s", got, want)
		}
		w.sound()
	})
}

// Whatever is wrong, wherever it stands, nothing of the file is taken in.
func TestABadFileTakesInNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		stored := rec("r000007", "2026-11-01T00:00:00Z", "5")
		stored.ServiceName = "s1"
		w.accept(stored)
		before, events := w.shape(), w.count(`SELECT COUNT(*) FROM events`)
		own := onLines("r000007", "mine", 7)
		and := func(change func(int, string) string) func(int, string) string {
			return func(line int, text string) string { return change(line, own(line, text)) }
		}
		for name, c := range map[string]struct {
			change func(int, string) string
			kind   models.Kind
			says   string
		}{
			"bad at the end":    {and(onLines(`0.01`, `x`, threeBatches)), models.Invalid, fmt.Sprintf("line %d, id r%06d, cost", threeBatches, threeBatches)},
			"unknown project":   {and(onLines(`"api"`, `"web"`, 20_001)), models.Invalid, `line 20001, id r020001, project: there is no project "web"`},
			"two batches apart": {and(onLines(`r020100`, `r000003`, 20_100)), models.Conflict, ""},
			"two batches, other cost": {and(func(l int, s string) string {
				return onLines("0.01", "0.02", 20_100)(l, onLines("r020100", "r000003", 20_100)(l, s))
			}), models.Conflict, "line 20100, id r000003, record_id: a record with this id but other content came in line 3"},
			"within a batch":            {and(onLines(`r000009`, `r000008`, 9)), models.Conflict, "line 9, id r000008, record_id: a record with this id but other content came in line 8"},
			"in the database":           {nil, models.Conflict, "line 7, id r000007, record_id: a record with this id but other content came in an earlier batch"},
			"a line that is no record":  {and(onLines(`{`, `{{`, 15_000)), models.Invalid, "line 15000: it is not valid JSON"},
			"an account that is no one": {and(nothing), models.NotFound, "Account not found"},
		} {
			got, err := w.importing(context.Background(), ndjson(threeBatches, c.change), func(o *usage.ImportOptions) {
				if c.kind == models.NotFound {
					o.AccountID = models.NewID()
				}
			})
			if name == "two batches apart" { // of the other service: other content
				c.says = "line 20100, id r000003, record_id: a record with this id but other content came in line 3"
			}
			if models.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) || got != (usage.Result{}) {
				t.Errorf("%s: %+v %.300v", name, got, err)
			}
		}
		if after := w.shape(); after != before || w.count(`SELECT COUNT(*) FROM events`) != events {
			t.Errorf("changed from\n%sto\n%s", before, after)
		}
	})
}

func nothing(_ int, text string) string { return text }

// All kinds of problems of a file come at once, in the order of its lines, and are counted beyond the list.
func TestAllProblemsOfAFileComeAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		_, err := w.importing(context.Background(), ndjson(12_000, func(line int, text string) string {
			return onLines("0.01", "x", 11_000)(line, onLines(`"api"`, `"web"`, 3, 10_500)(line, onLines("r000006", "r000005", 6)(line, text)))
		}), nil)
		var p *usage.Problems
		if !errors.As(err, &p) || p.Total != 4 || len(p.List) != 4 || p.List[0].Line != 3 || p.List[1].Line != 6 || p.List[2].Line != 10_500 || p.List[3].Line != 11_000 {
			t.Errorf("%v", err)
		}
		_, err = w.importing(context.Background(), ndjson(11_000, func(_ int, text string) string { return strings.Replace(text, `"api"`, `"web"`, 1) }), nil)
		if !errors.As(err, &p) || p.Total != 11_000 || len(p.List) != usage.MaxProblems || p.List[99].Line != 100 {
			t.Errorf("%d problems, %d listed", p.Total, len(p.List))
		}
	})
}

// An import that is interrupted amid taking in leaves whole batches, and again it adds the rest: the result
// is that of an import nobody disturbed.
func TestAnInterruptedImportGoesOn(t *testing.T) {
	text := ndjson(threeBatches, nil)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx, cancel := context.WithCancel(context.Background())
		opt := func(o *usage.ImportOptions) {
			o.AccountID, o.CreateProjects = w.account, true
			o.Progress = func(step usage.Step, _, _ int64) {
				if step == usage.TakingIn {
					cancel()
				}
			}
		}
		got, err := w.importing(ctx, text, opt)
		if !errors.Is(err, context.Canceled) || got != (usage.Result{Accepted: usage.MaxBatch}) {
			t.Fatal(got, err)
		}
		if n := w.count(`SELECT COUNT(*) FROM usage_records`); n != usage.MaxBatch {
			t.Fatalf("%d records after an interruption", n)
		}
		w.sound()
		want := usage.Result{Accepted: threeBatches - usage.MaxBatch, Duplicates: usage.MaxBatch}
		if got, err := w.importing(context.Background(), text, opt); err != nil || got != want {
			t.Fatal(got, err)
		}
		w.sound()
		undisturbed := newWorld(t, dbtest.New(t, d.Dialect()))
		if _, err := undisturbed.importing(context.Background(), text, func(o *usage.ImportOptions) { o.AccountID, o.CreateProjects = undisturbed.account, true }); err != nil {
			t.Fatal(err)
		}
		if got, want := w.shape(), undisturbed.shape(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		// While it only checks, an interruption leaves nothing.
		other, stop := context.WithCancel(context.Background())
		stop()
		fresh := newWorld(t, dbtest.New(t, d.Dialect()))
		fresh.newProject(fresh.account, "api", "")
		if _, err := fresh.importing(other, text, nil); !errors.Is(err, context.Canceled) || fresh.shape() != "" {
			t.Error(err, fresh.shape())
		}
	})
}

// What changes between the passes is refused with the count of what is in.
func TestAChangeAfterTheCheckIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		changed := false
		got, err := w.importing(context.Background(), ndjson(threeBatches, nil), func(o *usage.ImportOptions) {
			o.Progress = func(step usage.Step, done, total int64) {
				if step == usage.TakingIn && !changed {
					changed = true
					w.exec(`UPDATE projects SET deleted_at = ? WHERE id = ?`, now.AddDate(-1, 0, 0), api)
				}
			}
		})
		if got != (usage.Result{Accepted: usage.MaxBatch}) || models.KindOf(err) != models.Invalid || !strings.Contains(err.Error(), "after 10000 records no more were taken in, because of 10000 problems:\n  line 10001") {
			t.Errorf("%+v %.300v", got, err)
		}
		w.sound()
	})
}

// Missing projects are planned while checking, and made by the batch that first needs them.
func TestAFileMakesItsProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		borealis, _ := w.newAccount("Borealis")
		w.newProject(borealis, "taken", "")
		w.newProject(borealis, "Bare", "")
		rename := func(line int, text string) string {
			switch {
			case line == 5, line == 10_005:
				return strings.Replace(text, `"project":"api"`, `"project":"Taken","project_external_id":"x1234567890"`, 1)
			case line == 10_007, line == 20_007:
				return strings.Replace(text, `"project":"api"`, `"project":"web","project_external_id":"77"`, 1)
			}
			return text
		}
		create := func(o *usage.ImportOptions) { o.AccountID, o.CreateProjects = w.account, true }
		_, err := w.importing(context.Background(), ndjson(threeBatches, func(line int, text string) string {
			return onLines(`"project":"api"`, `"project":"bare"`, 20_100)(line, rename(line, text))
		}), create)
		if n := w.count(`SELECT COUNT(*) FROM projects`); n != 2 || models.KindOf(err) != models.Invalid || !strings.Contains(err.Error(), `line 20100, id r020100, project: the project "bare" cannot be made: There is already a project called bare`) {
			t.Fatalf("%d projects, %v", n, err)
		}
		if got, err := w.importing(context.Background(), ndjson(threeBatches, rename), create); err != nil || got.Accepted != threeBatches {
			t.Fatal(got, err)
		}
		names := w.strings(`SELECT name || '|' || COALESCE(external_id, '') FROM projects WHERE account_id = ?`, w.account)
		if got := fmt.Sprint(names); len(names) != 3 || !strings.Contains(got, "Taken (34567890)|x1234567890") || !strings.Contains(got, "web|77") || !strings.Contains(got, "api|") {
			t.Error(got)
		}
		w.sound()
		if _, err := w.store.ImportFile(context.Background(), access.Actor{Kind: access.User, ID: models.NewID()}, strings.NewReader(""), usage.ImportOptions{}); models.KindOf(err) != models.Forbidden {
			t.Errorf("a user: %v", err)
		}
	})
}

func TestSpool(t *testing.T) {
	f, err := usage.Spool(strings.NewReader("once"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); err != nil || string(got) != "once" {
		t.Errorf("%q %v", got, err)
	}
}
