package mail_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"billfold/models"
	"billfold/models/access"
	"billfold/models/account"
	"billfold/models/db"
	"billfold/models/db/dbtest"
	"billfold/models/job"
	"billfold/models/mail"
	"billfold/models/people"

	"gorm.io/gorm"
)

// outbox is a store over a post office that a test answers for.
type outbox struct {
	testing.TB
	*mail.Store
	db      *db.DB
	account string
	answer  func(m mail.Message) mail.Outcome
	mu      sync.Mutex
	sent    []mail.Message // every message that was handed over
}

func newOutbox(t testing.TB, d *db.DB) *outbox {
	t.Helper()
	owner, err := people.NewStore(d, nil).CreateUser(t.Context(), access.OperatorActor(), people.NewUser{Email: "ana@example.com", Password: "a long enough secret"})
	if err != nil {
		t.Fatal(err)
	}
	made, err := account.NewStore(d, nil).CreateAccount(t.Context(), access.OperatorActor(), "Acme", owner.ID)
	if err != nil {
		t.Fatal(err)
	}
	o := &outbox{TB: t, db: d, account: made.ID, answer: func(mail.Message) mail.Outcome { return mail.Outcome{Result: mail.Taken} }}
	o.Store = mail.NewStore(d, nil).Through(mail.Post{Sender: sender{o}, Host: "billing.example.com",
		From: func(context.Context) (mail.Address, error) {
			return mail.Address{Name: "Seller", Email: "billing@seller.example"}, nil
		},
		Write: func(m mail.Mail, from mail.Address) (mail.Written, error) {
			if m.Facts.Reason == "unspeakable" {
				return mail.Written{}, errors.New("no words")
			}
			return mail.Written{Subject: "About " + m.Facts.Number, Text: "Hello from " + from.Name + "\n", File: "x.pdf"}, nil
		}})
	return o
}

// send keeps what is handed over and answers as the test wants.
func (o *outbox) send(m mail.Message) mail.Outcome {
	o.mu.Lock()
	o.sent = append(o.sent, m)
	o.mu.Unlock()
	return o.answer(m)
}

// sender is the outbox's other end: Send of the outbox itself is the store's.
type sender struct{ o *outbox }

func (s sender) Send(_ context.Context, m mail.Message) mail.Outcome { return s.o.send(m) }

func (o *outbox) queue(key string, with func(w *mail.Wanted)) string {
	o.Helper()
	w := mail.Wanted{Kind: mail.PaymentFailed, UniqueKey: key, AccountID: o.account, Recipients: []string{"a@example.com", "b@example.com"}, Facts: mail.Facts{Number: "BF-1"}}
	if with != nil {
		with(&w)
	}
	if err := o.db.RunTx(o.Context(), func(tx *gorm.DB) error { return mail.Enqueue(tx, models.Clock(nil).Now(), w) }); err != nil {
		o.Fatal(err)
	}
	var id string
	if err := o.db.Read(o.Context()).Raw(`SELECT id FROM mails WHERE unique_key = ?`, key).Scan(&id).Error; err != nil {
		o.Fatal(err)
	}
	return id
}

func (o *outbox) get(id string) mail.Mail {
	o.Helper()
	m, err := o.Get(o.Context(), id)
	if err != nil {
		o.Fatal(err)
	}
	return m
}

func each(t *testing.T, fn func(t *testing.T, o *outbox)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, newOutbox(t, d)) })
}

func TestAMailIsQueuedOnce(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		id := o.queue("payment.failed:1", nil)
		if again := o.queue("payment.failed:1", func(w *mail.Wanted) { w.Recipients = []string{"c@example.com"} }); again != id {
			t.Fatal("queued twice")
		}
		if id := o.queue("payment.failed:2", func(w *mail.Wanted) { w.Recipients = nil }); id != "" {
			t.Fatal("a mail to nobody is queued")
		}
		var jobs int64
		if err := o.db.Read(t.Context()).Raw(`SELECT COUNT(*) FROM jobs WHERE kind = ?`, mail.JobSend).Scan(&jobs).Error; err != nil || jobs != 1 {
			t.Fatalf("%d jobs: %v", jobs, err)
		}
		if m := o.get(id); m.State != mail.Waiting || !slices.Equal(m.Recipients, []string{"a@example.com", "b@example.com"}) || m.Facts.Number != "BF-1" || m.Subject != "" {
			t.Fatalf("%+v", m)
		}
	})
}

