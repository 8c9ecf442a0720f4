package invoice_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/invoice"
)

// inGroup is Ana's scope on a group.
func (w *accountWorld) inGroup(groupID string) access.Scope {
	w.Helper()
	scope, err := access.New(w.d).ForGroup(context.Background(), w.actor, groupID, access.Write)
	if err != nil {
		w.Fatal(err)
	}
	return scope
}

// projectTab reads one page of a Projects tab.
func (w *accountWorld) projectTab(groupID string, list invoice.GroupProjectList) invoice.GroupProjectPage {
	w.Helper()
	page, err := w.s.ProjectsOfGroup(context.Background(), w.inGroup(groupID), list)
	if err != nil {
		w.Fatal(err)
	}
	return page
}

// wholeTab pages from the first to the last page and back again, and gives all rows.
func (w *accountWorld) wholeTab(groupID string, list invoice.GroupProjectList) (all []invoice.GroupProject) {
	w.Helper()
	var sizes []int
	for {
		page := w.projectTab(groupID, list)
		all = append(all, page.Items...)
		sizes = append(sizes, len(page.Items))
		if page.Next == "" {
			break
		}
		list.After = page.Next
	}
	back := slices.Clone(all)
	for n := len(sizes) - 1; n > 0; n-- {
		page := w.projectTab(groupID, list)
		if page.Prev == "" {
			w.Fatalf("page %d of %d has no way back", n+1, len(sizes))
		}
		at := len(back) - len(page.Items)
		if !slices.EqualFunc(page.Items, back[at:], sameRow) {
			w.Fatalf("page %d differs on the way back", n+1)
		}
		back = back[:at]
		list.After, list.Before = "", page.Prev
	}
	return all
}

func sameRow(a, b invoice.GroupProject) bool { return a.ID == b.ID && a.Cost == b.Cost }

func rowNames(items []invoice.GroupProject) string {
	names := make([]string, len(items))
	for i, it := range items {
		if names[i] = it.Name; it.Standing == invoice.WithoutProject {
			names[i] = "none"
		}
	}
	return strings.Join(names, " ")
}

func TestProjectsTabPagesThroughTenThousand(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		const held, costly = 10_000, 7_000
		names := make([]string, held)
		for i := range names {
			names[i] = fmt.Sprintf("project-%05d", (i*7919)%held)
		}
		ids := w.projects(w.acme, w.primary, names...)
		research := w.group(w.acme, "Research")
		gone := w.projects(w.acme, w.primary, "gone-a", "gone-b")
		amounts := map[string]int64{models.NilID: 12_345, gone[0]: 500, gone[1]: -70}
		for i, id := range ids[:costly] {
			amounts[id] = int64(i%700)*100 - 900 // many alike, some nothing, some below zero
		}
		w.estimate(w.acme, w.primary, "2026-11", "USD", "1", 0, amounts)
		moving := account.NewStore(w.d, func() time.Time { return accountNow })
		if _, err := moving.MoveProjects(context.Background(), w.acme, gone, research); err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, minor := range amounts {
			sum += minor
		}
		for _, sort := range []string{"", "cost", "name", "-name"} {
			began := time.Now()
			all := w.wholeTab(w.primary, invoice.GroupProjectList{Sort: sort, Paging: invoice.Paging{Size: 100}})
			t.Logf("%q: %d rows there and back in %v", sort, len(all), time.Since(began))
			seen := map[string]bool{}
			var total int64
			for _, it := range all {
				if seen[it.ID] {
					t.Fatalf("%q: %s stands twice", sort, it.Name)
				}
				seen[it.ID] = true
				total += it.Cost.Minor()
				if want := amounts[it.ID]; it.Cost.Minor() != want {
					t.Fatalf("%q: %s costs %d, want %d", sort, it.Name, it.Cost.Minor(), want)
				}
			}
			if len(all) != held+3 || total != sum {
				t.Fatalf("%q: %d rows add up to %d, want %d and %d", sort, len(all), total, held+3, sum)
			}
			checkTabOrder(t, sort, all)
		}
		page := w.projectTab(w.primary, invoice.GroupProjectList{})
		if page.Matching != account.MaxMoved+1 || page.Total != usd(sum) || len(page.Items) != 25 {
			t.Errorf("%d matching, total %v, %d rows", page.Matching, page.Total, len(page.Items))
		}
	})
}

