package account_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models/access"
	"billfold/models/payment/sandbox"
	"billfold/views"
)

const addForm = "main form[hx-boost='false']"

// addCard goes from a page with the button "Add a card" through the sandbox and back.
func (w *world) addCard(t *testing.T, from *handlertest.Page, values url.Values, card string) *handlertest.Page {
	t.Helper()
	hosted := from.Submit(t, addForm, values).Follow().Want(t, ok)
	if !strings.Contains(hosted.Main(), "Sandbox: no money moves.") || hosted.Has("main input[type='text']") || hosted.Has("main input[type='tel']") {
		t.Fatalf("the hosted page is not marked, or asks for something:\n%s", hosted.Main())
	}
	return hosted.Submit(t, postForm, url.Values{"do": {"add"}, "card": {card}}).Follow().Follow().Want(t, ok)
}

func TestPaymentMethods(t *testing.T) {
	w := newWorld(t, handlertest.Sandbox())
	path := views.PaymentMethodsPath(w.acme)
	if !slices.Contains(w.vi.Get(views.AccountSettingsPath(w.acme)).Want(t, ok).Texts("main a"), "Payment methods") {
		t.Error("the settings do not lead to the payment methods")
	}
	empty := w.bo.Get(path).Want(t, ok)
	if !strings.Contains(empty.Main(), "No payment methods yet.") || !empty.Has(addForm) || empty.Title() != "Payment methods – Acme Cloud – Billfold" {
		t.Errorf("%s: %s", empty.Title(), empty.Main())
	}
	p := w.addCard(t, empty, nil, sandbox.Works)
	if p.Path != path || p.Text("[data-flash]") != "Visa ending 4242 added." || !strings.Contains(p.Text("#methods tbody"), "Visa ending 4242") ||
		!strings.Contains(p.Text("#methods tbody"), "11/2029 Valid Not used") {
		t.Errorf("%s: %s", p.Path, p.Main())
	}
	w.addCard(t, w.bo.Get(path), nil, sandbox.Expiring)
	if _, err := w.accounts.AllowBankTransfer(context.Background(), access.OperatorActor(), w.acme, 21); err != nil {
		t.Fatal(err)
	}
	if err := w.accounts.ChoosePaymentMethod(context.Background(), w.admin, w.primary, w.card(t, "4444")); err != nil {
		t.Fatal(err)
	}
	p = w.vi.Get(path).Want(t, ok)
	for _, want := range []string{"Mastercard ending 4444 expires on 31 Dec 2026 and is used by Default. Replace it so that payments do not fail.",
		"Bank transfer, 21 days", "Invoices are due 21 days after the invoice date.", "12/2026 Valid", "Sandbox: no money moves."} {
		if !strings.Contains(p.Main(), want) {
			t.Errorf("%q is missing:\n%s", want, p.Main())
		}
	}
	if p.Has("main form") || slices.ContainsFunc(p.Texts("main a"), func(a string) bool { return strings.HasPrefix(a, "Remove") || strings.HasPrefix(a, "Replace") }) {
		t.Error("a viewer is offered changes")
	}
	w.SetClock(time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC))
	if p := w.bo.Get(path); !strings.Contains(p.Main(), "Expires this month") {
		t.Errorf("%s", p.Main())
	}
	w.SetClock(time.Date(2027, 1, 10, 0, 0, 0, 0, time.UTC))
	if p := w.bo.Get(path); !strings.Contains(p.Main(), "12/2026 Expired") || !strings.Contains(p.Main(), "expired on 31 Dec 2026 and is used by Default") {
		t.Errorf("%s", p.Main())
	}
	w.zoe.Get(path).Want(t, missing)
}

// card is the id of the card with the last four digits.
func (w *world) card(t *testing.T, last4 string) string {
	t.Helper()
	cards, err := w.accounts.Cards(context.Background(), w.admin)
	for _, c := range cards {
		if c.Last4 == last4 {
			return c.ID
		}
	}
	t.Fatal("no card", last4, err)
	return ""
}

func TestNotAddingACard(t *testing.T) {
	w := newWorld(t, handlertest.Sandbox())
	path := views.PaymentMethodsPath(w.acme)
	hosted := w.bo.Get(path).Submit(t, addForm, nil).Follow().Want(t, ok)
	refused := hosted.Submit(t, postForm, url.Values{"do": {"add"}, "card": {sandbox.Declined}}).Want(t, invalid)
	if got := refused.Text("#errors li"); got != "Visa ending 0002 was not added: the bank declined the card" {
		t.Errorf("%q", got)
	}
	if got := refused.Submit(t, postForm, url.Values{"do": {"add"}, "card": {""}}).Want(t, invalid).Text("#errors li"); got != "Choose a test card" {
		t.Errorf("%q", got)
	}
	back := refused.Submit(t, postForm, url.Values{"do": {"cancel"}}).Follow().Follow().Want(t, ok)
	if back.Path != path || back.Text("[data-flash]") != "No card was added." || w.Count(t, `SELECT COUNT(*) FROM payment_methods`) != 0 {
		t.Errorf("%s: %s", back.Path, back.Main())
	}
	ended := w.bo.Get(hosted.Path).Want(t, ok)
	if ended.Text("h1") != "This page has ended Sandbox" || ended.Has(postForm) {
		t.Errorf("%s", ended.Main())
	}
	// One that nobody finished ends by itself.
	hosted = w.bo.Get(path).Submit(t, addForm, nil).Follow().Want(t, ok)
	w.SetClock(handlertest.Start.Add(31 * time.Minute))
	if p := hosted.Submit(t, postForm, url.Values{"do": {"add"}, "card": {sandbox.Works}}); p.Status == seeOther || w.Count(t, `SELECT COUNT(*) FROM payment_methods`) != 0 {
		t.Errorf("%d: %s", p.Status, p.Main())
	}
}

