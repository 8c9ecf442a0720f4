package account_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models/account"
)

func TestBillingTab(t *testing.T) {
	w := newWorld(t)
	research, idle := w.newGroup(t, "Research"), w.newGroup(t, "Idle")
	lab := w.newProject(t, w.admin, "lab", research)
	w.estimate(t, w.acme, w.primary, "USD", map[string]int64{w.project: 131000})
	w.estimate(t, w.acme, research, "EUR", map[string]int64{lab: 1820411})
	p := w.ana.Get("/accounts/"+w.acme+"/billing").Want(t, ok)
	if p.Title() != "Billing – Acme Cloud – Billfold" || p.Text("h1") != "Acme Cloud" || p.Attr(".tabs [aria-current]", "href") != "/accounts/"+w.acme+"/billing" {
		t.Errorf("title %q, h1 %q", p.Title(), p.Text("h1"))
	}
	if want := "Accumulated cost, 1–22 Nov 2026: €18,204.11 and $1,310.00 USD"; !strings.Contains(p.Main(), want) {
		t.Errorf("it does not say %q: %s", want, p.Main())
	}
	want := []string{"Research 1 Not chosen EUR 18,204.11 Not billed", "Default Primary 1 Not chosen USD 1,310.00 Not billed", "Idle 0 Not chosen USD 0.00 Not billed"}
	rows := p.Texts("#groups tbody tr")
	for i := range want {
		if i >= len(rows) || !strings.HasPrefix(rows[i], want[i]) {
			t.Errorf("row %d reads %q, want %q", i, rows, want[i])
		}
	}
	for _, href := range []string{"/billing-groups/" + idle + "/rename", "/billing-groups/" + idle + "/primary", "/billing-groups/" + idle + "/delete",
		"/accounts/" + w.acme + "/billing/new", "/accounts/" + w.acme + "/billing/assign"} {
		if !p.Has("main a[href='" + href + "']") {
			t.Errorf("there is no link to %s", href)
		}
	}
	if p.Has("main a[href='/billing-groups/" + w.primary + "/primary']") {
		t.Error("the primary group can be made primary")
	}
	if p.Has("main a[href='/accounts/" + w.acme + "/billing/deleted']") {
		t.Error("there is a link to deleted groups and no deleted group")
	}
}

func TestBillingTabAlerts(t *testing.T) {
	w := newWorld(t)
	w.estimate(t, w.acme, w.primary, "EUR", map[string]int64{w.project: 1})
	w.Exec(t, `INSERT INTO group_months (account_id, group_id, month, state, reason, updated_at) VALUES (?, ?, '2026-10', 'parked', 'no exchange rate is stored', ?)`,
		w.acme, w.newGroup(t, "Research"), w.Clock.Now())
	p := w.ana.Get("/accounts/"+w.acme+"/billing").Want(t, ok)
	alerts := strings.Join(p.Texts(".note-text"), " | ")
	for _, want := range []string{"October 2026 of Research could not be invoiced: no exchange rate is stored.", "Default has no complete billing address, so its costs cannot be invoiced. Add billing details"} {
		if !strings.Contains(alerts, want) {
			t.Errorf("alerts %q, want %q", alerts, want)
		}
	}
	if view := w.vi.Get("/accounts/"+w.acme+"/billing").Want(t, ok); !view.Has(".note-text") || view.Has(".note-text a[href^='/billing-groups/"+w.primary+"/billing-information']") {
		t.Error("a viewer sees the alerts, without the links that change something")
	}
}

func TestBillingTabPages(t *testing.T) {
	w := newWorld(t)
	for i := range 29 {
		w.newGroup(t, fmt.Sprintf("group-%02d", i))
	}
	path := "/accounts/" + w.acme + "/billing"
	first := w.ana.Get(path).Want(t, ok)
	next := first.Attr("a[rel='next']", "href")
	second := w.ana.Partial(next, "div#groups-list").Want(t, ok)
	if second.IsWhole() || len(first.Texts("#groups tbody tr")) != 25 || len(second.Texts("#groups tbody tr")) != 5 || second.Text(".pager .meta") != "30 billing groups" {
		t.Errorf("%d and %d groups, %q", len(first.Texts("#groups tbody tr")), len(second.Texts("#groups tbody tr")), second.Text(".pager .meta"))
	}
	all := append(first.Texts("#groups tbody th a"), second.Texts("#groups tbody th a")...)
	slices.Sort(all)
	if len(slices.Compact(all)) != 30 {
		t.Errorf("not every group once: %v", all)
	}
}

