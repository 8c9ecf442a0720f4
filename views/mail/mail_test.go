package mail

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	outbox "billfold/models/mail"
)

var update = flag.Bool("update", false, "write what the mails say now into testdata")

var seller = outbox.Address{Name: "Seller Inc", Email: "billing@seller.example"}

func at(day string) *time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return &t
}

// facts are those of an invoice, changed by with.
func facts(with func(f *outbox.Facts)) outbox.Facts {
	f := outbox.Facts{AccountID: "0192a000-0000-7000-8000-000000000001", AccountName: "Acme Cloud", GroupID: "0192a000-0000-7000-8000-000000000002", GroupName: "Käufer & Söhne",
		Number: "BF-2026-000412", Month: "2026-10", Currency: "EUR", Total: "14472.87", Due: "14472.87", DueDate: at("2026-11-15")}
	if with != nil {
		with(&f)
	}
	return f
}

var samples = []struct {
	name, attachment string
	kind             outbox.Kind
	facts            outbox.Facts
}{
	{"invoice by bank transfer", outbox.AttachPDF, outbox.InvoiceIssued, facts(func(f *outbox.Facts) { f.Method = "bank transfer" })},
	{"invoice by card", outbox.AttachPDF, outbox.InvoiceIssued, facts(func(f *outbox.Facts) { f.Method = "Visa ending 4242" })},
	{"invoice without a method", outbox.AttachPDF, outbox.InvoiceIssued, facts(nil)},
	{"invoice with nothing due", outbox.AttachPDF, outbox.InvoiceIssued, facts(func(f *outbox.Facts) { f.Due = "0.00" })},
	{"credit note", outbox.AttachPDF, outbox.CreditNoteIssued, facts(func(f *outbox.Facts) {
		f.Number, f.Original, f.Total, f.Due, f.Amount, f.Reason = "BF-CN-2026-000007", "BF-2026-000412", "100.00", "0.00", "40.00", "Outage of\r\n3 October"
	})},
	{"copy of an invoice", outbox.AttachPDF, outbox.InvoiceCopy, facts(func(f *outbox.Facts) { f.SentBy = "Ana Lima" })},
	{"copy of a credit note", outbox.AttachPDF, outbox.InvoiceCopy, facts(func(f *outbox.Facts) {
		f.Number, f.Original, f.SentBy = "BF-CN-2026-000007", "BF-2026-000412", "Ana Lima"
	})},
	{"payment failed", "", outbox.PaymentFailed, facts(func(f *outbox.Facts) {
		f.Amount, f.Method, f.Reason, f.NextTry = "14472.87", "Visa ending 4242", "insufficient funds", at("2026-11-04")
	})},
	{"payment failed for good", "", outbox.PaymentFailed, facts(func(f *outbox.Facts) {
		f.Amount, f.Method, f.Reason, f.Times = "14472.87", "Visa ending 4242", "the bank declined the card", 4
	})},
	{"confirm a payment", "", outbox.ActionRequired, facts(func(f *outbox.Facts) { f.Amount, f.Method = "14472.87", "Visa ending 4242" })},
	{"payment received", outbox.AttachReceipt + "1", outbox.PaymentReceived, facts(func(f *outbox.Facts) {
		f.Amount, f.Due, f.Method, f.Date = "14472.87", "0.00", "Visa ending 4242", at("2026-11-03")
	})},
	{"part received", outbox.AttachReceipt + "1", outbox.PaymentReceived, facts(func(f *outbox.Facts) {
		f.Currency, f.Total, f.Amount, f.Due, f.Method, f.Date = "JPY", "120000", "100000", "20000", "Bank transfer", at("2026-11-03")
	})},
	{"payment taken back", "", outbox.PaymentReversed, facts(func(f *outbox.Facts) { f.Amount, f.Method, f.Date = "14472.87", "Visa ending 4242", at("2026-12-03") })},
	{"first reminder", "", outbox.PaymentReminder, facts(func(f *outbox.Facts) { f.Times = 1 })},
	{"second reminder", "", outbox.PaymentReminder, facts(func(f *outbox.Facts) { f.Times, f.Due = 2, "472.87" })},
	{"card expiring", "", outbox.CardExpiring, outbox.Facts{AccountID: "0192a000-0000-7000-8000-000000000001", AccountName: "Acme Cloud", GroupID: "0192a000-0000-7000-8000-000000000002",
		GroupName: "Production", Method: "Visa ending 4242", Expires: "12/2026"}},
}

