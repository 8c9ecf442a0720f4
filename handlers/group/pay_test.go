package group_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models/db"
	"billfold/models/payment"
	"billfold/models/payment/sandbox"
	"billfold/views"
)

const payForm = "main form[hx-boost='false']"

func newPayers(t *testing.T) *books { return newBooksOn(t, db.SQLite, handlertest.Sandbox()) }

// addCard adds a test card for Production on its own page.
func (b *books) addCard(name string) *handlertest.Page {
	b.t.Helper()
	hosted := b.bo.Get(views.PaymentMethodPath(b.production)).Submit(b.t, payForm, nil).Follow().Want(b.t, 200)
	return hosted.Submit(b.t, "main form", url.Values{"do": {"add"}, "card": {name}}).Follow().Follow().Want(b.t, 200)
}

func (b *books) invoiceID() (id string) {
	b.t.Helper()
	b.must(b.DB.Read(ctx).Raw(`SELECT id FROM invoices WHERE number = ?`, b.number).Scan(&id).Error)
	return id
}

func (b *books) has(p *handlertest.Page, words ...string) {
	b.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.Main(), w) {
			b.t.Errorf("%s does not say %q:\n%s", p.Path, w, p.Main())
		}
	}
}

func TestAddingACardForAGroup(t *testing.T) {
	b := newPayers(t)
	path := views.PaymentMethodPath(b.production)
	b.has(b.bo.Get(path).Want(t, 200), "No payment method to choose yet.", "Add a card",
		"The card is charged for all projects in this billing group, also for services other people create.", "Sandbox: no money moves.")
	p := b.addCard(sandbox.Works)
	if p.Path != path || p.Text("[data-flash]") != "Visa ending 4242 added. This billing group pays with it from now on." || !p.Has("input[name='payment_method'][checked]") ||
		p.Attr("input[name='payment_method'][checked]", "value") == "" {
		t.Errorf("%s: %s", p.Path, p.Main())
	}
	b.has(p, "Expires 11/2029, Acme Cloud")
	b.has(b.vi.Get(views.BillingInformationPath(b.production)), "Visa ending 4242, expires ")
	b.vi.Get(path).Want(t, http.StatusForbidden)
	b.eve.Get(path).Want(t, http.StatusNotFound)
}

// A charge that fails, then paying with another card: on the first try the bank declines, on the second
// page the cardholder says no and then yes.
func TestPayingNow(t *testing.T) {
	b := newPayers(t)
	b.addCard(sandbox.Funds)
	b.must(b.Payments.Collect(ctx, b.invoiceID()))
	invoice, path := views.InvoicePath(b.production, b.number), views.PayNowPath(b.production, b.number)
	b.has(b.bo.Get(invoice), "Payment failed")
	pay := b.bo.Get(path).Want(t, 200)
	b.has(pay, "Pay invoice "+b.number, "€43.35", "Visa ending 9995", "Another card", "Sandbox: no money moves.")
	if pay.Title() != "Pay invoice "+b.number+" – Production – Billfold" {
		t.Errorf("%q", pay.Title())
	}
	if p := b.bo.Post(path, url.Values{"card": {b.web}}).Want(t, 422); p.Text("#errors li") != "Choose a card from the list" {
		t.Errorf("%q", p.Text("#errors"))
	}
	hosted := pay.Submit(t, payForm, url.Values{"card": {""}}).Follow().Want(t, 200)
	b.has(hosted, "Sandbox: no money moves.", "€43.35", b.number, "Acme Cloud")

	declined := hosted.Submit(t, "main form", url.Values{"do": {"pay"}, "card": {sandbox.Declined}}).Want(t, 422)
	if got := declined.Text("#errors li"); got != "Visa ending 0002 was not charged: the bank declined the card. Choose another card" {
		t.Errorf("%q", got)
	}
	asked := declined.Submit(t, "main form", url.Values{"do": {"pay"}, "card": {sandbox.Authenticate}}).Follow().Want(t, 200)
	b.has(asked, "Your bank asks you to confirm", "Confirm that Visa ending 3184 pays €43.35.")
	no := asked.Submit(t, "main form", url.Values{"do": {"decline"}}).Want(t, 422)
	b.has(no, "The payment was not confirmed, so nothing was charged.")

	// The page stays open: paying again leads to the same one.
	b.has(b.bo.Get(path), "A payment page for this invoice is open")
	if again := b.bo.Get(path).Submit(t, payForm, nil).Follow().Want(t, 200); again.Path != hosted.Path {
		t.Errorf("another page was opened: %s", again.Path)
	}
	asked = no.Submit(t, "main form", url.Values{"do": {"pay"}, "card": {sandbox.Authenticate}}).Follow().Want(t, 200)
	done := asked.Submit(t, "main form", url.Values{"do": {"confirm"}}).Follow().Follow().Want(t, 200)
	if done.Path != invoice || done.Text("[data-flash]") != "€43.35 of invoice "+b.number+" paid by Visa ending 3184." {
		t.Errorf("%s: %q", done.Path, done.Text("[data-flash]"))
	}
	b.has(done, "Paid 22 Nov 2026")
	b.has(b.bo.Get(path).Want(t, 200), "Nothing is to be paid", "is paid.")
	b.bo.Post(path, nil).Want(t, http.StatusConflict)
	// Coming back once more changes nothing.
	b.bo.Get(views.PaidPath(b.production, b.number)).WantRedirect(t, invoice)
	if n := b.Count(t, `SELECT COUNT(*) FROM payments`); n != 1 {
		t.Errorf("%d payments", n)
	}
	b.has(b.bo.Get(hosted.Path).Want(t, 200), "was paid here")
}

