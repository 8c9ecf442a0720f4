package group_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"billfold/handlers/handlertest"
	"billfold/models"
	"billfold/models/access"
	"billfold/models/invoice"
	"billfold/models/payment"
	"billfold/views"
	"billfold/views/documents"
)

// settle records a bank transfer for the invoice and makes its receipt, as the job does.
func (b *books) settle(amount, reference string) (paymentID string) {
	b.t.Helper()
	done, err := b.invoices.RecordPayment(ctx, access.OperatorActor(), invoice.NewPayment{Number: b.number, Amount: amount, Reference: reference})
	b.must(err)
	paid, err := b.invoices.PaymentOf(ctx, done.ID)
	b.must(err)
	pdf, err := documents.ReceiptPDF(documents.ReceiptOf(paid, paid.DueMinor+paid.Payment.AmountMinor))
	b.must(err)
	b.must(b.invoices.SaveReceipt(ctx, done.ID, pdf))
	return done.ID
}

// charge writes an attempt to charge the invoice, as collecting does.
func (b *books) charge(attempt int, kind payment.Kind, state payment.State, failure string) {
	b.t.Helper()
	b.exec(`INSERT INTO charges (id, account_id, invoice_id, attempt, kind, gateway, amount_minor, currency, session_ref, charge_ref, state, failure_code, brand, last4, created_at, updated_at)
		SELECT ?, account_id, id, ?, ?, 'sandbox', due_minor, currency, '', '', ?, ?, 'Visa', '4242', ?, ? FROM invoices WHERE number = ?`,
		models.NewID(), attempt, string(kind), string(state), failure, time.Date(2026, 11, 2+attempt, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 2+attempt, 9, 0, 0, 0, time.UTC), b.number)
}

// failing sets the invoice to a failed payment that is tried again at an instant.
func (b *books) failing(next time.Time) {
	b.t.Helper()
	b.exec(`UPDATE invoices SET state = 'payment_failed' WHERE number = ?`, b.number)
	b.exec(`DELETE FROM collections`)
	b.exec(`INSERT INTO collections (invoice_id, account_id, failures, next_charge_at, reminders, updated_at) SELECT id, account_id, 1, ?, 0, ? FROM invoices WHERE number = ?`, next, b.Clock(), b.number)
}

func (b *books) page() string { return views.InvoicePath(b.production, b.number) }

func TestReceipts(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		last := views.ReceiptPath(b.production, b.number)
		b.ana.Get(last).Want(t, 404)
		first := b.settle("10.00", "RF1")
		second := b.settle("", "RF2")
		of := func(payment string) string { return views.ReceiptOfPath(b.production, b.number, payment) }
		for path, want := range map[string][]string{
			of(first):  {"receipt_" + b.number + ".pdf", "€10.00", "Still due EUR €33.35", "Reference RF1"},
			of(second): {"receipt_" + b.number + "-2.pdf", "€33.35", "Paid or credited before −€10.00", "Still due EUR €0.00"},
			last:       {"receipt_" + b.number + "-2.pdf", "€33.35"},
		} {
			for _, who := range []*handlertest.Client{b.ana, b.bo, b.vi} {
				p := who.Get(path).Want(t, 200)
				text := pdfText(t, p.Body)
				if name := p.Header.Get("Content-Disposition"); !strings.Contains(name, "filename="+want[0]) || p.Header.Get("Content-Type") != "application/pdf" || p.Header.Get("ETag") == "" {
					t.Errorf("%s: %v", path, p.Header)
				}
				for _, words := range want[1:] {
					if !strings.Contains(text, words) {
						t.Errorf("%s does not say %q: %s", path, words, text)
					}
				}
			}
			again := b.ana.Request(http.MethodGet, path, nil)
			again.Header.Set("If-None-Match", b.ana.Get(path).Header.Get("ETag"))
			b.ana.Do(again).Want(t, 304)
			b.eve.Get(path).Want(t, 404)
		}
		b.eve.Get(views.ReceiptOfPath(b.foreign, b.foreignNumber, first)).Want(t, 404)
		b.eve.Get(views.ReceiptOfPath(b.foreign, b.number, first)).Want(t, 404)
		b.ana.Get(of("x")).Want(t, 404)
		p := b.ana.Get(b.page()).Want(t, 200)
		rows := p.Texts("#payments tbody tr")
		if len(rows) != 2 || !strings.Contains(rows[0], "Paid by bank transfer, reference RF1 10.00 PDF, ") || !strings.Contains(rows[1], "33.35 PDF, ") || !p.Has("a[href='"+of(first)+"']") {
			t.Errorf("%q", rows)
		}
	})
}

