package group_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"billfold/models"
	"billfold/models/event"
	"billfold/models/mail"
	"billfold/views"
)

func (b *books) emails(invoices, contacts []string) {
	b.t.Helper()
	info, err := b.accounts.BillingInformation(ctx, b.anaScope, b.production)
	b.must(err)
	info.InvoiceEmails, info.ContactEmails = invoices, contacts
	b.must(b.invoices.SetInformation(ctx, b.anaScope, b.production, info))
}

func (b *books) mails() []mail.Mail {
	b.t.Helper()
	list, err := mail.NewStore(b.DB, b.Clock).List(ctx, "", 100)
	b.must(err)
	return list
}

func TestEmailingACopy(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		b.emails([]string{"books@acme.example", "Ana@example.com"}, []string{"books@acme.example", "cfo@acme.example"})
		path, email := views.InvoicePath(b.production, b.number), views.InvoiceEmailPath(b.production, b.number)
		if p := b.bo.Get(path).Want(t, 200); !p.Has("main a[href='"+email+"']") || strings.Contains(p.Main(), "Emailed") {
			t.Errorf("%s", p.Main())
		}
		if p := b.vi.Get(path).Want(t, 200); p.Has("main a[href='" + email + "']") {
			t.Error("a viewer is offered what they may not do")
		}
		form := b.bo.Get(email).Want(t, 200)
		if form.Text("h1") != "Who gets a copy of invoice "+b.number+"?" || !slices.Equal(form.Texts("fieldset label"), []string{"books@acme.example", "Ana@example.com", "cfo@acme.example", "bo@example.com"}) {
			t.Errorf("%q %v", form.Text("h1"), form.Texts("fieldset label"))
		}
		if p := form.Submit(t, "form[action='"+email+"']", nil).Want(t, 422); !strings.Contains(p.Main(), "Choose who gets the copy") {
			t.Errorf("%s", p.Main())
		}
		to := url.Values{"to": {"bo@example.com", "books@acme.example"}}
		done := form.Submit(t, "form[action='"+email+"']", to).WantRedirect(t, path).Follow()
		if got := done.Text("[data-flash]"); got != "A copy is on its way to bo@example.com and books@acme.example." {
			t.Errorf("flash %q", got)
		}
		if !strings.Contains(done.Main(), "Waits to be sent to books@acme.example and bo@example.com") {
			t.Errorf("%s", done.Main())
		}
		form.Submit(t, "form[action='"+email+"']", to) // the same form again
		list := b.mails()
		if len(list) != 1 || list[0].Kind != mail.InvoiceCopy || !slices.Equal(list[0].Recipients, []string{"books@acme.example", "bo@example.com"}) ||
			list[0].Attachment != mail.AttachPDF || list[0].Facts.SentBy != "Bo Chen" || list[0].Facts.Number != b.number {
			t.Fatalf("%+v", list)
		}
		var events []event.Row
		b.must(b.DB.Read(ctx).Where("type = 'invoice.emailed'").Find(&events).Error)
		if len(events) != 1 || events[0].Sentence != "emailed a copy of invoice "+b.number+" to books@acme.example, bo@example.com." || events[0].ActorName != "Bo Chen" {
			t.Fatalf("%+v", events)
		}
		b.exec(`UPDATE mails SET state = 'sent', sent_at = ?`, b.Clock.Now())
		if p := b.vi.Get(path).Want(t, 200); !strings.Contains(p.Main(), "Emailed To books@acme.example and bo@example.com on 22 Nov 2026") {
			t.Errorf("%s", p.Main())
		}
	})
}

func TestEmailingACopyIsRefused(t *testing.T) {
	b := newBooks(t)
	b.emails([]string{"books@acme.example"}, nil)
	email := views.InvoiceEmailPath(b.production, b.number)
	send := func(address string) (int, string) {
		p := b.ana.Post(email, url.Values{"to": {address}})
		return p.Status, p.Main()
	}
	for _, address := range []string{"thief@example.com", "eve@example.com", "books@acme.example\r\nBcc: thief@example.com", "BOOKS@acme.example"} {
		if status, text := send(address); status != 422 || !strings.Contains(text, "Choose from the addresses below") {
			t.Errorf("%q: %d %s", address, status, text)
		}
	}
	b.vi.Get(email).Want(t, 403)
	b.vi.Post(email, url.Values{"to": {"books@acme.example"}}).Want(t, 403)
	b.eve.Get(email).Want(t, 404)
	b.eve.Post(email, url.Values{"to": {"books@acme.example"}}).Want(t, 404)
	b.ana.Get(views.InvoiceEmailPath(b.production, b.foreignNumber)).Want(t, 404)
	b.ana.Get(views.InvoiceEmailPath(b.production, "estimate-2026-11")).Want(t, 404)
	b.ana.Post(views.InvoiceEmailPath(b.production, "estimate-2026-11"), url.Values{"to": {"books@acme.example"}}).Want(t, 404)
	if list := b.mails(); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
	for i := range 20 {
		if status, text := send("books@acme.example"); status != 303 {
			t.Fatalf("copy %d: %d %s", i+1, status, text)
		}
	}
	if status, text := send("books@acme.example"); status != 422 || !strings.Contains(text, "You have sent 20 copies in an hour. Try again after") {
		t.Errorf("%d %s", status, text)
	}
	b.bo.Post(email, url.Values{"to": {"books@acme.example"}}).Want(t, 303) // somebody else may
	b.exec(`UPDATE attempts SET since = ?`, models.Clock(nil).Now().Add(-61*60*1e9))
	if status, text := send("books@acme.example"); status != 303 {
		t.Errorf("an hour later: %d %s", status, text)
	}
	if list := b.mails(); len(list) != 22 {
		t.Fatal(fmt.Sprint(len(list), " mails"))
	}
}
