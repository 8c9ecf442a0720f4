package invoice_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/invoice"
	"billfold/models/job"
	"billfold/models/mail"

	"gorm.io/gorm"
)

// taker takes every message.
type taker struct {
	mu   sync.Mutex
	sent []mail.Message
}

func (k *taker) Send(_ context.Context, m mail.Message) mail.Outcome {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sent = append(k.sent, m)
	return mail.Outcome{Result: mail.Taken}
}

func (w *world) outbox(k *taker) *mail.Store {
	return mail.NewStore(w.db, w.clock).Through(mail.Post{Sender: k, Host: "billing.example.com",
		From: func(context.Context) (mail.Address, error) {
			return mail.Address{Email: "billing@seller.example"}, nil
		},
		Write: func(m mail.Mail, _ mail.Address) (mail.Written, error) {
			return mail.Written{Subject: string(m.Kind) + " " + m.Facts.Number, File: "x.pdf"}, nil
		}})
}

func (w *world) mails() []mail.Mail {
	w.Helper()
	list, err := mail.NewStore(w.db, w.clock).List(w.ctx, "", 1000)
	w.must(err)
	return list
}

// billed closes September with an invoice for a group that has emails.
func billed(w *world, emails ...string) invoice.Row {
	w.bill(w.group, func(i *account.Information) { i.InvoiceEmails = emails })
	w.use(w.project, "2024-09-11T00:00:00Z", "100.00")
	w.close("2024-09")
	return w.row(w.group, "2024-09")
}

// TestAnInvoiceIsMailedOnce: with its first PDF, however often and by how many that is stored, to the
// emails of that moment, and the PDF is what the mail carries.
func TestAnInvoiceIsMailedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		row := billed(w, "old@acme.example")
		w.bill(w.group, func(i *account.Information) { i.InvoiceEmails = []string{"new@acme.example", "cfo@acme.example"} })
		if len(w.mails()) != 0 {
			t.Fatal("mailed before there is a PDF")
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := w.invoices.SaveDocument(w.ctx, row.ID, "pdf", []byte("%PDF-1")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		done := w.note(*row.Number, "1", "10.00")
		w.must(w.invoices.SaveDocument(w.ctx, done.Note.ID, "pdf", []byte("%PDF-2")))
		list := w.mails()
		if len(list) != 2 || list[0].Kind != mail.InvoiceIssued || list[1].Kind != mail.CreditNoteIssued {
			t.Fatalf("%+v", list)
		}
		if m := list[0]; strings.Join(m.Recipients, " ") != "new@acme.example cfo@acme.example" || m.Facts.Number != *row.Number || m.Facts.Total != "125.50" || m.Facts.Due != "125.50" ||
			m.Facts.Original != "" || m.Facts.Currency != "EUR" || m.Facts.DueDate == nil {
			t.Errorf("%+v", m)
		}
		if f := list[1].Facts; f.Number != *done.Note.Number || f.Original != *row.Number || f.Total != "12.55" || f.Due != "112.95" || f.Reason != "a test" || f.Amount != "" {
			t.Errorf("%+v", f)
		}
		k := &taker{}
		jobs := job.Worker(d, nil, map[string]job.Func{mail.JobSend: w.outbox(k).Job(nil)})
		w.must(jobs.Drain(w.ctx, nil))
		if len(k.sent) != 2 || !bytes.Equal(k.sent[0].File.Content, []byte("%PDF-1")) || !bytes.Equal(k.sent[1].File.Content, []byte("%PDF-2")) {
			t.Fatalf("%+v", k.sent)
		}
		if got, err := w.invoices.Emailed(w.ctx, w.scope(w.group), row, 5); err != nil || len(got) != 1 || got[0].State != mail.Sent {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestNobodyToMail(t *testing.T) {
	w := newWorld(t, dbtest.New(t, db.SQLite))
	row := billed(w)
	w.must(w.invoices.SaveDocument(w.ctx, row.ID, "pdf", []byte("%PDF-1")))
	if len(w.mails()) != 0 {
		t.Fatalf("%+v", w.mails())
	}
}

// TestAMailDoesNotAskForWhatIsPaid: one that waited while the invoice was settled is not sent.
func TestAMailDoesNotAskForWhatIsPaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, settle := range map[string]func(w *world, number string){
			"paid": func(w *world, number string) {
				_, err := w.invoices.RecordPayment(w.ctx, operator, invoice.NewPayment{Number: number, Reference: "R1"})
				w.must(err)
			},
			"waived": func(w *world, number string) {
				w.must(w.invoices.SetState(w.ctx, operator, number, invoice.Waived, "a favour"))
			},
			"open": func(*world, string) {},
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, dbtest.New(t, d.Dialect()))
				row := billed(w)
				for i, kind := range []mail.Kind{mail.PaymentReminder, mail.PaymentFailed, mail.ActionRequired} {
					w.must(w.db.RunTx(w.ctx, func(tx *gorm.DB) error {
						return mail.Enqueue(tx, w.now, mail.Wanted{Kind: kind, UniqueKey: fmt.Sprint(i), AccountID: w.account, InvoiceID: row.ID, Recipients: []string{"a@acme.example"}})
					}))
				}
				settle(w, *row.Number)
				k, sent := &taker{}, 0
				if name == "open" {
					sent = 3
				}
				w.must(job.Worker(w.db, nil, map[string]job.Func{mail.JobSend: w.outbox(k).Job(nil)}).Drain(w.ctx, nil))
				dropped, err := mail.NewStore(w.db, w.clock).List(w.ctx, mail.Dropped, 10)
				if w.must(err); len(k.sent) != sent || len(dropped) != 3-sent {
					t.Fatalf("%d sent, %d dropped", len(k.sent), len(dropped))
				}
			})
		}
	})
}

// TestAtMostTwentyCopiesAtOnce: of many requests of a user at once no more than the limit gets through.
func TestAtMostTwentyCopiesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		row := billed(w, "books@acme.example")
		var owner string
		w.must(d.Read(w.ctx).Raw(`SELECT id FROM users`).Scan(&owner).Error)
		scope, err := access.New(d).ForGroup(w.ctx, access.Actor{Kind: access.User, ID: owner, Name: "Ana"}, w.group, access.Write)
		w.must(err)
		var wg sync.WaitGroup
		var mu sync.Mutex
		sent, refused := 0, 0
		for range 30 {
			wg.Go(func() {
				err := w.invoices.EmailCopy(w.ctx, scope, *row.Number, []string{"books@acme.example"})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					sent++
				case models.KindOf(err) == models.Invalid:
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if sent != 20 || refused != 10 || len(w.mails()) != 20 {
			t.Fatalf("%d sent, %d refused, %d mails", sent, refused, len(w.mails()))
		}
	})
}
