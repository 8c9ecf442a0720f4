package main

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"billfold/models/mail/smtp/smtptest"
)

// invoiced is a command line whose customer got an invoice, which is to be mailed.
func invoiced(t *testing.T) *line {
	l := newLine(t)
	l.customer()
	l.ok("", "usage", "import", l.file("focus.csv", focus), "--create-projects", "--account", "Acme")
	l.ok("", "seller", "set", "--name", "Seller Inc", "--address-line1", "1 Main Street", "--city", "Austin", "--region", "TX", "--postal-code", "78701", "--country", "US")
	l.ok("", "billing-information", "set", "--group", "Acme/Default", "--company", "Acme Oy", "--address-line1", "Tie 2", "--city", "Espoo", "--postal-code", "02100",
		"--country", "FI", "--currency", "USD", "--invoice-email", "books@acme.example,ana@acme.example")
	l.ok("", "invoices", "close", "--month", "2024-09")
	return l
}

type listed struct {
	Mails []struct {
		ID       string   `json:"mail_id"`
		State    string   `json:"state"`
		Kind     string   `json:"kind"`
		To       []string `json:"recipients"`
		Attempts int      `json:"attempts"`
		Error    string   `json:"last_error"`
	} `json:"mails"`
}

func (l *line) mails(args ...string) (list listed) {
	l.t.Helper()
	if err := json.Unmarshal([]byte(l.ok("", append([]string{"mail", "list", "--json"}, args...)...)), &list); err != nil {
		l.t.Fatal(err)
	}
	return list
}

func TestAnInvoiceIsMailed(t *testing.T) {
	l := invoiced(t)
	list := l.mails()
	if len(list.Mails) != 1 || list.Mails[0].State != "waiting" || list.Mails[0].Kind != "invoice.issued" || strings.Join(list.Mails[0].To, " ") != "books@acme.example ana@acme.example" {
		t.Fatalf("%+v: without a mail server it waits", list)
	}
	id := list.Mails[0].ID
	if text := l.ok("", "mail", "show", id); !strings.Contains(text, "Not written yet") || !strings.Contains(text, "Subject: Invoice BF-2024-000001 for September 2024: $12.35 USD") {
		t.Errorf("%s", text)
	}
	sink := smtptest.New(t, smtptest.Plain)
	send := []string{"mail", "send", "--smtp-url", "smtp://" + sink.Address, "--public-url", "https://billing.example.com"}
	l.refused("is waiting and cannot be", "mail", "retry", id)
	code, _, errs := l.run("", send...)
	if code != 1 || !strings.Contains(errs, "nobody is named whom mails are from") || sink.Connections() != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	l.ok("", "seller", "set", "--contact-email", "billing@seller.example")

	sink.Fail(func(step, _ string) error {
		if step == smtptest.AtRcpt {
			return smtptest.Code(451, "greylisted")
		}
		return nil
	})
	if code, _, errs := l.run("", send...); code != 1 || !strings.Contains(errs, "greylisted") {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if m := l.mails().Mails[0]; m.State != "waiting" || m.Attempts != 1 || !strings.Contains(m.Error, "451 4.0.0 greylisted") {
		t.Fatalf("%+v", m)
	}
	sink.Fail(nil)
	if out := l.ok("", send...); !strings.HasPrefix(out, "1 sent, 0 still wait, 0 failed") {
		t.Fatal(out)
	}
	l.ok("", send...)
	if len(sink.Taken()) != 1 || len(l.mails().Mails) != 0 || l.mails("--state", "sent").Mails[0].ID != id {
		t.Fatalf("%d mails taken, %+v", len(sink.Taken()), l.mails())
	}
	got := sink.Taken()[0]
	read := got.Read(t)
	if from, want := read.Header.Get("From"), `"Seller Inc" <billing@seller.example>`; from != want || strings.Join(got.To, " ") != "books@acme.example ana@acme.example" {
		t.Errorf("from %s to %v", from, got.To)
	}
	if got := read.Header.Get("Message-Id"); got != "<"+id+"@billing.example.com>" {
		t.Errorf("message id %s", got)
	}
	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	var text bytes.Buffer
	if part, err := parts.NextPart(); err != nil {
		t.Fatal(err)
	} else if _, err := text.ReadFrom(part); err != nil || !strings.Contains(text.String(), "https://billing.example.com/billing-groups/") {
		t.Errorf("%v %s", err, text.String())
	}
	if part, err := parts.NextPart(); err != nil || part.FileName() != "invoice_BF-2024-000001_2024-09.pdf" {
		t.Errorf("%v %v", part, err)
	}
	l.ok("", "verify")
}

func TestMailsThatDidNotLeave(t *testing.T) {
	l := invoiced(t)
	id := l.mails().Mails[0].ID
	sink := smtptest.New(t, smtptest.Plain)
	atData := func(fault error) func(step, what string) error {
		return func(step, _ string) error {
			if step == smtptest.AtData {
				return fault
			}
			return nil
		}
	}
	sink.Fail(atData(smtptest.ErrCut))
	t.Setenv("BILLFOLD_SMTP_URL", "smtp://"+sink.Address)
	t.Setenv("BILLFOLD_PUBLIC_URL", "https://billing.example.com")
	t.Setenv("BILLFOLD_MAIL_FROM", "Books <books@seller.example>")
	for range 2 { // the second time there is nothing to send
		l.run("", "mail", "send")
	}
	if m := l.mails().Mails[0]; m.State != "unknown" || len(sink.Taken()) != 1 || sink.Connections() != 1 {
		t.Fatalf("%+v, %d connections", m, sink.Connections())
	}
	sink.Fail(atData(smtptest.Code(554, "spam")))
	l.ok("", "mail", "retry", id)
	if code, out, errs := l.run("", "mail", "send"); code != 1 || !strings.HasPrefix(out, "0 sent, 0 still wait, 1 failed") || !strings.Contains(errs, "some mails were not sent") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if m := l.mails().Mails[0]; m.State != "failed" || !strings.Contains(m.Error, "554 5.0.0 spam") {
		t.Fatalf("%+v", m)
	}
	l.refused("There is no mail", "mail", "show", "x")
	l.refused("name the mails to drop", "mail", "drop")
	l.refused("Use waiting, sending", "mail", "list", "--state", "lost")
	l.ok("", "mail", "retry", id)
	if out := l.ok("", "mail", "drop", "--before", "2024-10-03"); out != "1 mail dropped.\n" {
		t.Error(out)
	}
	l.refused("is dropped and cannot be", "mail", "retry", id)
	l.ok("", "mail", "send")
	if sink.Connections() != 2 {
		t.Errorf("%d connections", sink.Connections())
	}
	l.ok("", "verify")
}

func TestServeSendsMails(t *testing.T) {
	l := invoiced(t)
	sink := smtptest.New(t, smtptest.Plain)
	l.refused("--smtp-url", "serve", "--listen", "127.0.0.1:0", "--smtp-url", "http://x")
	l.refused("--mail-from", "serve", "--listen", "127.0.0.1:0", "--mail-from", "x")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan string)
	go func() {
		var out, errs bytes.Buffer
		run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--smtp-url", "smtp://" + sink.Address, "--mail-from", "books@seller.example", "--close-after", "10000h"}, strings.NewReader(""), &out, &errs)
		ended <- errs.String()
	}()
	for deadline := time.Now().Add(20 * time.Second); len(sink.Taken()) == 0 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	log := <-ended
	if len(sink.Taken()) != 1 || len(l.mails("--state", "sent").Mails) != 1 {
		t.Fatalf("%d taken: %s", len(sink.Taken()), log)
	}
}