func mailOf(kind outbox.Kind, attachment string, f outbox.Facts) outbox.Mail {
	return outbox.Mail{Row: outbox.Row{Kind: kind, Attachment: attachment}, Facts: f}
}

// TestMailsSay compares every mail with the one in testdata, which is read by people.
func TestMailsSay(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			w, err := Write(mailOf(s.kind, s.attachment, s.facts), seller, "https://billing.example.com")
			if err != nil {
				t.Fatal(err)
			}
			got := "Subject: " + w.Subject + "\n"
			if w.File != "" {
				got += "Attached: " + w.File + "\n"
			}
			got += "\n" + w.Text
			path := filepath.Join("testdata", strings.ReplaceAll(s.name, " ", "_")+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || got != string(want) {
				t.Fatalf("%v\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func TestEveryKindIsWritten(t *testing.T) {
	seen := map[outbox.Kind]bool{}
	for _, s := range samples {
		seen[s.kind] = true
	}
	for _, kind := range []outbox.Kind{outbox.InvoiceIssued, outbox.CreditNoteIssued, outbox.PaymentFailed, outbox.ActionRequired, outbox.PaymentReceived,
		outbox.PaymentReversed, outbox.PaymentReminder, outbox.CardExpiring, outbox.InvoiceCopy} {
		if !seen[kind] {
			t.Errorf("no sample of %s", kind)
		}
	}
	if _, err := Write(mailOf("invoice.sung", "", facts(nil)), seller, ""); err == nil {
		t.Error("a kind that nobody knows is written")
	}
}

// TestNothingIsMadeUp: a mail about money that lacks a fact is not written.
func TestNothingIsMadeUp(t *testing.T) {
	for name, with := range map[string]func(f *outbox.Facts){
		"no amount":           func(f *outbox.Facts) { f.Amount = "" },
		"not an amount":       func(f *outbox.Facts) { f.Amount = "12.345" },
		"no currency":         func(f *outbox.Facts) { f.Currency = "" },
		"no number":           func(f *outbox.Facts) { f.Number = "" },
		"no date":             func(f *outbox.Facts) { f.Date = nil },
		"due is not a number": func(f *outbox.Facts) { f.Due = "x" },
	} {
		f := facts(func(f *outbox.Facts) { f.Amount, f.Date = "1.00", at("2026-11-03") })
		if _, err := Write(mailOf(outbox.PaymentReceived, "", f), seller, ""); err != nil {
			t.Fatal(err)
		}
		with(&f)
		if w, err := Write(mailOf(outbox.PaymentReceived, "", f), seller, ""); err == nil {
			t.Errorf("%s: %q", name, w.Text)
		}
	}
}

func TestNamesStayOnTheirLine(t *testing.T) {
	f := facts(func(f *outbox.Facts) {
		f.GroupName, f.AccountName, f.SentBy = "Evil\r\nBcc: x@example.com", "A\x00\u2028B", "Mallory\n\nDear customer"
	})
	for _, kind := range []outbox.Kind{outbox.InvoiceIssued, outbox.InvoiceCopy} {
		w, err := Write(mailOf(kind, "", f), outbox.Address{Name: "S\nI", Email: "s@example.com"}, "")
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(w.Subject, "\r\n\x00") || strings.Contains(w.Text, "\nBcc") || strings.Contains(w.Text, "\nDear") || strings.Contains(w.Text, "\x00") {
			t.Errorf("%q\n%s", w.Subject, w.Text)
		}
	}
}
