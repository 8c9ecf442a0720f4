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
	"billfold/models/db"
	"billfold/models/invoice"
	"billfold/models/money"
)

// walk reads a list of projects page by page to its end, and back to its start when asked to, and gives
// the rows in order.
func (w *accountWorld) walk(list invoice.ProjectList, andBack bool) []invoice.ProjectItem {
	w.Helper()
	read := func() invoice.ProjectPage {
		page, err := w.s.ProjectsOfAccount(context.Background(), w.acme, list)
		if err != nil {
			w.Fatal(err)
		}
		return page
	}
	var all, back []invoice.ProjectItem
	for {
		page := read()
		if (page.Prev != "") != (len(all) > 0) {
			w.Fatalf("page after %d rows has Prev %q", len(all), page.Prev)
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			list.After, list.Before = "", page.Prev
			back = page.Items
			break
		}
		list.After = page.Next
	}
	for andBack && list.Before != "" {
		page := read()
		back = append(slices.Clone(page.Items), back...)
		if page.Next == "" {
			w.Fatal("a page before the last has no Next")
		}
		list.Before = page.Prev
	}
	same := slices.EqualFunc(all, back, func(a, b invoice.ProjectItem) bool { return a.ID == b.ID })
	if andBack && !same {
		w.Fatalf("walking back gives %d rows in another order than the %d of walking on", len(back), len(all))
	}
	return all
}

func names(items []invoice.ProjectItem) string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = it.Name
	}
	return strings.Join(out, " ")
}

// manyProjects fills two groups of two currencies with projects: ties, zero and negative costs, and a
// quarter without usage.
func (w *accountWorld) manyProjects(n int) {
	research := w.group(w.acme, "Research")
	var mine []string
	for i := range n {
		mine = append(mine, fmt.Sprintf("project-%05d", (i*7919)%n)) // not made in the order of names
	}
	first, second := w.projects(w.acme, w.primary, mine[:n*3/5]...), w.projects(w.acme, research, mine[n*3/5:]...)
	amounts := func(ids []string) map[string]int64 {
		m := map[string]int64{}
		for i, id := range ids[:len(ids)*3/4] {
			m[id] = int64(i%97)*1000 - 2000
		}
		return m
	}
	w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 0, amounts(first))
	w.estimate(w.acme, research, "2026-11", "JPY", "155", 0, amounts(second))
	if w.d.Dialect() == db.Postgres {
		w.exec("ANALYZE")
	}
}

func (w *accountWorld) checkComplete(n int, sort string, andBack bool) {
	w.Helper()
	all := w.walk(invoice.ProjectList{Paging: invoice.Paging{Size: 100}, Sort: sort}, andBack)
	seen := map[string]bool{}
	for _, it := range all {
		seen[it.ID] = true
	}
	if len(all) != n || len(seen) != n {
		w.Fatalf("by %s: %d rows, %d projects; want %d of both", sort, len(all), len(seen), n)
	}
	checkOrder(w.T, sort, all)
}

func TestEveryOrderForwardsAndBack(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		w.manyProjects(730)
		for _, sort := range []string{"name", "-name", "cost", "-cost"} {
			w.checkComplete(730, sort, true)
		}
	})
}

func TestTenThousandProjectsFromFirstToLastPage(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		w.manyProjects(10000)
		for _, sort := range []string{"name", "-cost"} {
			w.checkComplete(10000, sort, false)
		}
		start := time.Now()
		for range 5 {
			if _, err := w.s.ProjectsOfAccount(context.Background(), w.acme, invoice.ProjectList{}); err != nil {
				w.Fatal(err)
			}
		}
		// About 40 ms on SQLite and 15 ms on PostgreSQL; a query per row would take many times this.
		if each := time.Since(start) / 5; each > time.Second {
			w.Errorf("a page of 10,000 projects took %v", each)
		}
		page, err := w.s.ProjectsOfAccount(context.Background(), w.acme, invoice.ProjectList{Text: "-0001"})
		if err != nil || page.Total != 10 || len(page.Items) != 10 {
			w.Errorf("search: %d of %d, %v; want 10", len(page.Items), page.Total, err)
		}
		page, err = w.s.ProjectsOfAccount(context.Background(), w.acme, invoice.ProjectList{})
		if err != nil || page.Total != invoice.CountLimit {
			w.Errorf("counted %d, %v; want the limit", page.Total, err)
		}
	})
}

// checkOrder holds a whole list against the order asked for. Amounts are compared within a currency.
func checkOrder(t *testing.T, sort string, all []invoice.ProjectItem) {
	t.Helper()
	last := map[money.Currency]int64{}
	for i, it := range all {
		c, minor := it.Now.Cost.Currency(), it.Now.Cost.Minor()
		before, ok := last[c]
		switch {
		case sort == "name" && i > 0 && all[i-1].Name >= it.Name, sort == "-name" && i > 0 && all[i-1].Name <= it.Name,
			sort == "cost" && ok && before > minor, sort == "-cost" && ok && before < minor:
			t.Fatalf("by %s: %s %v stands after %s %v", sort, it.Name, it.Now.Cost, all[i-1].Name, all[i-1].Now.Cost)
		}
		last[c] = minor
	}
}