func TestSending(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		id := o.queue("1", nil)
		if state, err := o.Send(t.Context(), id); err != nil || state != mail.Sent {
			t.Fatalf("%s %v", state, err)
		}
		m := o.get(id)
		if m.State != mail.Sent || m.SentAt == nil || m.Attempts != 1 || m.Subject != "About BF-1" || m.Body != "Hello from Seller\n" || m.LastError != "" {
			t.Fatalf("%+v", m)
		}
		if sent := o.sent[0]; sent.ID != id+"@billing.example.com" || sent.Subject != m.Subject || sent.Text != m.Body || !slices.Equal(sent.To, m.Recipients) || sent.File != nil || sent.Rest {
			t.Fatalf("%+v", sent)
		}
		if state, err := o.Send(t.Context(), id); err != nil || state != mail.Sent || len(o.sent) != 1 {
			t.Fatalf("%s %v: sent twice", state, err)
		}
	})
}

// TestAnswers is the table of what each answer makes of a mail, and whether it is ever sent again.
func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		for _, c := range []struct {
			outcome mail.Outcome
			state   mail.State
			again   bool
		}{
			{mail.Outcome{Result: mail.Taken, Refused: []mail.Refusal{{Recipient: "b@example.com", Words: "550 unknown"}}}, mail.Sent, false},
			{mail.Outcome{Result: mail.Refused, Words: "554 spam"}, mail.Failed, false},
			{mail.Outcome{Result: mail.Lost, Words: "no answer"}, mail.Unknown, false},
			{mail.Outcome{Result: mail.Later, Words: "451 try later"}, mail.Waiting, true},
		} {
			id := o.queue(fmt.Sprint(c.outcome), nil)
			o.sent, o.answer = nil, func(mail.Message) mail.Outcome { return c.outcome }
			state, err := o.Send(t.Context(), id)
			var later *job.Later
			if state != c.state || errors.As(err, &later) != c.again || (err != nil) != c.again {
				t.Fatalf("%+v: %s %v", c.outcome, state, err)
			}
			m := o.get(id)
			if m.State != c.state || c.outcome.Words != "" && m.LastError != c.outcome.Words || c.outcome.Refused != nil && !strings.Contains(m.LastError, "Not to b@example.com: 550 unknown") {
				t.Fatalf("%+v", m)
			}
			o.answer = func(mail.Message) mail.Outcome { return mail.Outcome{Result: mail.Taken} }
			state, err = o.Send(t.Context(), id)
			if want := map[bool]int{true: 2, false: 1}[c.again]; err != nil || len(o.sent) != want {
				t.Fatalf("%+v: handed over %d times, then %s %v", c.outcome, len(o.sent), state, err)
			}
			if c.again && (state != mail.Sent || o.sent[0].ID != o.sent[1].ID) {
				t.Fatalf("%s, %q and %q", state, o.sent[0].ID, o.sent[1].ID)
			}
		}
	})
}

// TestTwoWorkersNeverSendTwice has many workers at the same mails at once, without the leases of jobs.
func TestTwoWorkersNeverSendTwice(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		var ids []string
		for i := range 20 {
			ids = append(ids, o.queue(fmt.Sprint(i), nil))
		}
		gate := make(chan struct{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				<-gate
				for _, id := range ids {
					if _, err := o.Send(t.Context(), id); err != nil {
						t.Error(err)
					}
				}
			})
		}
		close(gate)
		wg.Wait()
		times := map[string]int{}
		for _, m := range o.sent {
			times[m.ID]++
		}
		for _, id := range ids {
			if n := times[id+"@billing.example.com"]; n != 1 {
				t.Errorf("%s was handed over %d times", id, n)
			}
			if m := o.get(id); m.State != mail.Sent || m.Attempts != 1 {
				t.Errorf("%s after %d attempts", m.State, m.Attempts)
			}
		}
	})
}

// TestAKilledProcess ends a worker between the two writes, as a kill does: nobody knows whether the mail
// is out, so nobody sends it again but the operator.
func TestAKilledProcess(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		id := o.queue("1", nil)
		o.answer = func(mail.Message) mail.Outcome { runtime.Goexit(); return mail.Outcome{} }
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = o.Send(context.Background(), id) })
		wg.Wait()
		if m := o.get(id); m.State != mail.Sending || m.Attempts != 1 {
			t.Fatalf("%+v: it is marked before the server is talked to", m)
		}
		o.answer = func(mail.Message) mail.Outcome { return mail.Outcome{Result: mail.Taken} }
		for range 3 {
			if state, err := o.Send(t.Context(), id); err != nil || state != mail.Unknown {
				t.Fatalf("%s %v", state, err)
			}
		}
		if m := o.get(id); len(o.sent) != 1 || m.State != mail.Unknown || m.LastError == "" {
			t.Fatalf("%+v, handed over %d times", m, len(o.sent))
		}
		if _, err := o.Retry(t.Context(), access.OperatorActor(), id); err != nil {
			t.Fatal(err)
		}
		if state, err := o.Send(t.Context(), id); err != nil || state != mail.Sent || len(o.sent) != 2 || o.sent[0].ID != o.sent[1].ID {
			t.Fatalf("%s %v", state, err)
		}
	})
}