func TestDeletedGroups(t *testing.T) {
	w := newWorld(t)
	gone := w.newGroup(t, "Gone")
	w.Exec(t, `UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, w.Clock.Now(), gone)
	tab := w.vi.Get("/accounts/"+w.acme+"/billing").Want(t, ok)
	if got := tab.Text("a[href='/accounts/" + w.acme + "/billing/deleted']"); got != "Deleted billing groups (1)" {
		t.Errorf("link %q", got)
	}
	p := w.vi.Get("/accounts/"+w.acme+"/billing/deleted").Want(t, ok)
	if got := p.Text("#deleted tbody tr"); got != "Gone 22 Nov 2026 0 Not billed" || !p.Has("a[href='/billing-groups/"+gone+"/invoices']") {
		t.Errorf("row %q", got)
	}
}

func TestSettingsChangeThePrimaryGroup(t *testing.T) {
	w := newWorld(t)
	research := w.newGroup(t, "Research")
	path := "/accounts/" + w.acme + "/settings"
	form := w.bo.Get(path).Want(t, ok)
	w.unchanged(t, func() {
		for _, group := range []string{w.borealisGroup, "x", ""} {
			p := form.Submit(t, "main form[method='post']", url.Values{"group": {group}}).Want(t, invalid)
			if p.Text("#errors li") != "Choose a billing group of this account" {
				t.Errorf("group %q: %s", group, p.Main())
			}
		}
	})
	p := form.Submit(t, "main form[method='post']", url.Values{"group": {research}}).WantRedirect(t, path).Follow().Want(t, ok)
	if p.Attr("input[name='group'][checked]", "value") != research || !strings.HasPrefix(p.Text("[data-flash]"), "Research is the primary billing group.") {
		t.Errorf("after: %s", p.Main())
	}
	if got := w.vi.Get(path).Want(t, ok).Main(); !strings.Contains(got, "Primary billing group Research Payment methods") {
		t.Errorf("a viewer reads %s", got)
	}
}

func TestAssignPicksAGroup(t *testing.T) {
	w := newWorld(t)
	research := w.newGroup(t, "Research")
	form := w.bo.Get("/accounts/"+w.acme+"/billing/assign").Want(t, ok)
	w.unchanged(t, func() {
		form.Submit(t, "main form[method='post']", url.Values{"group": {research}}).WantRedirect(t, "/billing-groups/"+research+"/projects/assign")
		for _, group := range []string{w.borealisGroup, "x"} {
			form.Submit(t, "main form[method='post']", url.Values{"group": {group}}).Want(t, invalid)
		}
	})
}

func TestAPickerNeverListsEverything(t *testing.T) {
	w := newWorld(t)
	for i := range 54 {
		w.newGroup(t, fmt.Sprintf("group-%02d", i))
	}
	last := w.newGroup(t, "zz-last")
	if _, err := w.accounts.MakePrimary(context.Background(), w.admin, last); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/billing/assign", "/settings", "/projects/new"} {
		p := w.ana.Get("/accounts/"+w.acme+path).Want(t, ok)
		if n := len(p.Find("input[name='group']")); n != 51 || !strings.Contains(p.Main(), "Type to narrow.") {
			t.Errorf("%s lists %d groups", path, n)
		}
		if p.Attr("input[name='group'][checked]", "value") != last {
			t.Errorf("%s does not list the primary group", path)
		}
		found := w.ana.Get("/accounts/"+w.acme+path+"?q=group-5").Want(t, ok)
		if n := len(found.Find("input[name='group']")); n != 5 {
			t.Errorf("%s finds %d groups, want 4 and the primary one", path, n)
		}
	}
	var query account.GroupQuery
	if _, total, err := w.accounts.Groups(context.Background(), w.admin, query); err != nil || total != 56 {
		t.Fatal(total, err)
	}
}
