package usage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"billfold/models"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/usage"
)

func TestUsageGoesToTheGroupThatHeldTheProjectAtItsStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := now
		w := newWorldAt(t, d, func() time.Time { return at })
		api := w.newProject(w.account, "api", "42")
		at = time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
		w.move(w.research, api)
		at = time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC)
		w.move(w.primary, api)
		at = now
		service := func(name, start string) usage.Record {
			r := rec(name, start, "1")
			r.ServiceName = name
			return r
		}
		w.accept(service("long before", "2020-01-01T00:00:00Z"), service("just before", "2026-11-10T11:59:59.999999Z"),
			service("at the move", "2026-11-10T12:00:00Z"), service("end of research", "2026-11-15T11:59:59.999999Z"),
			service("back", "2026-11-15T12:00:00Z"), service("now", "2026-11-22T13:00:00Z"))
		got := w.strings(`SELECT g.name || ' ' || i.month || ' ' || l.service_name FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
			JOIN billing_groups g ON g.id = i.group_id ORDER BY g.name, i.month, l.service_name`)
		want := "Default 2020-01 long before, Default 2026-11 back, Default 2026-11 just before, Default 2026-11 now, Research 2026-11 at the move, Research 2026-11 end of research"
		if strings.Join(got, ", ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
		}
		w.sound()
	})
}

func TestLateUsageJoinsTheEarliestOpenMonth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		w.accept(rec("before", "2026-09-01T00:00:00Z", "1"))
		w.closeMonth(w.primary, "2026-08")
		w.closeMonth(w.primary, "2026-09")
		w.exec(`INSERT INTO group_months (account_id, group_id, month, state, reason, updated_at) VALUES (?, ?, '2026-10', 'parked', 'no address', ?)`, w.account, w.primary, now)
		w.accept(rec("late", "2026-09-01T00:00:00Z", "2"), rec("later", "2026-08-31T23:59:59Z", "4"), rec("parked", "2026-10-01T00:00:00Z", "8"))
		want := `Default 2026-09: api/pg-main of 2026-09 x1 q1 1 = 100 of 100
Default 2026-10: api/pg-main of 2026-08 x1 q1 4 = 400 of 1400
Default 2026-10: api/pg-main of 2026-09 x1 q1 2 = 200 of 1400
Default 2026-10: api/pg-main of 2026-10 x1 q1 8 = 800 of 1400
`
		if got := w.shape(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		start := w.strings(`SELECT CAST(service_start AS text) FROM invoice_lines WHERE service_month = '2026-08'`)
		if len(start) != 1 || !strings.HasPrefix(start[0], "2026-08-31 23:59:59") {
			t.Errorf("the true service period: %v", start)
		}
		// Months are closed group by group, and a deleted group still takes its late usage.
		w.move(w.research, api)
		w.exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, now, w.research)
		r := rec("research", "2026-09-01T00:00:00Z", "16")
		r.Project, r.BillingGroupID = "", w.research
		w.accept(r, rec("late to default", "2026-09-02T00:00:00Z", "32"))
		if got := w.shape(); !strings.Contains(got, "Research 2026-09: /pg-main of 2026-09 x1 q1 16 = 1600 of 1600\n") || !strings.Contains(got, "Default 2026-10: api/pg-main of 2026-09 x2 q2 34 = 3400 of 4600\n") {
			t.Error(got)
		}
		w.sound()
	})
}

func TestDeletedProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		after := rec("after", "2026-11-10T12:00:00Z", "1")
		w.accept(after)
		w.exec(`UPDATE projects SET deleted_at = ? WHERE id = ?`, after.Start, api)
		w.accept(rec("before", "2026-11-10T11:59:59Z", "2"))
		if got, err := w.ingest(after); err != nil || got.Duplicates != 1 {
			t.Errorf("the same again stays a duplicate: %v %v", got, err)
		}
		for _, opt := range []usage.Options{{}, {AccountID: w.account}, {AccountID: w.account, CreateProjects: true}} {
			late := rec("late", "2026-11-10T12:00:00Z", "4")
			late.Project, late.ProjectExternalID, late.Line = "api", "42", 3
			_, err := w.store.Ingest(context.Background(), operator, []usage.Record{late}, opt)
			if models.KindOf(err) != models.Invalid || !strings.Contains(err.Error(), "line 3, id late, start: the project api was deleted on 2026-11-10T12:00:00Z") {
				t.Errorf("%+v: %v", opt, err)
			}
		}
		w.sound()
	})
}