// TestAWorkerThatWasOnlySlow was taken for dead, and knows better.
func TestAWorkerThatWasOnlySlow(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		id := o.queue("1", nil)
		began, goOn := make(chan struct{}), make(chan struct{})
		o.answer = func(mail.Message) mail.Outcome { close(began); <-goOn; return mail.Outcome{Result: mail.Taken} }
		var wg sync.WaitGroup
		wg.Go(func() {
			if state, err := o.Send(t.Context(), id); err != nil || state != mail.Sent {
				t.Errorf("%s %v", state, err)
			}
		})
		<-began
		if _, err := o.Drop(t.Context(), access.OperatorActor(), id); models.KindOf(err) != models.Conflict {
			t.Errorf("a mail that is being sent is dropped: %v", err)
		}
		if state, err := o.Send(t.Context(), id); err != nil || state != mail.Unknown {
			t.Fatalf("%s %v", state, err)
		}
		close(goOn)
		wg.Wait()
		if m := o.get(id); m.State != mail.Sent || len(o.sent) != 1 {
			t.Fatalf("%+v", m)
		}
	})
}

func TestWhatCannotBeSentYet(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		waits := o.queue("receipt", func(w *mail.Wanted) {
			w.Kind, w.Attachment = mail.PaymentReceived, mail.AttachReceipt+"0192a000-0000-7000-8000-000000000001"
		})
		var later *job.Later
		if state, err := o.Send(t.Context(), waits); state != mail.Waiting || !errors.As(err, &later) {
			t.Fatalf("%s %v", state, err)
		}
		if m := o.get(waits); m.State != mail.Waiting || m.Attempts != 0 {
			t.Fatalf("%+v", m)
		}
		for key, with := range map[string]func(w *mail.Wanted){
			"words": func(w *mail.Wanted) { w.Facts.Reason = "unspeakable" },
			"file":  func(w *mail.Wanted) { w.Attachment = "gold" },
		} {
			id := o.queue(key, with)
			if state, err := o.Send(t.Context(), id); err != nil || state != mail.Failed {
				t.Fatalf("%s %v", state, err)
			}
			if m := o.get(id); m.State != mail.Failed || !strings.HasPrefix(m.LastError, "The mail cannot be written: ") {
				t.Fatalf("%+v", m)
			}
		}
		if len(o.sent) != 0 {
			t.Fatalf("%+v", o.sent)
		}
	})
}

// TestByJob runs the life of a mail through the queue: put off with waits that grow, given up after days,
// tried anew when the operator says so.
func TestByJob(t *testing.T) {
	each(t, func(t *testing.T, o *outbox) {
		now := time.Now()
		q := job.Worker(o.db, nil, map[string]job.Func{mail.JobSend: o.Job(nil)}).OnWallClock(func() time.Time { return now })
		work := func(want int) {
			t.Helper()
			if n, err := q.Work(t.Context()); err != nil || n != want {
				t.Fatalf("%d jobs, want %d: %v", n, want, err)
			}
		}
		id := o.queue("1", nil)
		o.answer = func(mail.Message) mail.Outcome {
			return mail.Outcome{Result: mail.Later, Words: "connection refused"}
		}
		now = now.Add(time.Minute)
		work(1)
		work(0)
		now = now.Add(61 * time.Second)
		work(1)
		now = now.Add(61 * time.Second)
		work(0) // two minutes now
		for o.get(id).State == mail.Waiting {
			now = now.Add(61 * time.Minute)
			work(1)
		}
		if m := o.get(id); m.State != mail.Failed || m.Attempts != 60 || m.LastError != "Given up after 60 tries: connection refused" {
			t.Fatalf("%+v", m)
		}
		if o.sent[4].Rest || !o.sent[5].Rest {
			t.Fatal("recipients that are put off keep the others from their mail for too short or too long")
		}
		now = now.Add(time.Hour)
		work(0)
		o.answer = func(mail.Message) mail.Outcome { return mail.Outcome{Result: mail.Taken} }
		if _, err := o.Retry(t.Context(), access.OperatorActor(), id); err != nil {
			t.Fatal(err)
		}
		work(1)
		if m := o.get(id); m.State != mail.Sent || m.LastError != "" {
			t.Fatalf("%+v", m)
		}
	})
}
