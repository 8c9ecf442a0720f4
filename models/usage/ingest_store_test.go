package usage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/usage"
)

func TestRecordsJoinLines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		other := rec("r3", "2026-11-02T00:00:00Z", "0.005")
		other.ServiceName, other.Tags, other.UnitPrice = "redis", map[string]string{"env": "prod"}, num("0.0050")
		free := rec("r4", "2026-11-02T00:00:00Z", "12.5")
		free.Project, free.BillingGroupID, free.LineType, free.ServiceName, free.Description = "", w.research, usage.SupportCharge, "", "Gold"
		w.accept(rec("r1", "2026-11-01T00:00:00Z", "0.00001605990"), rec("r2", "2026-10-31T23:59:59Z", "1"), other, free)
		w.accept(rec("r0", "2026-11-20T00:00:00Z", "0.004"), rec("r9", "2026-11-01T00:00:00Z", "0.001"))
		want := `Default 2026-10: api/pg-main of 2026-10 x1 q1 1 = 100 of 100
Default 2026-11: api/pg-main of 2026-11 x3 q3 0.0050160599 = 1 of 2
Default 2026-11: api/redis of 2026-11 x1 q1 0.005 = 1 of 2
Research 2026-11: / of 2026-11 x1 q1 12.5 = 1250 of 1250
`
		if got := w.shape(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		w.sound()
		var line struct {
			ProjectID, Tags, LineType string
			UnitPrice                 decimal.Decimal
			ServiceStart, ServiceEnd  time.Time
		}
		w.must(d.Read(context.Background()).Raw(`SELECT * FROM invoice_lines WHERE service_name = 'redis'`).Scan(&line).Error)
		if line.ProjectID != api || line.Tags != `{"env":"prod"}` || line.LineType != "service_charge" || line.UnitPrice.String() != "0.005" {
			t.Errorf("%+v", line)
		}
		w.must(d.Read(context.Background()).Raw(`SELECT service_start, service_end FROM invoice_lines WHERE service_month = '2026-11' AND service_name = 'pg-main'`).Scan(&line).Error)
		if line.ServiceStart.UTC().Format(time.DateTime) != "2026-11-01 00:00:00" || line.ServiceEnd.UTC().Format(time.DateTime) != "2026-11-20 01:00:00" {
			t.Errorf("service period %v to %v", line.ServiceStart, line.ServiceEnd)
		}
		events := w.strings(`SELECT sentence FROM events WHERE type = 'usage.ingested' ORDER BY seq`)
		if len(events) != 2 || events[0] != "took in 4 usage records of 13.5050160599 USD." || events[1] != "took in 2 usage records of 0.005 USD." {
			t.Errorf("events %q", events)
		}
		if n := w.count(`SELECT COUNT(*) FROM event_subjects s JOIN events e ON e.seq = s.event_seq WHERE e.type = 'usage.ingested' AND s.subject_id IN ?`, []string{api, w.research}); n != 3 {
			t.Errorf("%d subjects", n)
		}
	})
}

// Costs of up to 18 decimals, of both signs, in batches that overlap: nothing may be lost anywhere.
func TestSumsAreExact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		w.newProject(w.account, "web", "")
		random := rand.New(rand.NewPCG(1, 2))
		total := decimal.Zero
		for batch := range 5 {
			var recs []usage.Record
			for i := range 400 {
				cost := decimal.New(random.Int64N(2_000_000_000_000_000_000)-500_000_000_000_000_000, -random.Int32N(19))
				if cost.Abs().GreaterThan(decimal.New(1, 12)) {
					cost = cost.Shift(-8)
				}
				r := rec(fmt.Sprintf("b%d-%d", batch, i), "2026-10-01T00:00:00Z", cost.String())
				r.Start = r.Start.Add(time.Duration(random.IntN(50*24)) * time.Hour)
				r.End = r.Start.Add(time.Hour)
				r.Quantity = decimal.New(random.Int64N(1_000_000_000), -random.Int32N(19))
				r.ServiceName = fmt.Sprint("s", random.IntN(6))
				r.Project = []string{"api", "42", "web"}[random.IntN(3)]
				recs = append(recs, r)
				total = total.Add(cost)
			}
			w.accept(recs...)
		}
		w.sound()
		for _, table := range []string{"usage_records", "invoice_lines"} {
			sum := decimal.Zero
			for _, cost := range w.strings(`SELECT CAST(cost AS text) FROM ` + table) {
				sum = sum.Add(decimal.RequireFromString(cost))
			}
			if !sum.Equal(total) {
				t.Errorf("%s add up to %s, the records to %s", table, sum, total)
			}
		}
	})
}

func TestSameAgainChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		a, b := rec("a", "2026-11-01T00:00:00Z", "1"), rec("b", "2026-11-01T00:00:00Z", "2")
		if got, err := w.ingest(a, b, a); err != nil || got != (usage.Result{Accepted: 2, Duplicates: 1}) {
			t.Fatal(got, err)
		}
		before, events := w.shape(), w.count(`SELECT COUNT(*) FROM events`)
		a.Cost, a.Project, a.LineType = num("1.00"), "42", usage.ServiceCharge // the same in other words
		if got, err := w.ingest(b, a); err != nil || got != (usage.Result{Duplicates: 2}) {
			t.Fatal(got, err)
		}
		if after := w.shape(); after != before || w.count(`SELECT COUNT(*) FROM events`) != events {
			t.Errorf("changed from\n%sto\n%s", before, after)
		}
		c := rec("c", "2026-11-01T00:00:00Z", "4")
		if got, err := w.ingest(a, c, b); err != nil || got != (usage.Result{Accepted: 1, Duplicates: 2}) {
			t.Fatal(got, err)
		}
		w.sound()
	})
}

func TestOtherContentIsAConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		w.newProject(w.account, "web", "43")
		w.accept(rec("a", "2026-11-01T00:00:00Z", "1"))
		before := w.shape()
		for name, change := range map[string]func(r *usage.Record){
			"cost": func(r *usage.Record) { r.Cost = num("1.000000000000000001") }, "project": func(r *usage.Record) { r.Project = "web" },
			"end": func(r *usage.Record) { r.End = r.End.Add(time.Microsecond) }, "tags": func(r *usage.Record) { r.Tags = map[string]string{"a": ""} },
		} {
			a := rec("a", "2026-11-01T00:00:00Z", "1")
			change(&a)
			_, err := w.ingest(rec("new-"+name, "2026-11-01T00:00:00Z", "5"), a)
			if models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "id a, record_id: a record with this id but other content came in") {
				t.Errorf("%s: %v", name, err)
			}
		}
		one, two := rec("x", "2026-11-01T00:00:00Z", "1"), rec("x", "2026-11-01T00:00:00Z", "2")
		one.Line, two.Line = 7, 9
		if _, err := w.ingest(one, two); models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "line 9, id x") || !strings.Contains(err.Error(), "came in line 7") {
			t.Errorf("within one batch: %v", err)
		}
		if after := w.shape(); after != before {
			t.Errorf("changed from\n%sto\n%s", before, after)
		}
		// Ids are an account's own.
		borealis, _ := w.newAccount("Borealis")
		w.newProject(borealis, "api-b", "42")
		a := rec("a", "2026-11-01T00:00:00Z", "3")
		a.Project = "api-b"
		w.accept(a)
		w.sound()
	})
}

func TestABatchIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		borealis, _ := w.newAccount("Borealis")
		w.newProject(borealis, "web", "42")
		w.accept(rec("a", "2026-11-01T00:00:00Z", "1"))
		before, events := w.shape(), w.count(`SELECT COUNT(*) FROM events`)
		good := func(i int) usage.Record {
			r := rec(fmt.Sprint("good", i), "2026-11-01T00:00:00Z", "5")
			r.Project = []string{"api", "web"}[i%2]
			return r
		}
		for name, c := range map[string]struct {
			last usage.Record
			says string
		}{
			"bad record":       {rec("z", "2026-11-01T00:00:00Z", "0.1"), "record 6, id z, end"},
			"unknown project":  {rec("z", "2026-11-01T00:00:00Z", "0.1"), `record 6, id z, project: there is no project "nobody"`},
			"two accounts":     {rec("z", "2026-11-01T00:00:00Z", "0.1"), `record 6, id z, project_external_id: 2 accounts`},
			"conflict":         {rec("a", "2026-11-01T00:00:00Z", "0.1"), "id a, record_id"},
			"sum too large":    {rec("z", "2026-11-01T00:00:00Z", "99999999999999999999"), "id z, cost: with it its invoice line is too large"},
			"amount too large": {rec("z", "2026-11-01T00:00:00Z", "90000000000000000"), "too large"},
		} {
			switch name {
			case "bad record":
				c.last.End = c.last.Start
			case "unknown project":
				c.last.Project = "nobody"
			case "two accounts":
				c.last.Project, c.last.ProjectExternalID = "", "42"
			}
			batch := []usage.Record{good(0), good(1), good(2), good(3), good(4), good(5), c.last}
			got, err := w.ingest(batch...)
			if err == nil || got != (usage.Result{}) || !strings.Contains(err.Error(), c.says) || models.KindOf(err) == models.Internal {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		}
		if after := w.shape(); after != before || w.count(`SELECT COUNT(*) FROM events`) != events || w.count(`SELECT COUNT(*) FROM usage_records`) != 1 {
			t.Errorf("changed from\n%sto\n%s", before, after)
		}
		w.sound()
	})
}

func TestWhoMayTakeIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		user := access.Actor{Kind: access.User, ID: models.NewID(), Name: "Ada"}
		if _, err := w.store.Ingest(context.Background(), user, []usage.Record{rec("a", "2026-11-01T00:00:00Z", "1")}, usage.Options{}); models.KindOf(err) != models.Forbidden {
			t.Errorf("a user: %v", err)
		}
		if _, err := w.ingest(make([]usage.Record, usage.MaxBatch+1)...); models.KindOf(err) != models.Invalid {
			t.Errorf("a batch too large: %v", err)
		}
		for _, id := range []string{"Acme", models.NewID()} {
			_, err := w.store.Ingest(context.Background(), operator, []usage.Record{rec("a", "2026-11-01T00:00:00Z", "1")}, usage.Options{AccountID: id})
			if models.KindOf(err) != models.NotFound {
				t.Errorf("account %s: %v", id, err)
			}
		}
		if _, err := w.store.Ingest(context.Background(), operator, nil, usage.Options{CreateProjects: true}); models.KindOf(err) != models.Invalid {
			t.Errorf("projects of no account: %v", err)
		}
		if got, err := w.ingest(); err != nil || got != (usage.Result{}) || w.count(`SELECT COUNT(*) FROM usage_records`) != 0 {
			t.Errorf("nothing at all: %v %v", got, err)
		}
	})
}

func TestManyProblemsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var batch []usage.Record
		for i := range 150 {
			batch = append(batch, rec(fmt.Sprint(i), "2026-11-01T00:00:00Z", "1"))
		}
		_, err := w.ingest(batch...)
		var p *usage.Problems
		if !errors.As(err, &p) || p.Total != 150 || len(p.List) != usage.MaxProblems || p.List[3].Index != 3 || p.List[3].RecordID != "3" {
			t.Error(err)
		}
	})
}