func TestReplaceAndRemoveCards(t *testing.T) {
	w := newWorld(t, handlertest.Sandbox())
	path := views.PaymentMethodsPath(w.acme)
	w.addCard(t, w.bo.Get(path), nil, sandbox.Later)
	old := w.card(t, "0341")
	if err := w.accounts.ChoosePaymentMethod(context.Background(), w.admin, w.primary, old); err != nil {
		t.Fatal(err)
	}
	remove := w.bo.Get(views.RemoveCardPath(w.acme, old)).Want(t, ok)
	if remove.Text("h1") != "American Express ending 0341 is in use" || !strings.Contains(remove.Main(), "This card is used by Default. Choose another card there first.") || remove.Has(postForm) {
		t.Errorf("%s", remove.Main())
	}
	w.unchanged(t, func() {
		if p := w.bo.Post(views.RemoveCardPath(w.acme, old), nil).Want(t, http.StatusConflict); !strings.Contains(p.Text("#errors"), "This card is used by Default.") {
			t.Errorf("%s", p.Main())
		}
	})
	replace := w.bo.Get(views.ReplaceCardPath(w.acme, old)).Want(t, ok)
	if !strings.Contains(replace.Main(), "These billing groups pay with the new card from then on: Default.") {
		t.Errorf("%s", replace.Main())
	}
	done := w.addCard(t, replace, nil, sandbox.Works)
	if done.Path != path || done.Text("[data-flash]") != "Visa ending 4242 takes the place of American Express ending 0341." || !strings.Contains(done.Text("#methods tbody"), "Default") ||
		strings.Contains(done.Text("#methods"), "0341") {
		t.Errorf("%s", done.Main())
	}
	w.bo.Get(views.RemoveCardPath(w.acme, old)).Want(t, missing)
	if err := w.accounts.ChoosePaymentMethod(context.Background(), w.admin, w.primary, ""); err != nil {
		t.Fatal(err)
	}
	remove = w.bo.Get(views.RemoveCardPath(w.acme, w.card(t, "4242"))).Want(t, ok)
	if remove.Text("h1") != "Remove Visa ending 4242?" {
		t.Errorf("%s", remove.Main())
	}
	gone := remove.Submit(t, postForm, nil).WantRedirect(t, path).Follow()
	if gone.Text("[data-flash]") != "Visa ending 4242 removed." || !strings.Contains(gone.Main(), "No payment methods yet.") {
		t.Errorf("%s", gone.Main())
	}
}

func TestPaymentMethodsWithoutAGateway(t *testing.T) {
	w := newWorld(t)
	path := views.PaymentMethodsPath(w.acme)
	if p := w.bo.Get(path).Want(t, ok); p.Has("main form") || !strings.Contains(p.Main(), "no payment service is set up") || strings.Contains(p.Main(), "Sandbox") {
		t.Errorf("%s", p.Main())
	}
	w.unchanged(t, func() {
		if p := w.bo.Post(path, nil).Want(t, http.StatusConflict); !strings.Contains(p.Text("#errors"), "no payment service is set up") {
			t.Errorf("%s", p.Main())
		}
	})
	w.bo.Get("/sandbox/setup/x").Want(t, missing)
}

// What was typed into step 2 is there after a card was added on the way, and the card is chosen.
func TestAddingACardWhileCreatingAGroup(t *testing.T) {
	w := newWorld(t, handlertest.Sandbox())
	step := w.begin(t, w.bo, "Research")
	hosted := step.Submit(t, postForm, url.Values{"do": {"add-card"}, "company": {"Acme GmbH"}, "vat_id": {"half of on"}, "invoice_emails": {"not an address"}}).Follow().Want(t, ok)
	back := hosted.Submit(t, postForm, url.Values{"do": {"add"}, "card": {sandbox.Works}}).Follow().Follow().Want(t, ok)
	if back.Text("h2") != "Step 2 of 4: Billing details" || back.Attr("input[name='company']", "value") != "Acme GmbH" || back.Attr("input[name='vat_id']", "value") != "half of on" ||
		back.Attr("input[name='invoice_emails']", "value") != "not an address" {
		t.Errorf("%s", back.Main())
	}
	if back.Attr("input[name='payment_method'][checked]", "value") != w.card(t, "4242") || back.Text("[data-flash]") != "Visa ending 4242 added." {
		t.Errorf("the card is not chosen: %s", back.Main())
	}
	summary := back.Submit(t, postForm, url.Values{"company": {"Acme GmbH"}, "vat_id": {""}, "invoice_emails": {""}, "currency": {"EUR"}}).Follow().Want(t, ok).
		Submit(t, postForm, nil).Follow().Want(t, ok)
	if !strings.Contains(summary.Main(), "Visa ending 4242") {
		t.Errorf("%s", summary.Main())
	}
}