// checkTabOrder holds all rows of a tab against the order asked for. By name the group's own projects
// come first.
func checkTabOrder(t *testing.T, sort string, all []invoice.GroupProject) {
	t.Helper()
	for i := 1; i < len(all); i++ {
		a, b := all[i-1], all[i]
		sameKind := a.Standing == b.Standing
		switch {
		case sort == "" && a.Cost.Minor() < b.Cost.Minor(), sort == "cost" && a.Cost.Minor() > b.Cost.Minor(),
			sort == "name" && sameKind && a.Name >= b.Name, sort == "-name" && sameKind && a.Name <= b.Name,
			sort == "name" && a.Standing != invoice.Assigned && b.Standing == invoice.Assigned:
			t.Fatalf("by %q: %s %v stands before %s %v", sort, a.Name, a.Cost, b.Name, b.Cost)
		}
	}
}

func TestProjectsTabRows(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx := context.Background()
		accounts := account.NewStore(w.d, func() time.Time { return accountNow })
		research := w.group(w.acme, "Research")
		web, api, idle, old := w.project(w.acme, w.primary, "Web"), w.project(w.acme, w.primary, "api"), w.project(w.acme, w.primary, "idle"), w.project(w.acme, w.primary, "old")
		estimate := w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 0, map[string]int64{web: 7500, api: 2000, old: 250, models.NilID: 250})
		w.estimate(w.acme, w.primary, "2026-10", "EUR", "0.92", 0, map[string]int64{idle: 99900}) // another month
		w.exec(`UPDATE projects SET deleted_at = ? WHERE id = ?`, accountNow, old)
		if _, err := accounts.MoveProjects(ctx, w.acme, []string{api}, research); err != nil {
			w.Fatal(err)
		}
		w.line(estimate, web, "db-main", "pg")
		w.line(estimate, web, "db-main", "redis")
		w.line(estimate, web, "db-main", "pg")
		page := w.projectTab(w.primary, invoice.GroupProjectList{})
		if got := rowNames(page.Items); got != "Web api none old idle" && got != "Web api old none idle" {
			w.Fatalf("rows %s", got)
		}
		if page.Total != eur(10000) || page.Matching != 2 || !page.Approximate || page.Month != "2026-11" {
			w.Errorf("%+v", page)
		}
		byName := map[string]invoice.GroupProject{}
		for _, it := range page.Items {
			byName[it.Name] = it
		}
		if it := byName["Web"]; it.Services != 2 || !it.Since.Equal(accountNow) || it.Standing != invoice.Assigned {
			w.Errorf("Web %+v", it)
		}
		if it := byName["api"]; it.Standing != invoice.MovedOut || !it.Until.Equal(accountNow) || it.NowIn != (invoice.GroupName{ID: research, Name: "Research"}) {
			w.Errorf("api %+v", it)
		}
		if it := byName["old"]; it.Standing != invoice.DeletedProject || !it.Until.Equal(accountNow) {
			w.Errorf("old %+v", it)
		}
		if it := byName[""]; it.Standing != invoice.WithoutProject || it.Cost != eur(250) {
			w.Errorf("without project %+v", it)
		}
		if got := w.projectTab(w.primary, invoice.GroupProjectList{Text: " WEB "}); rowNames(got.Items) != "Web" || got.Matching != 1 || got.Total != eur(10000) {
			w.Errorf("search: %s, %d", rowNames(got.Items), got.Matching)
		}
		if got := w.projectTab(w.primary, invoice.GroupProjectList{Text: "%"}); len(got.Items) != 0 {
			w.Errorf("a sign of patterns finds %s", rowNames(got.Items))
		}
		if got := w.projectTab(w.primary, invoice.GroupProjectList{Sort: "name"}); rowNames(got.Items) != "idle Web api old none" {
			w.Errorf("by name: %s", rowNames(got.Items))
		}
		if got := w.projectTab(research, invoice.GroupProjectList{}); rowNames(got.Items) != "api" || !got.Items[0].Cost.IsZero() {
			w.Errorf("without an estimate: %+v", got.Items)
		}
	})
}

// line writes a line of an estimate without cost, to be counted.
func (w *accountWorld) line(estimate, project, service, kind string) {
	w.Helper()
	w.exec(`INSERT INTO invoice_lines (id, account_id, invoice_id, line_key, project_id, project_name, service_name, service_type, service_plan, cloud,
		line_type, unit, description, tags, service_month, service_start, service_end, quantity, cost, amount_minor, record_count, tax_category, tax_rate, frozen)
		VALUES (?, ?, ?, ?, ?, (SELECT name FROM projects WHERE id = ?), ?, ?, '', '', 'service_charge', '', '', '', '2026-11', ?, ?, 0, 0, 0, 0, '', 0, ?)`,
		models.NewID(), w.acme.AccountID(), estimate, []byte(models.NewID()), project, project, service, kind, accountNow, accountNow, false)
}