func TestAmountsFollowTheGroupsCurrency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.newProject(w.account, "api", "42")
		w.exec(`INSERT INTO exchange_rates (base, currency, rate_date, rate, source, created_at) VALUES ('USD', 'EUR', ?, '0.9', 'test', ?)`, now.Truncate(24*time.Hour), now)
		w.exec(`INSERT INTO billing_information (group_id, account_id, company, address_line1, address_line2, address_line3, city, region, postal_code,
			country, vat_id, vat_status, vat_source, electronic_scheme, electronic_id, buyer_reference, currency, purchase_order, invoice_text,
			invoice_emails, contact_emails, version, updated_at, updated_by)
			VALUES (?, ?, '', '', '', '', '', '', '', 'DE', '', 'none', '', '', '', '', 'EUR', '', '', '[]', '[]', 1, ?, '')`, w.primary, w.account, now)
		w.accept(rec("a", "2026-11-01T00:00:00Z", "0.005"), rec("b", "2026-11-01T00:00:00Z", "10"))
		w.accept(rec("c", "2026-11-01T00:00:00Z", "0.0005"))
		if got := w.shape(); got != "Default 2026-11: api/pg-main of 2026-11 x3 q3 10.0055 = 900 of 900\n" {
			t.Error(got)
		}
		if got := w.strings(`SELECT currency || ' ' || price_currency FROM invoices`); len(got) != 1 || got[0] != "EUR USD" {
			t.Error(got)
		}
		w.sound()
	})
}

func TestHowProjectsAreNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		api := w.newProject(w.account, "api", "42")
		w.newProject(w.account, "42b", "web")
		plain := w.newProject(w.account, "plain", "")
		borealis, group := w.newAccount("Borealis")
		w.newProject(borealis, "theirs", "77")
		for i, c := range []struct {
			id, external, name, group, account string
			want                               string // project of the line, or part of the error
		}{
			{id: api, want: "api"},
			{name: api, want: "api"},
			{name: "API", want: "api"}, // names are the same in any case
			{name: " 42 ", want: "api"},
			{name: "web", want: "42b"}, // external id before name
			{external: "42", want: "api"},
			{external: "42", name: "anything", want: "api"},
			{external: "99", name: "plain", want: "plain"},
			{external: "99", name: "api", want: `no project with the external id "99", nor one called "api" without`},
			{external: "99", want: `no project with the external id "99"`},
			{name: "nobody", want: `no project "nobody"`},
			{id: models.NewID(), want: "there is no project"},
			{group: w.research, want: ""},
			{group: models.NewID(), want: "there is no billing group"},
			{name: "theirs", want: "theirs"},
			{external: "77", want: "theirs"},
			{external: "77", account: borealis, want: "theirs"},
			{external: "77", account: w.account, want: "there is no project"},
			{name: "theirs", account: w.account, want: "there is no project"},
			{id: plain, account: borealis, want: "there is no project"},
			{group: group, account: w.account, want: "there is no billing group"},
			{group: group, account: borealis, want: ""},
		} {
			r := rec(fmt.Sprint("r", i), "2026-11-01T00:00:00Z", "1")
			r.ServiceName = r.ID
			r.ProjectID, r.ProjectExternalID, r.Project, r.BillingGroupID = c.id, c.external, c.name, c.group
			_, err := w.store.Ingest(context.Background(), operator, []usage.Record{r}, usage.Options{AccountID: c.account})
			if err != nil {
				if models.KindOf(err) != models.Invalid || c.want == "" || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%+v: %v", c, err)
				}
				continue
			}
			if got := w.strings(`SELECT project_name FROM invoice_lines WHERE service_name = ?`, r.ID); len(got) != 1 || got[0] != c.want {
				t.Errorf("%+v went to %q", c, got)
			}
		}
		w.sound()
	})
}