// The page says why a payment failed, what happens next, and what to do; who may only look gets no links.
func TestPaymentTroubles(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		b.failing(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))
		b.charge(1, payment.Automatic, payment.Failed, payment.FailFunds)
		b.charge(2, payment.PayNow, payment.Cancelled, "")
		words := "We could not charge Visa ending 4242 on 3 Nov 2026: insufficient funds. €43.35 is due. We try again on 26 Nov."
		for _, path := range []string{views.GroupPath(b.production), views.InvoicesPath(b.production), b.page(), views.AccountBillingPath(b.acme)} {
			for _, who := range []*handlertest.Client{b.ana, b.bo, b.vi} {
				p := who.Get(path).Want(t, 200)
				if got := p.Text(".note-bad"); !strings.Contains(got, words) {
					t.Errorf("%s says %q", path, got)
				}
				if has := p.Has(".note-bad a[href='" + views.PaymentMethodPath(b.production) + "']"); has == (who == b.vi) {
					t.Errorf("%s: the link to the payment method is %v", path, has)
				}
			}
			if path != b.page() && !b.vi.Get(path).Has(".note-bad a[href='"+b.page()+"']") {
				t.Errorf("%s does not lead to the invoice", path)
			}
			if p := b.eve.Get(strings.NewReplacer(b.production, b.foreign, b.acme, b.borealis, b.number, b.foreignNumber).Replace(path)).Want(t, 200); p.Has(".note-bad") {
				t.Errorf("%s of another account: %s", path, p.Text(".note-bad"))
			}
		}
		rows := b.ana.Get(b.page()).Texts("#payments tbody tr")
		want := []string{"3 Nov 2026 Visa ending 4242 could not be charged €43.35: insufficient funds No money moved", "4 Nov 2026 The page to pay €43.35 was left without paying No money moved"}
		if strings.Join(rows, "|") != strings.Join(want, "|") {
			t.Errorf("%q", rows)
		}
		if p := b.ana.Get(b.page()); !strings.Contains(p.Main(), "The card is charged again on 26 Nov 2026.") {
			t.Error(p.Main())
		}
		for _, c := range []struct {
			state payment.State
			code  string
			words string
		}{
			{payment.ActionRequired, payment.FailAuthentication, "Your bank asks you to confirm the payment of €43.35 with Visa ending 4242."},
			{payment.Processing, "", "Your bank has not decided yet about the payment of €43.35 with Visa ending 4242."},
			{payment.Reversed, "", "Your bank took back a payment by Visa ending 4242 on 5 Nov 2026. €43.35 is due again."},
		} {
			b.exec(`DELETE FROM charges WHERE attempt = 3`)
			b.charge(3, payment.Automatic, c.state, c.code)
			if got := b.ana.Get(b.page()).Text(".note-bad"); !strings.Contains(got, c.words) {
				t.Errorf("%s: %q", c.state, got)
			}
		}
	})
}

func TestNoCardOnFile(t *testing.T) {
	eachBooks(t, func(t *testing.T, b *books) {
		b.failing(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))
		says := func(words string) {
			t.Helper()
			for _, path := range []string{b.page(), views.InvoicesPath(b.production), views.GroupPath(b.production), views.AccountBillingPath(b.acme)} {
				if p := b.ana.Get(path).Want(t, 200); !strings.Contains(strings.Join(p.Texts(".badge"), "|"), words) {
					t.Errorf("%s: %q, want %q", path, p.Texts(".badge"), words)
				}
			}
		}
		says("No card on file")
		card := models.NewID()
		b.exec(`INSERT INTO payment_methods (id, account_id, kind, terms_days, provider, provider_ref, brand, last4, holder, exp_month, exp_year, created_at)
			VALUES (?, ?, 'card', 0, 'sandbox', 'c1', 'Visa', '4242', 'Ana Lima', 8, 2028, ?)`, card, b.acme, b.Clock())
		b.exec(`UPDATE billing_groups SET payment_method_id = ? WHERE id = ?`, card, b.production)
		says("Payment failed")
	})
}

// A due invoice says where a bank transfer goes; one that a card pays, or that is paid, does not.
func TestHowToPay(t *testing.T) {
	b := newBooks(t)
	if p := b.ana.Get(b.page()).Want(t, 200); strings.Contains(p.Main(), "How to pay") {
		t.Error("a seller without a bank account says where to pay to")
	}
	b.exec(`UPDATE invoices SET snapshot = replace(snapshot, '"iban":""', '"iban":"FI2112345600000785"') WHERE number = ?`, b.number)
	b.settle("3.35", "RF1")
	for _, who := range []*handlertest.Client{b.ana, b.vi} {
		if p := who.Get(b.page()).Want(t, 200); !strings.Contains(p.Main(), "How to pay Pay by bank transfer with this reference, so that the payment is found. Amount €40.00 Pay by 15 Nov 2026 Beneficiary Northwind Oy IBAN FI21 1234 5600 0007 85 Reference "+b.number) {
			t.Error(p.Main())
		}
	}
	b.settle("", "RF2")
	if p := b.ana.Get(b.page()).Want(t, 200); strings.Contains(p.Main(), "How to pay") {
		t.Error("a paid invoice says how to pay")
	}
}

func TestRemindersInTheHistory(t *testing.T) {
	b := newBooks(t)
	for i, sent := range []any{time.Date(2026, 11, 18, 6, 0, 0, 0, time.UTC), nil} {
		state := map[bool]string{true: "sent", false: "waiting"}[sent != nil]
		b.exec(`INSERT INTO mails (id, account_id, invoice_id, kind, unique_key, recipients, facts, subject, body, attachment, state, attempts, last_error, created_at, updated_at, sent_at)
			SELECT ?, account_id, id, 'payment.reminder', ?, '[]', '{}', '', '', '', ?, 0, '', ?, ?, ? FROM invoices WHERE number = ?`, models.NewID(), models.NewID(), state, time.Date(2026, 11, 18+i, 5, 0, 0, 0, time.UTC), b.Clock(), sent, b.number)
	}
	rows := b.ana.Get(b.page()).Texts("#payments tbody tr")
	if len(rows) != 2 || !strings.Contains(rows[0], "18 Nov 2026 Reminder sent by mail") || !strings.Contains(rows[1], "19 Nov 2026 Reminder waits to be sent by mail") {
		t.Errorf("%q", rows)
	}
}