func TestProjectsTabCursorsThatCannotBeRead(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		w.projects(w.acme, w.primary, "a", "b")
		byName := w.projectTab(w.primary, invoice.GroupProjectList{Sort: "name"})
		for _, bad := range []string{"x", "!!", "AAAA", strings.Repeat("A", 400), byName.Items[0].ID} {
			for _, sort := range []string{"name", "cost", ""} {
				page := w.projectTab(w.primary, invoice.GroupProjectList{Sort: sort, Paging: invoice.Paging{After: bad}})
				if len(page.Items) != 2 || page.Prev != "" {
					w.Errorf("after %q by %q: %s", bad, sort, rowNames(page.Items))
				}
			}
		}
		borealis := w.account("Borealis")
		secret := w.project(borealis, w.ids(`SELECT id FROM billing_groups WHERE account_id = ?`, borealis.AccountID())[0], "a-secret")
		theirs := base64.RawURLEncoding.EncodeToString([]byte("held\x000\x00" + secret))
		page := w.projectTab(w.primary, invoice.GroupProjectList{Sort: "name", Paging: invoice.Paging{After: theirs}})
		if len(page.Items) != 2 { // one, when it starts behind "a-secret"
			w.Errorf("the place of another account's project tells its name: %s", rowNames(page.Items))
		}
	})
}

func TestPickersStayWithinTheAccount(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx := context.Background()
		borealis := w.account("Borealis")
		theirs := w.ids(`SELECT id FROM billing_groups WHERE account_id = ?`, borealis.AccountID())[0]
		secret := w.project(borealis, theirs, "secret")
		research := w.group(w.acme, "Research")
		here, there := w.project(w.acme, w.primary, "here"), w.project(w.acme, research, "there")
		scope := w.inGroup(w.primary)
		list, err := w.s.PickProjects(ctx, scope, []string{secret, here, there, "nonsense"})
		if err != nil || len(list) != 2 || list[0].ID != here || list[1].Group.Name != "Research" {
			w.Errorf("picked %+v, %v", list, err)
		}
		list, n, err := w.s.ProjectsElsewhere(ctx, scope, "")
		if err != nil || n != 1 || len(list) != 1 || list[0].ID != there {
			w.Errorf("elsewhere %+v of %d, %v", list, n, err)
		}
		if list, n, err = w.s.ProjectsAnywhere(ctx, scope, strings.Repeat("h", 60_000)); err != nil || n != 0 { // more than a pattern of SQLite holds
			w.Errorf("anywhere by a long text: %+v of %d, %v", list, n, err)
		}
		if list, n, err = w.s.ProjectsAnywhere(ctx, scope, "H"); err != nil || n != 2 || len(list) != 2 {
			w.Errorf("anywhere %+v of %d, %v", list, n, err)
		}
		groups, n, err := w.s.TargetGroups(ctx, scope, "")
		if err != nil || n != 1 || len(groups) != 1 || groups[0].Name != "Research" || groups[0].Currency != "USD" || groups[0].PayBy != "" {
			w.Errorf("targets %+v of %d, %v", groups, n, err)
		}
		ids, err := w.s.HeldProjects(ctx, scope, "", 10)
		if err != nil || !slices.Equal(ids, []string{here}) {
			w.Errorf("held %v, %v", ids, err)
		}
		if g, err := w.s.PrimaryGroup(ctx, scope); err != nil || g.ID != w.primary || g.Name != "Default" {
			w.Errorf("primary %+v, %v", g, err)
		}
		many := make([]string, invoice.PickLimit+7)
		for i := range many {
			many[i] = fmt.Sprintf("more-%03d", i)
		}
		w.projects(w.acme, research, many...)
		if list, n, err = w.s.ProjectsElsewhere(ctx, scope, "more"); err != nil || n != len(many) || len(list) != invoice.PickLimit {
			w.Errorf("%d of %d, %v", len(list), n, err)
		}
	})
}

func TestStillBilled(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		scope := w.inGroup(w.primary)
		check := func(want bool, when string) {
			w.Helper()
			if got, err := w.s.StillBilled(context.Background(), scope); err != nil || got != want {
				w.Errorf("%s: %v, %v", when, got, err)
			}
		}
		check(false, "without anything")
		w.issued(w.acme, w.primary, "2026-09", "BF-2026-000001", invoice.Paid, 0)
		check(false, "with a paid invoice")
		w.issued(w.acme, w.primary, "2026-10", "BF-2026-000002", invoice.Issued, 100)
		check(true, "with an unpaid invoice")
		w.exec(`UPDATE invoices SET state = 'uncollectible' WHERE number = 'BF-2026-000002'`)
		check(false, "with a written off invoice")
		w.estimate(w.acme, w.primary, "2026-11", "USD", "1", 100, nil)
		check(true, "with an estimate")
	})
}
