package group_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/models/credit"
	"billfold/views"
	viewgroup "billfold/views/group"
)

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func TestCreditsTabEmptyAndFirstCode(t *testing.T) {
	o := newOffice(t)
	tab, add := views.CreditsPath(o.production), views.NewCreditPath(o.production)
	form := "form[action='" + add + "']"
	p := o.ana.Get(tab).Want(t, 200)
	if got := p.Text(".empty"); got != "No credits in this billing group. Have a code? Add it here and it lowers your next invoice. Add credit code" || p.Title() != "Credits – Production – Billfold" {
		t.Errorf("%q, %q", got, p.Title())
	}
	if v := o.vi.Get(tab).Want(t, 200); v.Has("a[href='"+add+"']") || v.Text(".empty") != "No credits in this billing group." {
		t.Error("the viewer is asked for a code")
	}
	o.issue(t, "SNEAKY-CRAB", 40000, "USD", day(2026, 12, 31))
	page := o.ana.Get(add).Want(t, 200)
	if got := page.Texts("fieldset legend"); page.Text("[data-focus]") != "Add credit code" || !slices.Contains(got, "Use for") || !page.Has("input[name='use_for'][value='group'][checked]") {
		t.Errorf("%s", page.Main())
	}
	done := page.Submit(t, form, url.Values{"code": {" sneaky crab "}})
	done.Want(t, 422) // a space is no hyphen
	done = page.Submit(t, form, url.Values{"code": {" sneaky - crab "}}).WantRedirect(t, tab).Follow()
	if got := done.Text("[data-flash]"); got != "Credit code SNEAKY-CRAB added: $400.00 USD, expires 31 Dec 2026." {
		t.Errorf("flash %q", got)
	}
	if got := strings.Join(done.Texts("#credits tbody tr td"), "|"); done.Text("#credits tbody th") != "SNEAKY-CRAB For this billing group · Change use of SNEAKY-CRAB" || got != "Promotion|Active|400.00|400.00|22 Nov 2026|31 Dec 2026" {
		t.Errorf("row %q %q", done.Text("#credits tbody th"), got)
	}
	if got := done.Text("main dl"); got != "Remaining $400.00 USD Next expiry 31 Dec 2026" || !strings.Contains(done.Main(), "Credits are used automatically, the one that expires first goes first.") {
		t.Errorf("%q", got)
	}
	page.Submit(t, form, url.Values{"code": {"SNEAKY-CRAB"}}).WantRedirect(t, tab)
	if o.events(t, "credit.claimed") != 1 {
		t.Error("a second submit counts")
	}
}