func TestProjectsAreOrderedAcrossCurrenciesByWorth(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		research := w.group(w.acme, "Research")
		a, b := w.project(w.acme, w.primary, "euros"), w.project(w.acme, research, "yen")
		c := w.project(w.acme, research, "more-yen")
		w.project(w.acme, w.primary, "idle")
		w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 0, map[string]int64{a: 10000})             // 100.00 EUR
		w.estimate(w.acme, research, "2026-11", "JPY", "155", 0, map[string]int64{b: 12000, c: 1_000_000}) // 77 and 6,452 USD
		page, err := w.s.ProjectsOfAccount(context.Background(), w.acme, invoice.ProjectList{})
		if err != nil || names(page.Items) != "more-yen euros yen idle" || !page.Approximate {
			w.Errorf("%s, approximate %v, %v", names(page.Items), page.Approximate, err)
		}
	})
}

func TestAMovedProjectIsNotAddedUpOverGroups(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		research := w.group(w.acme, "Research")
		moved := w.project(w.acme, research, "web")
		w.exec(`INSERT INTO project_assignments (id, account_id, project_id, group_id, valid_from, valid_to, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			models.NewID(), w.acme.AccountID(), moved, w.primary, accountNow.AddDate(0, 0, -9), accountNow.AddDate(0, 0, -8), accountNow)
		w.estimate(w.acme, w.primary, "2026-11", "EUR", "0.92", 0, map[string]int64{moved: 5000})
		w.estimate(w.acme, research, "2026-11", "USD", "1", 0, map[string]int64{moved: 700})
		w.estimate(w.acme, research, "2026-10", "USD", "1", 0, map[string]int64{moved: 99900}) // last month, not closed yet
		page, err := w.s.ProjectsOfAccount(context.Background(), w.acme, invoice.ProjectList{})
		if err != nil || len(page.Items) != 1 {
			w.Fatalf("%v %v", page.Items, err)
		}
		it := page.Items[0]
		want := []invoice.GroupCost{{GroupID: w.primary, GroupName: "Default", Cost: eur(5000)}}
		if it.Now.GroupName != "Research" || it.Now.Cost != usd(700) || !slices.Equal(it.Others, want) {
			w.Errorf("now %+v, others %+v", it.Now, it.Others)
		}
		home, err := w.s.ProjectHome(context.Background(), w.acme, moved)
		if err != nil || home.Cost != usd(700) || !slices.Equal(home.Others, want) || home.GroupName != "Research" || home.Name != "web" {
			w.Errorf("home %+v, %v", home, err)
		}
	})
}

func TestProjectsOfShowsOnlyTheUsersAccounts(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		ctx := context.Background()
		borealis := w.account("Borealis")
		group := w.ids(`SELECT id FROM billing_groups WHERE account_id = ?`, borealis.AccountID())[0]
		w.project(borealis, group, "secret")
		w.project(w.acme, w.primary, "open")
		w.exec(`DELETE FROM members WHERE account_id = ?`, borealis.AccountID())
		page, err := w.s.ProjectsOf(ctx, w.actor, invoice.ProjectList{Sort: "name"})
		if err != nil || names(page.Items) != "open" || page.Total != 1 {
			w.Errorf("%s of %d, %v", names(page.Items), page.Total, err)
		}
		for _, actor := range []access.Actor{{}, {Kind: access.User}, access.OperatorActor()} {
			if page, err := w.s.ProjectsOf(ctx, actor, invoice.ProjectList{}); err != nil || len(page.Items) != 0 {
				w.Errorf("%+v sees %s, %v", actor, names(page.Items), err)
			}
		}
		page, err = w.s.ProjectsOf(ctx, w.actor, invoice.ProjectList{AccountID: borealis.AccountID()})
		if err != nil || len(page.Items) != 0 {
			w.Errorf("another account's projects by filter: %s, %v", names(page.Items), err)
		}
		if _, err := w.s.ProjectHome(ctx, w.acme, w.ids(`SELECT id FROM projects WHERE name = 'secret'`)[0]); err == nil {
			w.Error("another account's project has a home here")
		}
		w.exec(`UPDATE users SET disabled_at = ? WHERE id = ?`, accountNow, w.actor.ID)
		if list, err := w.s.AccountsOf(ctx, w.actor); err != nil || len(list.Items) != 0 {
			w.Errorf("a disabled user sees %v, %v", list.Items, err)
		}
	})
}

func TestACursorThatCannotBeReadStartsAtTheFirstPage(t *testing.T) {
	eachAccountWorld(t, func(w *accountWorld) {
		w.projects(w.acme, w.primary, "a", "b")
		cursor := func(cost, name string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(cost + "\x00" + models.NilID + "\x00" + name))
		}
		for _, bad := range []string{"x", "!!", "AAAA", "MQAwMDAA", strings.Repeat("A", 400),
			// what PostgreSQL has no text or number for
			cursor("1", "a\x00"), cursor("1", "\xff"), cursor("", "a\x00"), cursor("", "\xff"), cursor("0x1p-2", "a"), cursor("1e-99999", "a"), cursor("inf", "a")} {
			for _, sort := range []string{"name", "cost"} {
				page, err := w.s.ProjectsOfAccount(context.Background(), w.acme, invoice.ProjectList{Sort: sort, Paging: invoice.Paging{After: bad}})
				if err != nil || len(page.Items) != 2 {
					w.Errorf("after %q by %s: %s, %v", bad, sort, names(page.Items), err)
				}
			}
		}
	})
}
