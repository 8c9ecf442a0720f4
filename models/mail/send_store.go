package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"billfold/models/job"

	"gorm.io/gorm"
)

// waitForFile is how long a mail waits for a file that is being made, in real time.
const waitForFile = time.Minute

// settleTime is how long writing down what came of a mail may take once the work's own time is over.
const settleTime = 15 * time.Second

// Send sends a mail that waits, at most once whatever happens: it is marked as being sent before the
// server is talked to, and one that is found so marked was left by a process that ended meanwhile, so
// nobody knows and it is Unknown. The job's lease keeps two workers from the same mail, and if it did not,
// the mark would. It answers the state the mail is in afterwards. The error is a job.Later when it is to
// be tried again.
func (s *Store) Send(ctx context.Context, id string) (State, error) {
	m, err := s.Get(ctx, id)
	if err != nil {
		return "", err
	}
	switch m.State {
	case Sending:
		return s.move(ctx, m, Unknown, "The process ended while it talked to the mail server", nil)
	case Waiting:
	default:
		return m.State, nil
	}
	if settled, err := s.settled(ctx, m); err != nil || settled {
		if err != nil {
			return m.State, err
		}
		return s.move(ctx, m, Dropped, "The invoice was settled before the mail was sent", nil)
	}
	message, err := s.message(ctx, m)
	if bad := (*unwritable)(nil); errors.As(err, &bad) { // trying again would not help
		return s.move(ctx, m, Failed, Clean(bad.Error()), nil)
	}
	if err != nil {
		return m.State, err
	}
	taken, err := s.take(ctx, m, message)
	if err != nil || !taken {
		return m.State, err
	}
	m.State, m.Attempts = Sending, m.Attempts+1
	message.Rest = m.Attempts >= patience
	outcome := s.post.Sender.Send(ctx, message)
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	state, words := outcome.settle(m.Attempts)
	if state, err = s.move(after, m, state, words, &outcome); err != nil {
		return state, err
	}
	if state == Waiting {
		return state, &job.Later{After: backOff(m.Attempts), Reason: words}
	}
	return state, nil
}

// Job is what JobSend does. told hears of each mail that was tried, and what state it is in then; nil for
// nobody.
func (s *Store) Job(told func(id string, state State)) job.Func {
	return func(ctx context.Context, payload []byte) error {
		var p JobMail
		if err := json.Unmarshal(payload, &p); err != nil {
			return err
		}
		state, err := s.Send(ctx, p.MailID)
		if told != nil {
			told(p.MailID, state)
		}
		return err
	}
}

// settled reports that a mail asks for money that is not due any more: it waited, for a mail server or an
// operator, while the invoice was paid, credited or given up.
func (s *Store) settled(ctx context.Context, m Mail) (bool, error) {
	if m.InvoiceID == nil || !m.Kind.asks() {
		return false, nil
	}
	var open int64
	err := s.db.Read(ctx).Table("invoices").Where("id = ? AND due_minor > 0 AND state IN ('issued', 'payment_failed')", *m.InvoiceID).Count(&open).Error
	return open == 0, err
}

// unwritable says that a mail cannot be put into words.
type unwritable struct{ error }

func (u *unwritable) Error() string { return "The mail cannot be written: " + u.error.Error() }

// message writes a mail, or takes what was written when it was tried first, and loads what it carries.
func (s *Store) message(ctx context.Context, m Mail) (Message, error) {
	from, err := s.post.From(ctx)
	if err != nil {
		return Message{}, err
	}
	written, err := s.post.Write(m, from)
	if err != nil {
		return Message{}, &unwritable{err}
	}
	if m.Subject != "" {
		written.Subject, written.Text = m.Subject, m.Body
	}
	file, err := s.file(ctx, m, written.File)
	return Message{ID: m.ID + "@" + s.post.Host, From: from, To: m.Recipients, Date: s.clock.Now(), Subject: written.Subject, Text: written.Text, File: file}, err
}

// file loads the stored document that a mail carries. One that is still being made is waited for.
func (s *Store) file(ctx context.Context, m Mail, name string) (*File, error) {
	var q *gorm.DB
	payment, receipt := strings.CutPrefix(m.Attachment, AttachReceipt)
	switch {
	case m.Attachment == "":
		return nil, nil
	case receipt:
		q = s.db.Read(ctx).Table("payment_receipts").Where("account_id = ? AND payment_id = ?", m.AccountID, payment)
	case m.Attachment == AttachPDF && m.InvoiceID != nil:
		q = s.db.Read(ctx).Table("invoice_documents").Where("account_id = ? AND invoice_id = ? AND kind = 'pdf'", m.AccountID, *m.InvoiceID)
	default:
		return nil, &unwritable{fmt.Errorf("it is to carry %q, and there is no such thing", m.Attachment)}
	}
	var found []struct{ Sha256, Content []byte }
	if err := q.Select("sha256", "content").Limit(1).Find(&found).Error; err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, &job.Later{After: waitForFile, Reason: "the file that the mail carries is still being made"}
	}
	if sum := sha256.Sum256(found[0].Content); !bytes.Equal(sum[:], found[0].Sha256) {
		return nil, &job.Later{After: time.Hour, Reason: "the stored file that the mail carries is not what it was; see billfold verify"}
	}
	return &File{Name: name, Type: "application/pdf", Content: found[0].Content}, nil
}

// take marks a mail that waits as being sent and keeps its text; false when somebody else was quicker.
func (s *Store) take(ctx context.Context, m Mail, message Message) (taken bool, err error) {
	err = s.db.RunTx(ctx, func(tx *gorm.DB) error {
		saved := tx.Model(&Row{}).Where("id = ? AND state = ? AND attempts = ?", m.ID, Waiting, m.Attempts).
			Updates(map[string]any{"state": Sending, "attempts": m.Attempts + 1, "subject": message.Subject, "body": message.Text, "updated_at": s.clock.Now()})
		taken = saved.RowsAffected == 1
		return saved.Error
	})
	return taken && err == nil, err
}

// move writes what became of the try that m stands for; a later try is left alone. It answers the state.
func (s *Store) move(ctx context.Context, m Mail, state State, words string, outcome *Outcome) (State, error) {
	err := s.db.RunTx(ctx, func(tx *gorm.DB) error {
		values := map[string]any{"state": state, "last_error": words, "updated_at": s.clock.Now()}
		from := []State{m.State}
		if outcome != nil { // who talked to the server knows better than who found it being sent
			from = append(from, Unknown)
		}
		if state == Sent {
			values["sent_at"] = s.clock.Now()
		}
		return tx.Model(&Row{}).Where("id = ? AND state IN ? AND attempts = ?", m.ID, from, m.Attempts).Updates(values).Error
	})
	return state, err
}