func TestCreditErrorsKeepTheWords(t *testing.T) {
	o := newOffice(t)
	add := views.NewCreditPath(o.production)
	o.currency(t, o.research, "EUR")
	o.currency(t, o.production, "EUR")
	o.issue(t, "GONE-CODE", 100, "EUR", day(2026, 11, 30))
	o.issue(t, "DOLLARS", 100, "USD", time.Time{})
	o.issue(t, "ONE-ONLY", 100, "EUR", time.Time{})
	o.issue(t, "OURS-NOW", 100, "EUR", time.Time{})
	if _, err := o.credits.Claim(ctx, o.borealis, "ONE-ONLY", credit.Target{Scope: credit.ForAccount}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.credits.Claim(ctx, o.acme, "OURS-NOW", credit.Target{Scope: credit.ForGroup, GroupID: o.production}); err != nil {
		t.Fatal(err)
	}
	o.Exec(t, `UPDATE credits SET starts_at = ?, expires_at = ? WHERE code = 'GONE-CODE'`, day(2026, 1, 1), day(2026, 11, 1))
	before := o.fingerprint(t)
	for _, test := range []struct{ code, use, want, field string }{
		{"", "group", "Enter a credit code", "code"},
		{"NO-SUCH", "group", "This credit code was not found. Check it and try again", "code"},
		{"GONE-CODE", "group", "This credit code expired on 31 Oct 2026", "code"},
		{"ONE-ONLY", "group", "This credit code is already in use", "code"},
		{"OURS-NOW", "group", "OURS-NOW is already in this billing group", "code"},
		{"DOLLARS", "group", "This credit code is for USD. This billing group is billed in EUR", "code"},
		{"DOLLARS", "project", "Choose a project", "use_for"},
		{"DOLLARS", "", "Choose what the credit is used for", "use_for"},
	} {
		p := o.ana.Post(add, url.Values{"code": {test.code}, "use_for": {test.use}, "project_text": {"web"}}).Want(t, 422)
		if got := p.Texts("#errors li"); !slices.Equal(got, []string{test.want}) || p.Attr("#errors a", "href") != "#f-"+test.field {
			t.Errorf("%s: %q", test.code, got)
		}
		if p.Attr("#f-code", "value") != test.code || p.Attr("input[name='project_text']", "value") != "web" || !strings.HasPrefix(p.Title(), "Error: Add credit code – Production") {
			t.Errorf("%s: the words are gone, title %q", test.code, p.Title())
		}
	}
	if p := o.ana.Post(views.NewCreditPath(o.research), url.Values{"code": {"OURS-NOW"}, "use_for": {"group"}}).Want(t, 422); p.Text("#errors li") != "This credit code is already in use" {
		t.Errorf("%q", p.Text("#errors"))
	}
	for range 10 {
		o.ana.Post(add, url.Values{"code": {"NO-SUCH"}, "use_for": {"group"}}).Want(t, 422)
	}
	if p := o.ana.Post(add, url.Values{"code": {"DOLLARS"}, "use_for": {"account"}}).Want(t, 422); !strings.HasPrefix(p.Text("#errors li"), "Too many attempts. Try again after ") {
		t.Errorf("%q", p.Text("#errors"))
	}
	if after := o.fingerprint(t); after != before {
		t.Errorf("%d events", after-before)
	}
	o.refused(t, add, url.Values{"code": {"DOLLARS"}, "use_for": {"account"}})
	o.vi.Get(add).Want(t, 403)
	o.zoe.Get(views.CreditsPath(o.production)).Want(t, 404)
}

func TestCreditStatuses(t *testing.T) {
	o := newOffice(t)
	for code, last := range map[string]time.Time{"NINE-DAYS": day(2026, 12, 1), "TODAY": day(2026, 11, 22), "NEVER": {}, "LATER": day(2027, 6, 30)} {
		o.issue(t, code, 100, "USD", last)
		if _, err := o.credits.Claim(ctx, o.acme, code, credit.Target{Scope: credit.ForAccount}); err != nil {
			t.Fatal(err)
		}
	}
	o.issue(t, "EUROS", 100, "EUR", time.Time{})
	if _, err := o.credits.Claim(ctx, o.acme, "EUROS", credit.Target{Scope: credit.ForAccount}); err != nil {
		t.Fatal(err)
	}
	o.Exec(t, `UPDATE credits SET starts_at = ? WHERE code = 'LATER'`, day(2027, 1, 1))
	p := o.ana.Get(views.CreditsPath(o.production)).Want(t, 200)
	status := map[string]string{}
	for i, code := range p.Texts("#credits tbody th") {
		code, _, _ = strings.Cut(code, " ")
		status[code] = p.Texts("#credits td[data-l='Status']")[i] + ", " + p.Texts("#credits td[data-l='Expires']")[i]
	}
	for code, want := range map[string]string{"NINE-DAYS": "Expires in 9 days, 1 Dec 2026", "TODAY": "Expires today, 22 Nov 2026", "NEVER": "Active, Never",
		"LATER": "Not started, 30 Jun 2027", "EUROS": "Active Waits for an invoice in EUR, Never"} {
		if status[code] != want {
			t.Errorf("%s: %q, want %q", code, status[code], want)
		}
	}
	if !slices.Contains(p.Texts("#credits thead th"), "Currency") || strings.Contains(p.Text("#credits thead"), "(USD)") {
		t.Errorf("several currencies without a column: %s", p.Text("#credits thead"))
	}
	readOnly(t, o.vi.Get(views.CreditsPath(o.production)))
}

func TestChangeUseOfCredit(t *testing.T) {
	o := newOffice(t)
	o.issue(t, "SNEAKY-CRAB", 40000, "USD", time.Time{})
	claim, err := o.credits.Claim(ctx, o.acme, "SNEAKY-CRAB", credit.Target{Scope: credit.ForGroup, GroupID: o.production})
	if err != nil {
		t.Fatal(err)
	}
	path := viewgroup.CreditUsePath(o.production, claim.ID)
	form := "form[action='" + path + "']"
	p := o.ana.Get(path).Want(t, 200)
	if p.Text("[data-focus]") != "Change use of SNEAKY-CRAB" || !p.Has("input[value='group'][checked]") || p.Has("input[name='code']") {
		t.Errorf("%s", p.Main())
	}
	p.Submit(t, form, url.Values{"use_for": {"project"}}).Want(t, 422)
	done := p.Submit(t, form, url.Values{"use_for": {"project"}, "project": {o.api}}).WantRedirect(t, views.CreditsPath(o.production)).Follow()
	if done.Text("[data-flash]") != "SNEAKY-CRAB is used for the project api from now on." || !done.Has("#credits a[href='"+views.ProjectPath(o.api)+"']") {
		t.Errorf("%s", done.Main())
	}
	p.Submit(t, form, url.Values{"use_for": {"account"}}).WantRedirect(t, views.CreditsPath(o.production)) // the same form again
	if o.events(t, "credit.rebound") != 1 {
		t.Error("a second submit counts")
	}
	if _, err := o.accounts.MoveProjects(ctx, o.acme, []string{o.api}, o.research); err != nil {
		t.Fatal(err)
	}
	o.ana.Get(path).Want(t, 404) // it went with the project
	there := viewgroup.CreditUsePath(o.research, claim.ID)
	for i := range 60 {
		o.project(t, o.acme, fmt.Sprintf("aaa-%02d", i), o.production)
	}
	long := o.ana.Get(there).Want(t, 200)
	if !strings.Contains(long.Main(), "50 of 62. Type to narrow.") || !long.Has("option[value='"+o.api+"'][selected]") {
		t.Errorf("%s", long.Main())
	}
	found := o.ana.Post(there, url.Values{"step": {"search"}, "use_for": {"project"}, "project_text": {"web"}}).Want(t, 200)
	if len(found.Find("option")) != 2 || o.events(t, "credit.rebound") != 1 {
		t.Errorf("%s", found.Main())
	}
	o.refused(t, there, url.Values{"use_for": {"account"}})
	o.ana.Post(there, url.Values{"use_for": {"project"}, "project": {o.theirProject}}).Want(t, 404)
	o.Exec(t, `UPDATE credit_claims SET remaining_minor = 0 WHERE id = ?`, claim.ID)
	if p := o.ana.Post(there, url.Values{"use_for": {"account"}}).Want(t, 409); p.Text("#errors li") != "SNEAKY-CRAB is used up" {
		t.Errorf("%q", p.Text("#errors"))
	}
	o.ana.Get(viewgroup.CreditUsePath(o.production, "x")).Want(t, 404)
}