func TestNotPayingNow(t *testing.T) {
	b := newPayers(t)
	invoice, path := views.InvoicePath(b.production, b.number), views.PayNowPath(b.production, b.number)
	b.vi.Get(path).Want(t, http.StatusForbidden)
	b.vi.Post(path, nil).Want(t, http.StatusForbidden)
	b.eve.Get(path).Want(t, http.StatusNotFound)
	b.bo.Get(views.PayNowPath(b.production, b.foreignNumber)).Want(t, http.StatusNotFound)
	b.bo.Get(views.PayNowPath(b.research, b.number)).Want(t, http.StatusNotFound)
	b.bo.Get(views.PayNowPath(b.production, "estimate-2026-11")).Want(t, http.StatusNotFound)
	if p := b.bo.Get(views.PaidPath(b.production, b.number)).WantRedirect(t, invoice).Follow(); p.Text("[data-flash]") != "Nothing was charged. Pay now" {
		t.Errorf("%q", p.Text("[data-flash]"))
	}
	hosted := b.bo.Get(path).Submit(t, payForm, nil).Follow().Want(t, 200)
	if back := hosted.Submit(t, "main form", url.Values{"do": {"cancel"}}).Follow().Follow(); back.Path != invoice || back.Text("[data-flash]") != "Nothing was charged. Pay now" {
		t.Errorf("%s: %q", back.Path, back.Text("[data-flash]"))
	}
	b.has(b.bo.Get(hosted.Path).Want(t, 200), "nothing was charged")
	// A page that was left alone ends, and another one can be opened.
	left := b.bo.Get(path).Submit(t, payForm, nil).Follow().Want(t, 200)
	b.SetClock(handlertest.Start.Add(31 * time.Minute))
	if next := b.bo.Get(path).Submit(t, payForm, nil).Follow().Want(t, 200); next.Path == left.Path || next.Has("a.btn-primary") {
		t.Errorf("%s", next.Main())
	}
	if n := b.Count(t, `SELECT COUNT(*) FROM payments`); n != 0 {
		t.Errorf("%d payments", n)
	}
}

func TestPayingWithoutAGateway(t *testing.T) {
	b := newBooks(t)
	path := views.PayNowPath(b.production, b.number)
	p := b.bo.Get(path).Want(t, 200)
	b.has(p, "no payment service is set up")
	if p.Has("main form") {
		t.Error("paying is offered")
	}
	b.bo.Post(path, nil).Want(t, http.StatusConflict)
}

// While the bank decides nobody is offered a second payment.
func TestPayingWhileAPaymentIsUnderWay(t *testing.T) {
	b := newPayers(t)
	b.addCard(sandbox.Works)
	b.bo.Get(views.PayNowPath(b.production, b.number)).Submit(t, payForm, nil).Follow().Want(t, 200)
	b.exec(`UPDATE charges SET state = ?`, string(payment.Processing))
	p := b.bo.Get(views.PayNowPath(b.production, b.number)).Want(t, 200)
	b.has(p, "A payment of this invoice is under way.")
	if p.Has("main form") {
		t.Error("paying is offered")
	}
	b.bo.Post(views.PayNowPath(b.production, b.number), nil).Want(t, http.StatusConflict)
}
