package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models/access"
	"billfold/models/db"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
	"billfold/views"
)

// startSetup opens a page that adds a card.
func (w *tenants) startSetup(a *tenant) (id, ref string) {
	w.t.Helper()
	s, err := w.Payments.StartSetup(context.Background(), a.scope, payment.SetupRequest{BackTo: views.PaymentMethodsPath(a.account),
		Return: func(setup string) string { id = setup; return views.CardAddedPath(a.account, setup) }})
	w.must(err)
	return id, s.Ref
}

// newCard adds a test card that works, or gives the one that is there.
func (w *tenants) newCard(a *tenant) string {
	w.t.Helper()
	id, ref := w.startSetup(a)
	w.must(w.Gateway.AddCard(context.Background(), ref, sandbox.Works))
	done, err := w.Payments.FinishSetup(context.Background(), a.scope, id)
	w.must(err)
	return done.Card.ID
}

// openPages opens a page that adds a card, and the page that pays the tenant's invoice.
func (w *tenants) openPages(a *tenant) {
	w.t.Helper()
	a.setup, a.setupRef = w.startSetup(a)
	back := w.Payments.Address(views.PaidPath(a.billed, a.number))
	s, err := w.Payments.PayNow(context.Background(), a.scope, a.number, "", payment.Back{Return: back, Cancel: back})
	w.must(err)
	a.payRef = s.Ref
}

// TestSandboxPagesAreTheirAccounts tries the hosted pages, whose address names no account, as members of
// another account and as a viewer: neither sees or does anything.
func TestSandboxPagesAreTheirAccounts(t *testing.T) {
	w := newTenants(t, db.SQLite)
	before := w.dump()
	for _, path := range []string{views.SandboxSetupPath(w.quarz.setupRef), views.SandboxPayPath(w.quarz.payRef)} {
		for _, do := range []string{"", "add", "pay", "confirm", "cancel"} {
			method, values := http.MethodPost, url.Values{"do": {do}, "card": {sandbox.Works}}
			if do == "" {
				method = http.MethodGet
			}
			p := send(w.erz.people[access.RoleAdmin], method, path, values)
			if w.leak(t, p, path+" "+do); p.Status != http.StatusNotFound {
				t.Errorf("%s %s: %d", path, do, p.Status)
			}
			if p := send(w.quarz.people[access.RoleViewer], method, path, values); p.Status != http.StatusForbidden {
				t.Errorf("%s %s: %d to a viewer", path, do, p.Status)
			}
		}
		if p := w.quarz.people[access.RoleBilling].Get(path).Want(t, http.StatusOK); !strings.Contains(p.Main(), "Sandbox: no money moves.") {
			t.Errorf("%s is not marked:\n%s", path, p.Main())
		}
	}
	if after := w.dump(); !slices.Equal(before, after) {
		t.Errorf("changed\n%s", difference(before, after))
	}
}