func TestMissingProjectsAreMade(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		borealis, _ := w.newAccount("Borealis")
		w.newProject(borealis, "taken", "")
		w.newProject(w.account, "mine", "")
		creating := usage.Options{AccountID: w.account, CreateProjects: true}
		named := func(id, external, name string) usage.Record {
			r := rec(id, "2024-09-01T00:00:00Z", "1")
			r.ProjectExternalID, r.Project = external, name
			return r
		}
		batch := []usage.Record{named("1", "11353890204", "Atlas Orion"), named("2", "/subscriptions/ed570627", "Atlas Orion"), named("3", "11353890204", "Atlas Orion"),
			named("4", "x1234567890", "Taken"), named("5", "only-an-id", ""), named("6", "", "only-a-name"), named("7", "555", "mine")}
		got, err := w.store.Ingest(context.Background(), operator, batch, creating)
		if err != nil || got.Accepted != 7 {
			t.Fatal(got, err)
		}
		names := w.strings(`SELECT name || '|' || COALESCE(external_id, '') || '|' || (SELECT COUNT(*) FROM usage_records r JOIN invoice_lines l ON l.id = r.line_id WHERE l.project_id = p.id)
			FROM projects p WHERE account_id = ? AND group_id = ? ORDER BY name`, w.account, w.primary)
		slices.Sort(names) // databases sort brackets differently
		want := "Atlas Orion (ed570627)|/subscriptions/ed570627|1, Atlas Orion|11353890204|2, Taken (34567890)|x1234567890|1, mine||1, only-a-name||1, only-an-id|only-an-id|1"
		if strings.Join(names, ", ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(names, ", "), want)
		}
		if got, err := w.store.Ingest(context.Background(), operator, batch, creating); err != nil || got.Duplicates != 7 {
			t.Errorf("again: %v %v", got, err)
		}
		projects := w.count(`SELECT COUNT(*) FROM projects`)
		clash := named("9", "y34567890", "Taken") // its bracketed name is taken too
		_, err = w.store.Ingest(context.Background(), operator, []usage.Record{named("8", "new", "New"), clash}, creating)
		if models.KindOf(err) != models.Invalid || !strings.Contains(err.Error(), `the project "Taken" cannot be made`) || w.count(`SELECT COUNT(*) FROM projects`) != projects {
			t.Errorf("%v, %d projects", err, w.count(`SELECT COUNT(*) FROM projects`))
		}
		w.sound()
	})
}

func TestSampleIsTakenInOnce(t *testing.T) {
	recs := readSample(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		opt := usage.Options{AccountID: w.account, CreateProjects: true}
		for _, want := range []usage.Result{{Accepted: 1000}, {Duplicates: 1000}} {
			got, err := w.store.Ingest(context.Background(), operator, recs, opt)
			if err != nil || got != want {
				t.Fatalf("%+v, %v; want %+v", got, err, want)
			}
		}
		w.sound()
		if n := w.count(`SELECT COUNT(*) FROM projects`); n != 73 {
			t.Errorf("%d projects", n)
		}
		w.billable(w.primary)
		run, err := invoice.NewStore(d, w.clock).Close(context.Background(), "2024-09", invoice.CloseOptions{})
		w.must(err)
		cost, issued := decimal.Zero, 0
		for _, o := range run.Outcomes {
			cost = cost.Add(o.Cost.Exact())
			if o.Result == invoice.ResultIssued {
				issued++
			}
		}
		if cost.String() != "20.52022672899" || issued != 1 {
			t.Errorf("closed into %d invoices of %s", issued, cost)
		}
	})
}
