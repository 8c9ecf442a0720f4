package group_test

import (
	"strings"
	"testing"

	"billfold/handlers/handlertest"
	"billfold/views"
)

// readPages are the pages of this room that everybody in the account may read.
func (b *books) readPages(group, number string) []string {
	return []string{views.GroupPath(group), views.InvoicesPath(group), views.InvoicePath(group, number), views.InvoicePath(group, "estimate-2026-11"),
		views.InvoicePDFPath(group, number), views.InvoiceCSVPath(group, number), views.EventsPath(group), views.EventsCSVPath(group)}
}

func TestAnotherAccountsGroupIsNotFound(t *testing.T) {
	b := newBooks(t)
	if b.foreignNumber == "" || b.number == "" {
		t.Fatal("nothing was issued")
	}
	for _, path := range b.readPages(b.foreign, b.foreignNumber) {
		for _, p := range []*handlertest.Page{b.ana.Get(path), b.vi.Get(path), b.ana.Partial(path, "div#event-list")} {
			p.Want(t, 404)
			if strings.Contains(string(p.Body), "Secret") || strings.Contains(string(p.Body), "secret") {
				t.Errorf("%s tells of another account", path)
			}
		}
		if strings.Contains(path, "estimate") {
			continue // Borealis has used nothing in November
		}
		b.eve.Get(path).Want(t, 200)
	}
	// Another group's invoice under a group of one's own: the number alone opens nothing.
	for _, path := range []string{views.InvoicePath(b.production, b.foreignNumber), views.InvoicePDFPath(b.production, b.foreignNumber), views.InvoiceCSVPath(b.production, b.foreignNumber),
		views.InvoicePDFPath(b.research, b.number), views.InvoicePath(b.research, b.number)} {
		b.ana.Get(path).Want(t, 404)
	}
	for _, bad := range []string{"/billing-groups/x", "/billing-groups/x/invoices", "/billing-groups/00000000-0000-0000-0000-000000000000/events",
		views.InvoicePath(b.production, "nothing"), views.InvoicePDFPath(b.production, "nothing"), views.InvoicePDFPath(b.production, "estimate-2026-11"),
		views.InvoiceCSVPath(b.production, "estimate-2026-10"), views.LinePath(b.production, b.number, "x"), views.InvoicePath(b.production, "estimate-x"), views.InvoicesPath(b.production) + "/.pdf"} {
		b.ana.Get(bad).Want(t, 404)
	}
	for _, path := range b.readPages(b.production, b.number) {
		b.Anonymous(t).Get(path).Want(t, 303)
	}
}

func TestHeaderOfAGroup(t *testing.T) {
	b := newBooks(t)
	p := b.ana.Get(views.GroupPath(b.production)).Want(t, 200)
	if p.Text("h1") != "Production Primary" || p.Title() != "Overview – Production – Billfold" {
		t.Errorf("h1 %q, title %q", p.Text("h1"), p.Title())
	}
	// 240 x 0.3561 + 100 x 0.1233 USD at 1 / 1.0911, each line rounded once: 78.33 + 11.30.
	figure := p.Text(".figure")
	want := "Accumulated cost, 1–22 Nov 2026 €89.63 Approximate estimate before tax. Updated 13:05 UTC."
	if !strings.HasPrefix(figure, want) {
		t.Errorf("figure %q, want %q", figure, want)
	}
	if got := p.Texts(".head .menu-list a"); strings.Join(got, "; ") != "Rename; Delete Make another group primary first." {
		t.Errorf("actions %q", got)
	}
	if got := strings.Join(b.ana.Get(views.GroupPath(b.research)).Want(t, 200).Texts(".head .menu-list a"), "; "); got != "Rename; Make primary; Delete" {
		t.Errorf("actions of an empty group %q", got)
	}
	if tabs := p.Texts(".tabs a"); strings.Join(tabs, "; ") != "Overview; Projects (2); Invoices; Credits; Events; Billing information" {
		t.Errorf("tabs %q", tabs)
	}
	if crumbs := p.Texts(".crumbs a"); strings.Join(crumbs, " / ") != "Projects & Accounts / Acme Cloud / Billing" {
		t.Errorf("crumbs %q", crumbs)
	}
	b.SetClock(handlertest.Start.Add(4 * 3600e9))
	if warn := b.ana.Get(views.EventsPath(b.production)).Text(".figure .warn"); warn != "Updated 13:05 UTC, 5 hours ago" {
		t.Errorf("stale: %q", warn)
	}
}

func TestAViewerReadsAndChangesNothing(t *testing.T) {
	b := newBooks(t)
	for _, path := range b.readPages(b.production, b.number) {
		p := b.vi.Get(path).Want(t, 200)
		for _, selector := range []string{"main form[method='post']", ".head .menu", "main .empty .btn", "main a[href^='" + views.AssignProjectsPath(b.production) + "']"} {
			if p.Has(selector) {
				t.Errorf("%s offers a viewer %s", path, selector)
			}
		}
	}
	if note := b.vi.Get(views.GroupPath(b.production)).Main(); !strings.Contains(note, "You can view billing for this account. Account admins can change it.") {
		t.Errorf("it is not said that the page is read only: %s", note)
	}
	if b.vi.Get(views.GroupPath(b.research)).Has("main .empty .btn") {
		t.Error("a viewer is offered to assign projects")
	}
}

func TestADeletedGroupStaysReadable(t *testing.T) {
	b := newBooks(t)
	b.exec(`UPDATE projects SET deleted_at = ?`, b.Clock())
	b.exec(`UPDATE billing_groups SET is_primary = ? WHERE id = ?`, false, b.production)
	b.exec(`UPDATE billing_groups SET deleted_at = ? WHERE id = ?`, b.Clock(), b.production)
	for _, path := range b.readPages(b.production, b.number) {
		b.ana.Get(path).Want(t, 200)
	}
	p := b.ana.Get(views.InvoicesPath(b.production))
	if p.Text("h1") != "Production Deleted" || !strings.Contains(p.Main(), "This billing group was deleted on 22 Nov 2026. Its invoices stay available.") || p.Has(".head .menu") {
		t.Errorf("%s", p.Main())
	}
}
